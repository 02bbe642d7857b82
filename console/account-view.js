import { request } from "./api.js";
import { byId, element } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { ago } from "./format.js";

const documents = {
  account: `query Account {
    secondFactor { totpSince recoveryCodesLeft }
    passkeys { id name lastUsedAt createdAt }
    sessions { id isCurrent method userAgent lastUsedAt }
  }`,
  prove: "mutation Reauthenticate($input: ReauthenticateInput!) { reauthenticate(input: $input) { id } }",
  startTotp: "mutation StartTotp { startTotp { secret otpauthUrl } }",
  confirmTotp: "mutation ConfirmTotp($input: ConfirmTotpInput!) { confirmTotp(input: $input) { codes } }",
  disableTotp: "mutation DisableTotp { disableTotp { totpSince } }",
  startPasskey: "mutation StartPasskeyRegistration { startPasskeyRegistration { options } }",
  finishPasskey: `mutation FinishPasskeyRegistration($input: FinishPasskeyRegistrationInput!) {
    finishPasskeyRegistration(input: $input) { id }
  }`,
  removePasskey: "mutation RemovePasskey($id: ID!) { removePasskey(id: $id) { id } }",
  revokeSession: "mutation RevokeSession($id: ID!) { revokeSession(id: $id) { id } }",
};
const methods = { OAUTH: "by an issuer", PASSKEY: "by a passkey", PASSWORD: "by password" };

const dialog = byId("account-dialog");
const state = byId("account-state");
const prove = byId("prove");
const totp = byId("totp");
const codes = byId("recovery-codes");
const totpSwitch = byId("totp-switch");
/** What is done once it is proven who asks. */
let pending;

const tell = (message) => {
  state.textContent = message ?? "";
  state.hidden = !message;
};

/** Does it, and shows the account anew; where a recent proof is missing, asks for that first. */
const attempt = async (work) => {
  tell();
  try {
    await work();
    await show();
  } catch (error) {
    if (!error.reauthenticate) return tell(error.message);
    pending = work;
    prove.reset();
    clearErrors(prove);
    prove.hidden = false;
    prove.elements.password.focus();
  }
};

const show = async () => {
  const { secondFactor, passkeys, sessions } = await request(documents.account);
  const { totpSince, recoveryCodesLeft } = secondFactor;
  byId("totp-says").textContent = totpSince
    ? `On since ${new Date(totpSince).toLocaleDateString()}; ${recoveryCodesLeft} recovery codes left.`
    : "Off. With it, signing in takes your password and a code.";
  totpSwitch.textContent = totpSince ? "Turn off" : "Set up";
  totpSwitch.onclick = () => attempt(totpSince ? turnOff : startTotp);
  totpSwitch.hidden = !totp.hidden;
  const none = element("li", { className: "hint" }, "None yet. A passkey signs you in without a password.");
  byId("passkeys").replaceChildren(...(passkeys.length > 0 ? passkeys.map(passkeyOf) : [none]));
  byId("sessions").replaceChildren(...sessions.map(sessionOf));
};

const row = (title, hint, ...children) =>
  element("li", {}, element("span", {}, title, " ", element("span", { className: "hint" }, hint)), ...children);

const passkeyOf = ({ id, name, lastUsedAt }) =>
  row(
    name,
    lastUsedAt ? `used ${ago(lastUsedAt)}` : "not used yet",
    element(
      "button",
      { type: "button", onclick: () => attempt(() => request(documents.removePasskey, { id })) },
      "Remove",
    ),
  );

const sessionOf = ({ id, isCurrent, method, userAgent, lastUsedAt }) =>
  row(
    browserOf(userAgent),
    `${methods[method]}, ${isCurrent ? "this one" : `used ${ago(lastUsedAt)}`}`,
    ...(isCurrent
      ? []
      : [
          element(
            "button",
            { type: "button", onclick: () => attempt(() => request(documents.revokeSession, { id })) },
            "End",
          ),
        ]),
  );

/** Most browsers say that they are several: the first of these that is named is the one. */
const browserOf = (userAgent) =>
  ["Firefox", "Edg", "OPR", "Chrome", "Safari"]
    .find((name) => userAgent?.includes(`${name}/`))
    ?.replace("Edg", "Edge")
    .replace("OPR", "Opera") ?? "A program";

const startTotp = async () => {
  const { startTotp: setup } = await request(documents.startTotp);
  byId("totp-secret").textContent = setup.secret;
  byId("totp-link").href = setup.otpauthUrl;
  totp.reset();
  clearErrors(totp);
  totp.hidden = false;
  totp.elements.code.focus();
};

const turnOff = async () => {
  await request(documents.disableTotp);
  codes.hidden = true;
};

totp.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const input = { code: totp.elements.code.value.trim() };
    const { confirmTotp } = await request(documents.confirmTotp, { input });
    totp.hidden = true;
    codes.textContent = confirmTotp.codes.join("\n");
    codes.hidden = false;
    await show();
    tell("It is on. Keep these recovery codes: each is good once, and they are not shown again.");
  } catch (error) {
    showErrors(totp, error);
  }
});

prove.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { password, code } = Object.fromEntries(new FormData(prove));
  try {
    await request(documents.prove, { input: { password, ...(code.trim() && { code: code.trim() }) } });
    prove.hidden = true;
    await attempt(pending);
  } catch (error) {
    showErrors(prove, error);
  }
});

byId("passkey-add").addEventListener("click", () =>
  attempt(async () => {
    if (!globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON)
      throw new Error("This browser has no passkeys, or not at this address: they need HTTPS or localhost.");
    const { startPasskeyRegistration } = await request(documents.startPasskey);
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(startPasskeyRegistration.options);
    const credential = await navigator.credentials.create({ publicKey });
    const name = `${navigator.platform || "Passkey"}, ${new Date().toLocaleDateString()}`;
    await request(documents.finishPasskey, { input: { credential: credential.toJSON(), name } });
  }),
);

byId("account-name").addEventListener("click", async () => {
  for (const each of [prove, totp, codes]) each.hidden = true;
  tell();
  dialog.showModal();
  await show().catch((error) => tell(error.message));
});
