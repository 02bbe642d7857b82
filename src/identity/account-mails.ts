/** Subject and text of the mails about accounts. Plain text: nothing in it is read as markup, whatever people are called. */
interface Letter {
  readonly subject: string;
  readonly text: string;
}

const until = (expiresAt: Date) => `${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
const notYou = (url: string) =>
  `If this was not you, reset your password now at ${url}, and tell who runs this installation.`;

export const verificationLetter = (link: string, expiresAt: Date): Letter => ({
  subject: "Confirm your e-mail address",
  text: [
    "Somebody made an account at Atrium with this e-mail address. If it was you, confirm the address with this link:",
    link,
    `It is good once, until ${until(expiresAt)}. If it was not you, do nothing: without it the address stays unconfirmed.`,
  ].join("\n\n"),
});

export const resetLetter = (link: string, expiresAt: Date): Letter => ({
  subject: "Reset your password",
  text: [
    "Somebody asked to reset the password of your account at Atrium. If it was you, choose a new one with this link:",
    link,
    `It is good once, until ${until(expiresAt)}. If it was not you, do nothing: your password stays as it is.`,
  ].join("\n\n"),
});

export const passwordChangedLetter = (url: string): Letter => ({
  subject: "Your password was changed",
  text: ["The password of your account at Atrium was changed, and your other sessions have ended.", notYou(url)].join(
    "\n\n",
  ),
});

export const emailChangeLetter = (link: string, expiresAt: Date): Letter => ({
  subject: "Confirm your new e-mail address",
  text: [
    "Somebody wants to use this e-mail address for an account at Atrium. If it was you, confirm it with this link:",
    link,
    `It is good once, until ${until(expiresAt)}. If it was not you, do nothing: the account keeps its old address.`,
  ].join("\n\n"),
});

export const emailChangeNotice = (url: string): Letter => ({
  subject: "Your e-mail address is about to change",
  text: [
    "Somebody with your password asked to give your account at Atrium another e-mail address. It changes once the new address is confirmed.",
    notYou(url),
  ].join("\n\n"),
});

export const emailChangedLetter = (url: string): Letter => ({
  subject: "Your e-mail address was changed",
  text: [
    "Your account at Atrium has another e-mail address now. Mails about it do not come here any more.",
    `If this was not you, tell who runs this installation: ${url}`,
  ].join("\n\n"),
});

export const deactivatedLetter = (): Letter => ({
  subject: "Your account was deactivated",
  text: "Who runs this installation has deactivated your account at Atrium. All your sessions have ended; your data is kept.",
});

export const erasedLetter = (): Letter => ({
  subject: "Your account was erased",
  text: "Your account at Atrium and what was stored about you are erased, as you asked. This is the last mail.",
});
