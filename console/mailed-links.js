import { byId } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { ApiError, post } from "./graphql.js";
import { session } from "./session.js";

const documents = {
  accept: `mutation AcceptInvitation($token: String!) {
    acceptInvitation(token: $token) { role workspace { id name } }
  }`,
  verify: "mutation VerifyEmail($token: String!) { verifyEmail(token: $token) { email } }",
  reset: "mutation ResetPassword($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }",
  forgot: "mutation ForgotPassword($email: String!) { requestPasswordReset(email: $email) { sentTo } }",
};

const form = byId("reset");
const notice = byId("notice");
let resetToken;
let busy = false;

/** Takes the secret of a mailed link out of the address bar and the history; nothing when there is none. */
export const takeMailedLink = () => {
  const parts = new URLSearchParams(location.hash.slice(1));
  const name = ["verify", "reset", "invitation"].find((each) => parts.has(each));
  if (name === undefined) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  return { name, token: parts.get(name) };
};

const tell = (message) => {
  notice.textContent = message ?? "";
  notice.hidden = !message;
};

/** Confirms the address, whoever is signed in here. */
export const confirmAddress = async (token) => {
  try {
    const { verifyEmail } = await post(documents.verify, { token });
    tell(`The address ${verifyEmail.email} is confirmed.`);
  } catch (error) {
    tell(error.message);
  }
};

/** Becomes a member, as whoever is signed in here, and opens the workspace; without anybody it waits for a sign-in. */
export const acceptInvitation = async (token) => {
  if (!session.isOpen) {
    tell("You are invited to a workspace. Sign in, or create an account with the address that got the invitation.");
    session.addEventListener("opened", () => void acceptInvitation(token), { once: true });
    return;
  }
  try {
    const accessToken = await session.accessToken();
    const { acceptInvitation: member } = await post(documents.accept, { token }, { accessToken });
    tell(`You are in ${member.workspace.name} now, as ${member.role.toLowerCase()}.`);
    session.enterWorkspace(member.workspace.id);
  } catch (error) {
    tell(error.message);
  }
};

export const openReset = (token) => {
  resetToken = token;
  form.reset();
  clearErrors(form);
  tell();
};

/** `done` is called with a word for the sign-in form once the password is set, or the link turns out to be used. */
export const onReset = (done) =>
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    const button = form.querySelector("button");
    button.ariaBusy = "true";
    clearErrors(form);
    try {
      const newPassword = form.elements.newPassword.value;
      if (newPassword === "") throw new ApiError("BAD_USER_INPUT", "Enter a password.", { field: "newPassword" });
      await post(documents.reset, { input: { token: resetToken, newPassword } });
      // All sessions of the account have ended; if this tab's is one, it would find out by an error.
      session.end();
      done("Your password is set. Sign in with it.");
    } catch (error) {
      if (error.field === "input.token") done(error.message);
      else showErrors(form, error);
    } finally {
      busy = false;
      button.ariaBusy = null;
    }
  });

/** Asks for a link for the address in the sign-in form. What is said is the same for every address. */
export const askForReset = async (signIn, note) => {
  clearErrors(signIn);
  const email = signIn.elements.email.value.trim();
  try {
    if (email === "") throw new ApiError("BAD_USER_INPUT", "Enter your e-mail address first.", { field: "email" });
    await post(documents.forgot, { email });
    note.textContent = "If there is an account with this address, a mail with a link is on its way.";
    note.hidden = false;
  } catch (error) {
    showErrors(signIn, error);
  }
};
