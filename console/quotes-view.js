import { request } from "./api.js";
import { confirm } from "./confirm.js";
import { arrange, byId, element, icon, showLoading, showState } from "./dom.js";
import { ago, exactTime, percent } from "./format.js";

const pageSize = 10;
const maxPage = 100;
const quotesDocument = `query Quotes($first: Int!, $after: String) {
  quotes(first: $first, after: $after) {
    totalCount
    nodes { id text author createdAt isFavourite qualityScore }
    pageInfo { hasNextPage endCursor }
  }
}`;
const favouriteDocument = "mutation Favourite($id: ID!) { quote: favouriteQuote(id: $id) { id isFavourite } }";
const unfavouriteDocument = "mutation Unfavourite($id: ID!) { quote: unfavouriteQuote(id: $id) { id isFavourite } }";
const deleteDocument = "mutation Delete($id: ID!) { quote: deleteQuote(id: $id) { id } }";

const list = byId("quotes");
const state = byId("quotes-state");
const more = byId("quotes-more");
let quotes = [];
let items = new Map();
let endCursor;
let reading = 0;

export const openQuotes = () => {
  quotes = [];
  items = new Map();
  more.hidden = true;
  byId("quotes-total").textContent = "";
  showLoading(list, 3);
  showState(state);
  return refreshQuotes();
};

/** Reads again as many as are shown; what lies beyond one page's bound stays as it was read. */
export const refreshQuotes = () => read(Math.min(maxPage, Math.max(pageSize, quotes.length)), undefined);

const read = async (first, after) => {
  const turn = ++reading;
  try {
    const { quotes: page } = await request(quotesDocument, { first, after });
    if (turn !== reading) return;
    const fresh = new Set(page.nodes.map(({ id }) => id));
    const others = quotes.filter(({ id }) => !fresh.has(id));
    // Ids sort by creation: what is older than this page lies behind it.
    const beyond = quotes.length > maxPage ? others.filter(({ id }) => id < page.nodes.at(-1)?.id) : [];
    quotes = after === undefined ? [...page.nodes, ...beyond] : [...others, ...page.nodes];
    if (after !== undefined || beyond.length === 0) {
      endCursor = page.pageInfo.endCursor;
      more.hidden = !page.pageInfo.hasNextPage;
    }
    byId("quotes-total").textContent = page.totalCount;
    show();
  } catch (error) {
    if (turn === reading) showState(state, error.message, () => read(first, after));
    if (quotes.length === 0) list.replaceChildren();
  }
};

const show = () => {
  list.ariaBusy = null;
  arrange(list, quotes.map(itemOf));
  showState(state, quotes.length === 0 ? "No quotes yet. The first one that you generate will be here." : undefined);
};

const itemOf = (quote) => {
  const known = items.get(quote.id);
  if (known && known.text === quote.text && known.author === quote.author) {
    known.star.ariaPressed = String(quote.isFavourite);
    return known.item;
  }
  const star = element(
    "button",
    {
      type: "button",
      className: "icon",
      ariaLabel: "Favourite",
      title: "Favourite",
      ariaPressed: String(quote.isFavourite),
    },
    icon("star"),
  );
  star.onclick = () => setFavourite(quote.id, star);
  const bin = element(
    "button",
    {
      type: "button",
      className: "icon",
      ariaLabel: "Delete this quote",
      title: "Delete",
      onclick: () => confirmDelete(quote),
    },
    icon("bin"),
  );
  const time = element("time", { dateTime: quote.createdAt, title: exactTime(quote.createdAt) }, ago(quote.createdAt));
  const quality = quote.qualityScore === null ? [] : [element("span", {}, `quality ${percent(quote.qualityScore)}`)];
  const meta = element("p", { className: "meta" }, element("span", {}, quote.author), time, ...quality);
  const item = element(
    "li",
    {},
    element("blockquote", {}, quote.text),
    meta,
    element("div", { className: "tools" }, star, bin),
  );
  items.set(quote.id, { item, star, text: quote.text, author: quote.author });
  return item;
};

const setFavourite = async (id, star) => {
  const wanted = star.ariaPressed !== "true";
  star.ariaPressed = String(wanted);
  try {
    const { quote } = await request(wanted ? favouriteDocument : unfavouriteDocument, { id });
    quotes = quotes.map((each) => (each.id === id ? { ...each, isFavourite: quote.isFavourite } : each));
  } catch (error) {
    star.ariaPressed = String(!wanted);
    showState(state, error.message);
  }
};

const confirmDelete = (quote) => confirm({ title: "Delete this quote?", text: quote.text }, () => remove(quote.id));

const remove = async (id) => {
  try {
    await request(deleteDocument, { id });
  } catch (error) {
    // Somebody else was faster: gone is gone.
    if (error.code !== "NOT_FOUND") return showState(state, error.message);
  }
  const index = quotes.findIndex((quote) => quote.id === id);
  quotes = quotes.filter((quote) => quote.id !== id);
  show();
  // The button that had the focus is gone; its neighbour's takes over.
  const neighbour = list.children[Math.min(Math.max(index, 0), list.children.length - 1)];
  (neighbour?.querySelector("button:last-of-type") ?? byId("quotes-title")).focus();
  await refreshQuotes();
};

more.addEventListener("click", () => read(pageSize, endCursor));
