import { request } from "./api.js";
import { arrange, byId, element } from "./dom.js";
import { clock } from "./format.js";

const segmentsDocument = `query Segments($id: ID!, $after: String) {
  transcript(id: $id) {
    segments(first: 100, after: $after, orderBy: [{ field: START_MS }]) {
      nodes { id startMs endMs text }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
const emptiness = {
  DONE: "Nobody speaks in this recording.",
  FAILED: "Nothing was written down.",
  CANCELLED: "Nothing was written down.",
};

const list = byId("segments");
const sound = byId("recording-sound");
let segments = [];
let items = new Map();
let known;
let current;
let visit = 0;

/** The segments of a transcript, again as often as there may be more of them; nothing of none. */
export const showTranscript = async (transcript) => {
  const turn = ++visit;
  const state = byId("segments-state");
  if (transcript?.id !== known) {
    known = transcript?.id;
    segments = [];
    items = new Map();
    current = undefined;
    list.replaceChildren();
  }
  state.textContent = transcript ? "" : "Nothing has been written down yet.";
  if (!transcript) return;
  try {
    const found = await segmentsOf(transcript.id);
    if (turn !== visit) return;
    segments = found;
    arrange(list, segments.map(itemOf));
    mark();
    state.textContent = segments.length > 0 ? "Choose a line to hear it." : (emptiness[transcript.status] ?? "");
  } catch (error) {
    if (turn === visit) state.textContent = error.message;
  }
};

const segmentsOf = async (id) => {
  const all = [];
  for (let after; ; ) {
    const { nodes, pageInfo } = (await request(segmentsDocument, { id, after })).transcript.segments;
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
};

const itemOf = ({ id, startMs, text }) => {
  const known = items.get(id);
  if (known) return known;
  const go = () => {
    sound.currentTime = startMs / 1000;
  };
  const time = element("span", { className: "segment-time" }, clock(startMs));
  const item = element(
    "li",
    {},
    element("button", { type: "button", className: "segment", onclick: go }, time, text.trim()),
  );
  items.set(id, item);
  return item;
};

/** The last that has begun under the play head is the one that is heard, or was before the pause. */
const mark = () => {
  const now = sound.currentTime * 1000;
  const heard = segments.findLast(({ startMs }) => startMs <= now + 1);
  const item = items.get(heard?.id);
  if (item === current && item?.firstChild.ariaCurrent) return;
  if (current) current.firstChild.ariaCurrent = null;
  current = item;
  if (!item) return;
  item.firstChild.ariaCurrent = "true";
  // By the list alone: the page stays where its reader is.
  const [top, bottom] = [item.offsetTop, item.offsetTop + item.offsetHeight];
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
};

for (const kind of ["timeupdate", "seeking", "play"]) sound.addEventListener(kind, mark);
