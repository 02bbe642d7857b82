/** `input.email` is shown at the field named `email`; what has no field of its own goes under the form. */
export const showErrors = (form, error) => {
  clearErrors(form);
  const name = error.field?.split(".").at(-1);
  const input = name && form.elements.namedItem(name);
  if (!input) return show(form.querySelector(".form-error"), error.message);
  const place = input.closest(".field").querySelector(".field-error");
  place.id = `${input.id}-error`;
  input.setAttribute("aria-invalid", "true");
  describe(input, place);
  show(place, inPlainWords(error.message, name, input.labels[0]));
  input.focus();
};

export const clearErrors = (form) => {
  for (const place of form.querySelectorAll(".field-error, .form-error")) place.hidden = true;
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    describe(input);
  }
};

/** The hint under a field keeps describing it, with the error when there is one. */
const describe = (input, error) => {
  const hint = input.closest(".field").querySelector(".hint");
  const ids = [hint, error].flatMap((each) => each?.id ?? []);
  if (ids.length > 0) input.setAttribute("aria-describedby", ids.join(" "));
  else input.removeAttribute("aria-describedby");
};

const show = (place, message) => {
  place.textContent = message;
  place.hidden = false;
};

/** The API speaks of `names`, or begins with the verb; a person reads labels. */
const inPlainWords = (message, name, label) => {
  const caption = label.firstChild.textContent.trim();
  const predicate = message.startsWith(`\`${name}\` `) ? message.slice(name.length + 3) : message;
  if (predicate.startsWith("is ")) return `This ${predicate}`;
  return /^\p{Ll}/u.test(predicate) ? `${caption} ${predicate}` : predicate;
};
