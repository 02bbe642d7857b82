/** The version of Atrium that runs. */
export const atriumVersion = "0.1.0";
