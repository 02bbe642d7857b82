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
