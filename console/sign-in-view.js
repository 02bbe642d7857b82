import { byId } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { ApiError, post } from "./graphql.js";
import { askForReset } from "./mailed-links.js";
import { session, tokenPair } from "./session.js";

const documents = {
  signIn: `mutation SignIn($input: SignInInput!) { pair: signIn(input: $input) { ${tokenPair} } }`,
  signUp: `mutation SignUp($input: SignUpInput!) { pair: signUp(input: $input) { ${tokenPair} } }`,
};

const form = byId("sign-in");
const note = byId("sign-in-note");
let busy = false;

/** Shows the form anew, with a word why one is here when there is one. */
export const showSignIn = (reason) => {
  form.elements.password.value = "";
  askForCode(false);
  clearErrors(form);
  note.textContent = reason ?? "";
  note.hidden = !reason;
};

/** Asked for when the password was right and the account wants more than that. */
const askForCode = (isAsked) => {
  byId("code-field").hidden = !isAsked;
  form.elements.code.value = "";
  if (isAsked) form.elements.code.focus();
};

const checkFilled = ({ email, password }) => {
  if (email === "") throw new ApiError("BAD_USER_INPUT", "Enter your e-mail address.", { field: "email" });
  if (password === "") throw new ApiError("BAD_USER_INPUT", "Enter a password.", { field: "password" });
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  const button = event.submitter ?? form.querySelector("button");
  button.ariaBusy = "true";
  clearErrors(form);
  note.hidden = true;
  try {
    const { email, password, code } = Object.fromEntries(new FormData(form));
    const input = { email: email.trim(), password, ...(code.trim() && { code: code.trim() }) };
    checkFilled(input);
    const { pair } = await post(documents[button.value], { input });
    session.open(pair);
  } catch (error) {
    if (error.secondFactor && byId("code-field").hidden) askForCode(true);
    else showErrors(form, error);
  } finally {
    busy = false;
    button.ariaBusy = null;
  }
});

byId("forgot").addEventListener("click", () => askForReset(form, note));
