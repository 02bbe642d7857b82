import { request } from "./api.js";
import { copyCommand, copyText } from "./copy.js";
import { byId, element, showLoading, showState } from "./dom.js";
import { sentenceCase } from "./format.js";

const enginesDocument = "query Engines { engines { part engine setting configured } }";
const addresses = [
  ["API", "/graphql"],
  ["Explorer", "/graphiql"],
  ["Health", "/health"],
];

/** What the platform runs on; it changes with a restart only. */
export const openEngines = async () => {
  const list = byId("engines");
  showLoading(list, 4, "div");
  try {
    const { engines } = await request(enginesDocument);
    list.replaceChildren(...engines.map(engineOf));
    showState(byId("engines-state"));
  } catch (error) {
    list.replaceChildren();
    showState(byId("engines-state"), error.message, openEngines);
  }
  list.ariaBusy = null;
};

const engineOf = ({ part, engine, setting, configured }) => {
  const row = element("div", {}, element("dt", {}, sentenceCase(part)), element("dd", {}, engine));
  if (!configured) row.append(element("dd", { className: "hint" }, "stand-in · set ", element("code", {}, setting)));
  return row;
};

const body = JSON.stringify({ query: "{quotes{nodes{text}}}" });
const curlWith = (token) => `curl -s \\
  ${location.origin}/graphql \\
  -H 'Content-Type: application/json' \\
  -H "Authorization: Bearer ${token}" \\
  -d '${body}'`;

byId("curl").textContent = curlWith("$TOKEN");
byId("copy-curl").addEventListener("click", ({ currentTarget }) => copyCommand(curlWith, currentTarget));
byId("addresses").append(
  ...addresses.map(([name, path]) => {
    const url = `${location.origin}${path}`;
    const button = element("button", { type: "button", ariaLabel: `Copy the address: ${name}` }, "Copy");
    button.onclick = () => copyText(url, button);
    const link = element("a", { href: path, target: "_blank", rel: "noreferrer" }, url);
    return element("li", {}, element("span", { className: "address-name" }, name), link, button);
  }),
);
