import { request } from "./api.js";
import { byId, element, setOptions } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";

const othersDocument = "query OtherTwins { twins(first: 100, orderBy: [{ field: NAME }]) { nodes { id name } } }";
const linkDocument = "mutation Link($input: TwinLinkInput!) { linkTwins(input: $input) { id } }";
const unlinkDocument = "mutation Unlink($input: TwinLinkInput!) { unlinkTwins(input: $input) { id } }";
/** As the parent says it, and as the child does. */
const relations = {
  CONTAINS: ["contains", "is in"],
  DEPENDS_ON: ["depends on", "is needed by"],
  FEEDS: ["feeds", "is fed by"],
  CONNECTS_TO: ["connects to", "is connected from"],
};

const list = byId("twin-links");
const form = byId("twin-link");
let twinId;

/** Whom it can be linked to. */
export const openLinks = async ({ id }) => {
  twinId = id;
  clearErrors(form);
  try {
    const { twins } = await request(othersDocument);
    const others = twins.nodes.filter((other) => other.id !== id).map((other) => [other.id, other.name]);
    setOptions(form.elements.other, others.length === 0 ? [["", "there is no other"]] : others);
  } catch (error) {
    showErrors(form, error);
  }
};

export const showLinks = ({ id, name, parentLinks, childLinks }) => {
  const links = [
    ...parentLinks.nodes.map(({ relation, parent }) => ({
      relation,
      other: parent,
      pair: [parent.id, id],
      isParent: 0,
    })),
    ...childLinks.nodes.map(({ relation, child }) => ({ relation, other: child, pair: [id, child.id], isParent: 1 })),
  ];
  const key = JSON.stringify(links);
  if (list.dataset.shows === key) return;
  list.dataset.shows = key;
  list.replaceChildren(
    ...(links.length === 0
      ? [element("li", { className: "hint" }, "None yet.")]
      : links.map((link) => itemOf(link, name))),
  );
};

const itemOf = ({ relation, other, pair: [parentId, childId], isParent }, name) => {
  const words = relations[relation][isParent ? 0 : 1];
  const onclick = () => send(unlinkDocument, { parentId, childId, relation });
  const label = `Unlink: ${name} ${words} ${other.name}`;
  return element(
    "li",
    {},
    element("span", {}, `${words} `, element("a", { href: `#/twins/${other.id}` }, other.name)),
    element("button", { type: "button", ariaLabel: label, data: { least: "EDITOR" }, onclick }, "Unlink"),
  );
};

/** The list follows by itself: links are among what is told of a twin. */
const send = async (document, input) => {
  clearErrors(form);
  try {
    await request(document, { input });
  } catch (error) {
    showErrors(form, { message: error.message });
  }
};

setOptions(
  form.elements.relation,
  Object.entries(relations).flatMap(([relation, [down, up]]) => [
    [`${relation} down`, down],
    [`${relation} up`, up],
  ]),
);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [relation, direction] = form.elements.relation.value.split(" ");
  const [parentId, childId] =
    direction === "down" ? [twinId, form.elements.other.value] : [form.elements.other.value, twinId];
  if (form.elements.other.value) void send(linkDocument, { parentId, childId, relation });
});
