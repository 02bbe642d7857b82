import { request } from "./api.js";
import { byId } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";

const createDocument = `mutation CreatePrompt($input: CreatePromptInput!) {
  prompt: createPrompt(input: $input) { id }
}`;
const versionDocument = `mutation CreatePromptVersion($prompt: String!, $input: PromptVersionInput!) {
  version: createPromptVersion(prompt: $prompt, input: $input) { prompt { id } }
}`;
const variable = /(?<!\\)\{\{\s*([A-Za-z_]\w*)\s*\}\}/g;

const [section, form] = [byId("draft"), byId("draft-form")];
let prompt;
let base;
let onSaved = () => {};

/** A new version of the prompt, beginning with what another one says; without a prompt a new one. */
export const openDraft = (of, version, saved) => {
  [prompt, base, onSaved] = [of, version, saved];
  const { name, system, template, variables, note } = form.elements;
  form.reset();
  clearErrors(form);
  byId("draft-title").textContent = prompt ? `New version of ${prompt.name}` : "New prompt";
  byId("draft-name-field").hidden = prompt !== undefined;
  system.value = version?.system ?? "";
  template.value = version?.template ?? "";
  variables.value = (version?.variables ?? [])
    .flatMap(({ name: each, required }) => (required ? [] : [each]))
    .join(" ");
  section.hidden = false;
  section.scrollIntoView({ block: "nearest" });
  (prompt ? (version ? template : note) : name).focus();
};

export const closeDraft = () => {
  section.hidden = true;
};

/** Those that the message names; what the version before says of one still holds. */
const variablesOf = (template, optional) => {
  const known = new Map((base?.variables ?? []).map((each) => [each.name, each]));
  return [...new Set([...template.matchAll(variable)].map(([, name]) => name))].map((name) => ({
    ...known.get(name),
    name,
    required: !optional.has(name),
  }));
};

const submit = async () => {
  const { name, system, template, variables, note } = Object.fromEntries(new FormData(form));
  const input = {
    template,
    system: system.trim() || null,
    note: note.trim() || null,
    variables: variablesOf(template, new Set(variables.split(/[\s,]+/))),
    ...(base && { modelClass: base.modelClass, temperature: base.temperature, maxTokens: base.maxTokens }),
  };
  clearErrors(form);
  try {
    const id = prompt
      ? (await request(versionDocument, { prompt: prompt.name, input })).version.prompt.id
      : (await request(createDocument, { input: { ...input, name: name.trim() } })).prompt.id;
    onSaved(id);
  } catch (error) {
    showErrors(form, error);
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});
byId("draft-close").addEventListener("click", () => {
  closeDraft();
  byId("prompts-title").focus();
});
