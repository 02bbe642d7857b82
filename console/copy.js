import { byId } from "./dom.js";
import { session } from "./session.js";

export const copyText = async (text, button) => {
  try {
    await navigator.clipboard.writeText(text);
    say(button, "Copied");
  } catch {
    // Without HTTPS, on another machine than this one, browsers keep the clipboard closed.
    say(button, "Not allowed");
  }
};

const say = (button, word) => {
  byId("copied").textContent = word;
  button.textContent = word;
  setTimeout(() => {
    byId("copied").textContent = "";
    button.textContent = "Copy";
  }, 1_500);
};

/** A command with the token of whoever is signed in. */
export const copyCommand = async (commandWith, button) => {
  const token = await session.accessToken().catch(() => "$TOKEN");
  await copyText(commandWith(token), button);
};
