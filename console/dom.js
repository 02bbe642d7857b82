export const byId = (id) => document.getElementById(id);

/** A new element. Texts become text nodes, so nothing that a person or a model wrote is ever read as markup. */
export const element = (tag, properties = {}, ...children) => {
  const { data, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, data);
  node.append(...children);
  return node;
};

/** A new element of a drawing. */
export const drawn = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

export const icon = (name) => drawn("svg", { "aria-hidden": "true" }, drawn("use", { href: `#icon-${name}` }));

/** Terms and what is said of them; what is undefined is left out. */
export const describing = (pairs) =>
  Object.entries(pairs).flatMap(([term, value]) =>
    value === undefined ? [] : [element("div", {}, element("dt", {}, term), element("dd", {}, value ?? "–"))],
  );

/** Makes `nodes` the children of `parent`, and leaves alone those in place: moving a node would take its focus away. */
export const arrange = (parent, nodes) => {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
};

/** A list that is not there: on its way, empty, or failed with a way to try again. */
export const showLoading = (list, rows, tag = "li") => {
  list.ariaBusy = "true";
  arrange(
    list,
    Array.from({ length: rows }, () => element(tag, { className: "skeleton", ariaHidden: "true" })),
  );
};

export const showState = (place, message, tryAgain) => {
  const button = tryAgain && element("button", { type: "button", onclick: tryAgain }, "Try again");
  place.replaceChildren(...(message ? [element("p", {}, message)] : []), ...(button ? [button] : []));
};

/** Choices as `[value, name]`, of which the chosen one stays chosen. */
export const setOptions = (select, pairs) => {
  const { value: chosen } = select;
  select.replaceChildren(...pairs.map(([value, name]) => element("option", { value }, name)));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
};

let fields = 0;
/** A labelled input with a place for its error; `tag` is what it is, `optional` what stands behind its name. */
export const field = (label, name, { tag = "input", optional, hint, ...properties } = {}) => {
  const id = `field-${++fields}`;
  const mark = optional ? [" ", element("span", { className: "optional" }, optional)] : [];
  const place = element("p", { className: "field-error", hidden: true });
  place.setAttribute("role", "alert");
  return element(
    "div",
    { className: "field" },
    element("label", { htmlFor: id }, label, ...mark),
    element(tag, { id, name, ...(tag === "input" ? { autocomplete: "off" } : {}), ...properties }),
    ...(hint ? [element("p", { className: "hint", id: `${id}-hint` }, hint)] : []),
    place,
  );
};

/** Buttons of which one is pressed; `onChoose` gets its value. */
export const segments = (place, choices, chosen, onChoose) => {
  const press = (value) => {
    for (const button of place.children) button.ariaPressed = String(button.value === value);
  };
  const choose = ({ currentTarget: { value } }) => {
    press(value);
    onChoose(value);
  };
  place.replaceChildren(
    ...choices.map(([value, name]) => element("button", { type: "button", value, onclick: choose }, name)),
  );
  press(chosen);
};
