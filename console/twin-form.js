import { element, field, setOptions } from "./dom.js";
import { clearErrors } from "./form-errors.js";
import { inWords } from "./format.js";
import { ApiError } from "./graphql.js";

export const twinStatuses = ["ACTIVE", "INACTIVE", "MAINTENANCE", "PLANNED", "RETIRED"].map((each) => [
  each,
  inWords(each),
]);

/** What a person can say of a twin, and the button that sends it. */
export const twinFields = (action) => {
  const status = field("Status", "status", { tag: "select" });
  setOptions(status.querySelector("select"), twinStatuses);
  const error = element("p", { className: "form-error", hidden: true });
  error.setAttribute("role", "alert");
  return [
    element(
      "div",
      { className: "field-row" },
      field("Name", "name"),
      field("Type", "type", { placeholder: "pump" }),
      status,
      field("External id", "externalId", { optional: "optional" }),
      field("Location", "location", { optional: "optional" }),
    ),
    field("Metadata", "metadata", { tag: "textarea", rows: 4, spellcheck: false, optional: "JSON" }),
    error,
    element("div", { className: "actions" }, element("button", { className: "primary", type: "submit" }, action)),
  ];
};

export const fillTwinForm = (form, twin) => {
  clearErrors(form);
  for (const name of ["name", "type", "status", "externalId", "location"]) form.elements[name].value = twin[name] ?? "";
  form.elements.metadata.value = JSON.stringify(twin.metadata, null, 2);
};

/** What the form says; with `base` only what it says differently. */
export const twinInput = ({ elements }, base) => {
  const said = {
    name: elements.name.value.trim(),
    type: elements.type.value.trim(),
    status: elements.status.value,
    externalId: elements.externalId.value.trim() || null,
    location: elements.location.value.trim() || null,
    metadata: readMetadata(elements.metadata.value),
  };
  if (!base) return said;
  const changed = Object.entries(said).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name]));
  return {
    ...Object.fromEntries(changed),
    ...(changed.some(([name]) => name === "metadata") ? { metadata: patchOf(base.metadata, said.metadata) } : {}),
    revision: base.revision,
  };
};

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const readMetadata = (text) => {
  let value;
  try {
    value = JSON.parse(text.trim() || "{}");
  } catch (error) {
    throw new ApiError("BAD_USER_INPUT", `is no JSON: ${error.message}`, { field: "metadata" });
  }
  if (!isObject(value)) throw new ApiError("BAD_USER_INPUT", "must be an object in braces", { field: "metadata" });
  return value;
};

/** The JSON Merge Patch (RFC 7396) that makes one object of another. */
const patchOf = (from, to) =>
  Object.fromEntries(
    [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
      if (!(key in to)) return [[key, null]];
      if (JSON.stringify(from[key]) === JSON.stringify(to[key])) return [];
      return [[key, isObject(from[key]) && isObject(to[key]) ? patchOf(from[key], to[key]) : to[key]]];
    }),
  );
