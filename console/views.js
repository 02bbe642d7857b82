import { byId } from "./dom.js";

const main = byId("signed-in");
const links = [...byId("views").querySelectorAll("a")];
const names = links.map((link) => link.hash.slice(2));

/** `#/twins/twin_1` is `twin_1` in the part `twins`. */
const placeNow = () => {
  const [name, ...path] = location.hash.slice(2).split("/");
  return location.hash.startsWith("#/") && names.includes(name) ? { name, path: path.join("/") } : { name: names[0] };
};

/**
 * The page in parts, of which one is shown: the one that a hash such as `#/budgets` names, else the first. Those with
 * something to load or to listen to are `open`ed with the socket when they come, and `close`d when they go; `refresh` hears
 * the kinds of events in between. Those that have places within them are `open`ed anew for each, with its name.
 */
export class Views {
  #parts;
  #live;
  #shown;
  #path;

  constructor(parts, live) {
    this.#parts = parts;
    this.#live = live;
  }

  /** Shows what the address names, anew when it is shown already. */
  show() {
    this.close();
    const { name, path } = placeNow();
    this.#shown = name;
    this.#path = path;
    main.dataset.view = this.#shown;
    for (const part of main.querySelectorAll("[data-views]"))
      part.classList.toggle("elsewhere", !part.dataset.views.split(" ").includes(this.#shown));
    for (const column of main.querySelectorAll(".column"))
      column.hidden = column.querySelector(":scope > :not(.elsewhere)") === null;
    links.forEach((link, index) => {
      link.ariaCurrent = names[index] === this.#shown ? "page" : null;
      if (!link.ariaCurrent) return;
      document.title = this.#shown === names[0] ? "Atrium" : `${link.textContent} · Atrium`;
      link.scrollIntoView({ block: "nearest", inline: "center" });
    });
    this.#parts[this.#shown]?.open(this.#live, path);
  }

  /** Goes where the address says, and takes the reader along. */
  follow() {
    const { name, path } = placeNow();
    if (name === this.#shown && path === this.#path) return;
    this.show();
    scrollTo(0, 0);
    this.focus();
  }

  focus() {
    [...main.querySelectorAll("h1, h2")].find((title) => title.checkVisibility())?.focus({ preventScroll: true });
  }

  refresh(kinds) {
    this.#parts[this.#shown]?.refresh?.(kinds);
  }

  close() {
    if (this.#shown) this.#parts[this.#shown]?.close?.();
    this.#shown = undefined;
  }
}
