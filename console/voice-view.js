import { request } from "./api.js";
import { arrange, byId, element, showLoading, showState } from "./dom.js";
import { ago, clock, exactTime } from "./format.js";
import { stopRecording } from "./voice-recorder.js";
import { closeRecording, openRecording, refreshRecording } from "./voice-recording.js";
import { openUploads, readUploads } from "./voice-uploads.js";

const recordingsDocument = `query Recordings {
  voiceRecordings(first: 50, orderBy: [{ field: CREATED_AT, direction: DESC }]) { nodes { id title duration createdAt } }
}`;

const list = byId("recordings");
const state = byId("recordings-state");
let socket;
let items = new Map();
let chosen;
let visit = 0;

const open = (live) => {
  socket = live;
  items = new Map();
  chosen = undefined;
  showLoading(list, 2);
  showState(state);
  void openUploads((id) => {
    choose(id);
    void read();
  });
  void read();
};

const close = () => {
  visit++;
  stopRecording();
  closeRecording();
};

const read = async () => {
  const turn = ++visit;
  try {
    const { nodes } = (await request(recordingsDocument)).voiceRecordings;
    if (turn !== visit) return;
    list.ariaBusy = null;
    arrange(list, nodes.map(itemOf));
    showState(
      state,
      nodes.length === 0 ? "No recordings yet: send a file, or record what you have to say." : undefined,
    );
    if (!nodes.some(({ id }) => id === chosen)) choose(nodes[0]?.id);
  } catch (error) {
    if (turn !== visit) return;
    if (items.size === 0) list.replaceChildren();
    showState(state, error.message, read);
  }
};

const choose = (id) => {
  chosen = id;
  for (const [each, item] of items) item.firstChild.ariaPressed = String(each === id);
  if (id) void openRecording(socket, id);
  else closeRecording();
};

const itemOf = ({ id, title, duration, createdAt }) => {
  const button = items.get(id)?.firstChild ?? element("button", { type: "button", onclick: () => choose(id) });
  if (!items.has(id)) items.set(id, element("li", {}, button));
  button.ariaPressed = String(id === chosen);
  button.replaceChildren(
    element("span", {}, title),
    element(
      "span",
      { className: "hint" },
      `${clock(duration)} · `,
      element("time", { dateTime: createdAt, title: exactTime(createdAt) }, ago(createdAt)),
    ),
  );
  return items.get(id);
};

const refresh = (kinds) => {
  const told = (pattern) => [...kinds].some((kind) => pattern.test(kind));
  if (told(/^upload\./)) void readUploads();
  if (told(/^recording\./)) void read();
  if (told(/^(recording|transcript|quote)\./)) refreshRecording();
};

export const voiceView = { open, close, refresh };
