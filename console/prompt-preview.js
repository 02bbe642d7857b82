import { request } from "./api.js";
import { byId, element } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { count, dollars, sentenceCase } from "./format.js";

const previewDocument = `query Preview($id: ID!, $variables: JSONObject) {
  preview: previewPrompt(promptVersionId: $id, variables: $variables) {
    messages { role text } inputTokens maxTokens highestCostMicros
  }
}`;

const [section, form] = [byId("preview"), byId("preview-form")];
let versionId;

/** What a provider would be asked with values for the variables of this version; nobody is. */
export const openPreview = ({ id, number, variables }) => {
  versionId = id;
  section.hidden = false;
  byId("preview-title").textContent = `Preview of version ${number}`;
  byId("preview-fields").replaceChildren(...variables.map(fieldOf));
  byId("preview-note").textContent = "";
  byId("preview-messages").replaceChildren();
  clearErrors(form);
  section.scrollIntoView({ block: "nearest" });
  byId("preview-title").focus();
  if (variables.every(({ required }) => !required)) void show();
};

export const closePreview = () => {
  versionId = undefined;
  section.hidden = true;
};

const fieldOf = ({ name, required, default: usual, description }) => {
  const id = `preview-${name}`;
  const optional = required ? [] : [element("span", { className: "optional" }, " optional")];
  const hint = description ? [element("p", { className: "hint", id: `${id}-hint` }, description)] : [];
  return element(
    "div",
    { className: "field" },
    element("label", { htmlFor: id }, name, ...optional),
    element("input", { id, name, placeholder: usual ?? "", autocomplete: "off" }),
    ...hint,
    element("p", { className: "field-error", role: "alert", hidden: true }),
  );
};

const show = async () => {
  const id = versionId;
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  clearErrors(form);
  try {
    const { preview } = await request(previewDocument, { id, variables: Object.fromEntries(filled) });
    if (id !== versionId) return;
    const cost =
      preview.highestCostMicros === null
        ? "a price that is not known"
        : `${dollars(preview.highestCostMicros)} at most`;
    byId("preview-note").textContent =
      `About ${count(preview.inputTokens)} tokens, an answer of at most ${count(preview.maxTokens)}: ${cost}.`;
    const messages = preview.messages.flatMap(({ role, text }) => [
      element("dt", {}, sentenceCase(role)),
      element("dd", {}, text),
    ]);
    byId("preview-messages").replaceChildren(...messages);
  } catch (error) {
    if (id === versionId) showErrors(form, error);
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void show();
});
