import { byId, element } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { ApiError, post } from "./graphql.js";
import { session, tokenPair } from "./session.js";

const documents = {
  issuers: "query OAuthProviders { oauthProviders { name label } }",
  start: `mutation StartOAuth($input: StartOAuthInput!) {
    startOAuth(input: $input) { authorizationUrl bindingSecret state }
  }`,
  complete: `mutation CompleteOAuth($input: CompleteOAuthInput!) { pair: completeOAuth(input: $input) { ${tokenPair} } }`,
  startPasskey: "mutation StartPasskeySignIn { startPasskeySignIn { options } }",
  finishPasskey: `mutation FinishPasskeySignIn($input: FinishPasskeySignInInput!) {
    pair: finishPasskeySignIn(input: $input) { ${tokenPair} }
  }`,
};
const journeyKey = "atrium.journey";
const redirectUri = `${location.origin}/`;

const form = byId("sign-in");
const dialog = byId("code-dialog");
const codeForm = dialog.querySelector("form");

/** Passkeys, where the browser has them, and the issuers that are configured. */
export const openOtherWays = async () => {
  const { oauthProviders } = await post(documents.issuers).catch(() => ({ oauthProviders: [] }));
  const buttons = oauthProviders.map(({ name, label }) => way(label, () => goToIssuer(name)));
  if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON)
    buttons.unshift(way("Sign in with a passkey", signInByPasskey));
  byId("other-ways").replaceChildren(...buttons);
};

const way = (label, open) => {
  const button = element("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    button.ariaBusy = "true";
    clearErrors(form);
    try {
      await open();
    } catch (error) {
      showErrors(form, error);
    } finally {
      button.ariaBusy = null;
    }
  });
  return button;
};

const goToIssuer = async (provider) => {
  const { startOAuth } = await post(documents.start, { input: { provider, redirectUri } });
  const { authorizationUrl, bindingSecret, state } = startOAuth;
  sessionStorage.setItem(journeyKey, JSON.stringify({ bindingSecret, state }));
  location.assign(authorizationUrl);
};

const signInByPasskey = async () => {
  const { startPasskeySignIn } = await post(documents.startPasskey);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(startPasskeySignIn.options);
  const credential = await navigator.credentials.get({ publicKey }).catch(() => undefined);
  // Who closes the browser's window has changed their mind.
  if (!credential) return;
  const { pair } = await post(documents.finishPasskey, { input: { credential: credential.toJSON() } });
  session.open(pair);
};

/** The issuer has sent the browser back: true when this page's address is the end of a journey that began in this tab. */
export const isReturn = () => new URLSearchParams(location.search).has("state");

/** Ends the journey. `failed` gets a word why when it leads nowhere. */
export const completeReturn = async (failed) => {
  const callbackUrl = location.href;
  const journey = JSON.parse(sessionStorage.getItem(journeyKey) ?? "{}");
  sessionStorage.removeItem(journeyKey);
  history.replaceState(null, "", location.pathname);
  const input = { callbackUrl, bindingSecret: journey.bindingSecret };
  try {
    if (new URL(callbackUrl).searchParams.get("state") !== journey.state)
      throw new ApiError("BAD_USER_INPUT", "This sign-in was not begun in this tab. Please begin it here.");
    const { pair } = await post(documents.complete, { input });
    session.open(pair);
  } catch (error) {
    failed(error.secondFactor ? undefined : error.message);
    if (error.secondFactor) askForCode(input);
  }
};

const askForCode = (input) => {
  codeForm.reset();
  clearErrors(codeForm);
  codeForm.onsubmit = async (event) => {
    event.preventDefault();
    try {
      const code = codeForm.elements.journeyCode.value.trim();
      const { pair } = await post(documents.complete, { input: { ...input, code } });
      dialog.close();
      session.open(pair);
    } catch (error) {
      showErrors(codeForm, error);
    }
  };
  dialog.showModal();
};
