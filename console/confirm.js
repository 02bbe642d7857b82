import { byId } from "./dom.js";

const dialog = byId("confirm-delete");
const forAll = "It is gone for everyone in the workspace, and cannot be brought back.";

/** Asks before something is deleted, and does it then. */
export const confirm = ({ title, text, hint = forAll }, work) => {
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  byId("confirm-hint").textContent = hint;
  dialog.returnValue = "keep";
  dialog.onclose = () => dialog.returnValue === "delete" && work();
  dialog.showModal();
};
