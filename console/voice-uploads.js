import { request } from "./api.js";
import { bar } from "./bar.js";
import { arrange, byId, element } from "./dom.js";
import { percent } from "./format.js";
import { sendBytes } from "./send-bytes.js";
import { session } from "./session.js";
import { isRecording, offerRecording } from "./voice-recorder.js";

const fields = "id fileName size received status problem url createdAt file { id } job { status }";
const uploadsDocument = `query Uploads($me: ID!) {
  uploads(first: 20, orderBy: [{ field: CREATED_AT, direction: DESC }], filter: {
    createdBy: { id: { eq: $me } }, status: { in: [RECEIVING, CHECKING, READY, REFUSED] }
  }) { nodes { ${fields} } }
  voiceRecordings(first: 100, orderBy: [{ field: CREATED_AT, direction: DESC }], filter: { createdBy: { id: { eq: $me } } }) {
    nodes { file { id } }
  }
}`;
const createDocument = `mutation Announce($input: CreateUploadInput!) { upload: createUpload(input: $input) { ${fields} } }`;
const cancelDocument = "mutation GiveUp($id: ID!) { cancelUpload(id: $id) { id } }";
const checkDocument = "mutation CheckAgain($id: ID!) { completeUpload(id: $id) { id } }";
const keepDocument = `mutation Keep($input: CreateVoiceRecordingInput!) {
  recording: createVoiceRecording(input: $input) { id }
}`;
/** So long a refusal is shown, in milliseconds. */
const refusalMs = 86_400_000;

const list = byId("uploads");
const input = byId("voice-file");
const drop = byId("voice-drop");
/** What this page sends, by upload: `file`, `share`, `isCut` and how to `stop`. */
const sending = new Map();
/** Uploads of this page: they become recordings by themselves. */
const own = new Set();
let uploads = [];
let items = new Map();
let wanted;
let visit = 0;
let onRecording = () => {};

/** `made` hears of each recording that an upload became. */
export const openUploads = (made) => {
  onRecording = made;
  items = new Map();
  list.replaceChildren();
  tell("");
  return readUploads();
};

const tell = (message) => {
  byId("voice-problem").textContent = message;
};

export const readUploads = async () => {
  const turn = ++visit;
  try {
    const found = await request(uploadsDocument, { me: session.user.id });
    if (turn !== visit) return;
    const kept = new Set(found.voiceRecordings.nodes.map(({ file }) => file?.id));
    uploads = found.uploads.nodes.filter(
      ({ status, file, createdAt }) =>
        (status !== "READY" || (file && !kept.has(file.id))) &&
        (status !== "REFUSED" || Date.now() - Date.parse(createdAt) < refusalMs),
    );
    show();
    for (const { id, status } of uploads) if (status === "READY" && own.delete(id)) void keep(id);
  } catch (error) {
    if (turn === visit) tell(error.message);
  }
};

const keep = (uploadId) =>
  attempt(async () => {
    const { recording } = await request(keepDocument, { input: { uploadId } });
    onRecording(recording.id);
  });

/** What goes wrong is said; the list says what is so then. */
const attempt = async (work) => {
  tell("");
  try {
    await work();
  } catch (error) {
    tell(error.message);
  }
  await readUploads();
};

/** A file that was begun goes on; any other begins. */
const take = (file, begun) => {
  const same = ({ id, status, fileName, size }) =>
    status === "RECEIVING" && !sending.has(id) && fileName === file.name && size === file.size;
  if (begun && begun.size !== file.size) return tell(`That is not the same file: ${begun.fileName} is another size.`);
  const found = begun ?? uploads.find(same);
  if (found) return send(found, file);
  return attempt(async () => {
    const { upload } = await request(createDocument, { input: { fileName: file.name, size: file.size } });
    if (!uploads.some(({ id }) => id === upload.id)) uploads.unshift(upload);
    void send(upload, file);
  });
};

const send = async ({ id, url, received }, file) => {
  const control = new AbortController();
  const state = { share: received / file.size, isCut: false, stop: () => control.abort() };
  sending.set(id, state);
  own.add(id);
  show();
  const onProgress = (share, isCut) => {
    Object.assign(state, { share, isCut });
    show();
  };
  try {
    await sendBytes(url, file, { signal: control.signal, onProgress });
  } catch (error) {
    if (!control.signal.aborted) tell(error.message);
  }
  sending.delete(id);
  if (session.isOpen) await readUploads();
};

const show = () => {
  arrange(list, uploads.map(itemOf));
};

const statusOf = ({ id, status, size, received, job }) => {
  const now = sending.get(id);
  if (status === "READY") return "Checked";
  if (status === "REFUSED") return "Refused";
  if (status === "CHECKING" && job?.status === "FAILED") return "The check has failed";
  if (status === "CHECKING" || now?.share === 1) return "Being checked …";
  if (now?.isCut) return `The connection was cut at ${percent(now.share)}; it goes on by itself …`;
  if (now) return `Sending, ${percent(now.share)}`;
  return `Unfinished${size ? `, ${percent(received / size)} is there` : ""}: choose the same file to go on`;
};

const itemOf = (upload) => {
  const { id, fileName, status, problem, size, received, job } = upload;
  const item = items.get(id) ?? element("li", { data: { upload: id } });
  items.set(id, item);
  const now = sending.get(id);
  const words = statusOf(upload);
  const facts = JSON.stringify([words, problem]);
  const does = (name, onclick) =>
    element("button", { type: "button", ariaLabel: `${name}: ${fileName}`, onclick }, name);
  const receiving = status === "RECEIVING";
  const buttons = [
    receiving && !now && size && does("Choose the file", () => choose(upload)),
    receiving && now?.share !== 1 && does("Give up", () => giveUp(id)),
    status === "CHECKING" &&
      job?.status === "FAILED" &&
      does("Check again", () => attempt(() => request(checkDocument, { id }))),
    status === "READY" && !own.has(id) && does("Keep as a recording", () => keep(id)),
  ].filter(Boolean);
  if (item.dataset.facts === facts) return item;
  const focused = [...item.querySelectorAll("button")].indexOf(document.activeElement);
  item.dataset.facts = facts;
  item.replaceChildren(
    element("strong", {}, fileName),
    element("span", { className: "hint", role: "status" }, words),
    ...(receiving && size ? [bar(fileName, words, { spent: now?.share ?? received / size })] : []),
    ...(problem ? [element("p", { className: "trouble" }, problem)] : []),
    element("div", { className: "actions" }, ...buttons),
  );
  if (focused >= 0) item.querySelectorAll("button")[focused]?.focus();
  return item;
};

const giveUp = (id) => {
  sending.get(id)?.stop();
  return attempt(() => request(cancelDocument, { id }));
};

const choose = (upload) => {
  wanted = upload;
  input.click();
};

const stopAll = () => {
  for (const { stop } of sending.values()) stop();
  own.clear();
};

// Another person, or another workspace: what is sent here would become a recording there.
session.addEventListener("opened", stopAll);
session.addEventListener("ended", stopAll);
addEventListener("beforeunload", (event) => isRecording() && event.preventDefault());
byId("voice-choose").addEventListener("click", () => choose());
input.addEventListener("change", () => {
  for (const file of input.files) void take(file, wanted);
  wanted = undefined;
  input.value = "";
});
for (const kind of ["dragover", "dragleave", "drop"])
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop") for (const file of event.dataTransfer.files) void take(file);
  });
offerRecording((file) => void take(file), tell);
