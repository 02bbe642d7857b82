import { registerEnumType } from "type-graphql";

export enum SignInMethod {
  PASSWORD = "PASSWORD",
  OAUTH = "OAUTH",
  PASSKEY = "PASSKEY",
}

registerEnumType(SignInMethod, {
  name: "SignInMethod",
  description: "How a session was opened.",
  valuesConfig: {
    PASSWORD: { description: "By e-mail address and password." },
    OAUTH: { description: "By an issuer such as Google." },
    PASSKEY: { description: "By a passkey, which is two factors in one." },
  },
});
