import { request } from "./api.js";
import { bar } from "./bar.js";
import { confirm } from "./confirm.js";
import { byId, element } from "./dom.js";
import { clock, exactTime, percent } from "./format.js";
import { JobThread } from "./job-events.js";
import { showTranscript } from "./voice-transcript.js";

const latest = "first: 1, orderBy: [{ field: CREATED_AT, direction: DESC }]";
const recordingDocument = `query Recording($id: ID!) {
  recording: voiceRecording(id: $id) {
    id title duration codec language createdAt
    file { url(expiresIn: "PT12H") }
    transcripts(${latest}) { nodes { id status language transcriber errorCode errorMessage createdAt job { id status } } }
  }
  voiceQuotes(${latest}, filter: { recording: { id: { eq: $id } } }) {
    nodes { createdAt job { id status } quote { text author } }
  }
}`;
const transcribeDocument = `mutation Transcribe($id: ID!) {
  job: transcribeRecording(input: { recordingId: $id }) { id }
}`;
const quoteDocument = "mutation VoiceToQuote($id: ID!) { job: voiceToQuote(input: { recordingId: $id }) { id } }";
const cancelDocument = "mutation Cancel($id: ID!) { job: cancelJob(id: $id) { id } }";
const retryDocument = "mutation Retry($id: ID!) { job: retryJob(id: $id) { id } }";
const deleteDocument = "mutation DeleteRecording($id: ID!) { deleteVoiceRecording(id: $id) { id } }";
const steps = { check: "Check", transcription: "Write down", quote: "Quote" };
const ended = new Set(["SUCCEEDED", "FAILED", "CANCELLED"]);
const idle = { phase: "idle", text: "", steps: [] };

const card = byId("recording");
const sound = byId("recording-sound");
const stage = byId("voice-stage");
let live;
let shown;
let quote;
/** What the API said no with. */
let refusal = "";
let makesQuote = false;
let thread;
let visit = 0;

export const openRecording = (socket, id) => {
  live = socket;
  closeRecording();
  shown = { id };
  return refreshRecording();
};

export const closeRecording = () => {
  visit++;
  thread?.stop();
  thread = undefined;
  shown = undefined;
  quote = undefined;
  refusal = "";
  sound.pause();
  sound.removeAttribute("src");
  showTranscript();
  show(idle);
  card.hidden = true;
};

export const refreshRecording = async () => {
  if (!shown) return;
  const turn = ++visit;
  try {
    const { recording, voiceQuotes } = await request(recordingDocument, { id: shown.id });
    if (turn !== visit || !recording) return;
    shown = recording;
    const { title, duration, codec, language, createdAt, file, transcripts } = recording;
    const [transcript] = transcripts.nodes;
    const [made] = voiceQuotes.nodes;
    quote = made?.quote;
    card.hidden = false;
    byId("recording-title").textContent = title;
    byId("recording-about").textContent = [clock(duration), codec, language, exactTime(createdAt)]
      .filter(Boolean)
      .join(" · ");
    // Another address of the same sound would begin it anew.
    if (!sound.hasAttribute("src") && file) {
      const { pathname, search } = new URL(file.url, location);
      sound.src = pathname + search;
    }
    void showTranscript(transcript);
    if (thread && !thread.state.job) show(thread.state);
    else goOn(transcript, made);
  } catch (error) {
    if (turn === visit) refuse(error);
  }
};

/** What runs already is followed, also after a reload; what ended without success can be tried again. */
const goOn = (transcript, made) => {
  const isQuote = made?.job && !(transcript?.createdAt > made.createdAt && transcript.job?.id !== made.job.id);
  const job = isQuote ? made.job : transcript?.job;
  makesQuote = Boolean(isQuote);
  if (thread && thread.jobId === job?.id) show(thread.state);
  else if (job && job.status !== "SUCCEEDED") follow(job.id, makesQuote);
  else show(thread?.state ?? idle);
};

const follow = (jobId, isQuote) => {
  thread?.stop();
  makesQuote = isQuote;
  thread = new JobThread(live, jobId, show);
  show(thread.state);
  thread.follow();
};

const show = (state) => {
  const before = `${stage.dataset.phase} ${byId("voice-steps").dataset.done}`;
  const { phase, progress, error, job, steps: done = [] } = state;
  const isLive = ["queued", "writing", "pausing"].includes(phase);
  stage.dataset.phase = phase;
  stage.hidden = phase === "idle" && !quote && !refusal;
  byId("voice-text").textContent = state.text || (isLive ? "" : (job?.result?.text ?? quote?.text ?? ""));
  byId("voice-status").textContent = statusOf(state, done);
  const note = byId("voice-note");
  note.textContent = refusal || (error?.message ?? (isLive ? "" : (quote?.author ?? "")));
  note.classList.toggle("trouble", refusal !== "");
  byId("voice-cancel").hidden = !isLive;
  byId("voice-retry").hidden = !["failed", "cancelled"].includes(phase);
  for (const name of ["voice-transcribe", "voice-quote"]) byId(name).ariaDisabled = isLive ? "true" : null;
  const percentage = percent(progress ?? 0);
  byId("voice-progress").replaceChildren(...(isLive ? [bar("Progress", percentage, { spent: progress ?? 0 })] : []));
  showSteps(done, phase);
  const now = `${phase} ${done.length}`;
  if (before !== now && (done.length > 1 || ended.has(job?.status))) void refreshRecording();
};

const showSteps = (done, phase) => {
  const list = byId("voice-steps");
  list.dataset.done = String(done.length);
  list.hidden = !makesQuote || phase === "idle";
  const names = Object.keys(steps);
  const isDone = (name) => phase === "succeeded" || done.includes(name);
  const next = names.find((name) => !isDone(name));
  list.replaceChildren(
    ...names.map((name) =>
      element(
        "li",
        { data: { step: name, done: isDone(name) }, ariaCurrent: name === next ? "step" : null },
        steps[name],
        ...(isDone(name) ? [element("span", { className: "only-heard" }, ", done")] : []),
      ),
    ),
  );
};

const statusOf = ({ phase, attempt, progress }, done) => {
  const isWriting = makesQuote && done.includes("transcription");
  const doing = isWriting ? "Writing the quote" : "Writing down what is said";
  return {
    idle: quote ? "Made of this recording" : "",
    queued: "Waiting for a worker …",
    writing: `${doing}${progress ? `, ${percent(progress)}` : ""}${attempt > 1 ? `, attempt ${attempt}` : ""} …`,
    pausing: `Attempt ${attempt} failed; it goes on by itself …`,
    succeeded: makesQuote ? "Written and stored" : "Written down",
    failed: "Failed",
    cancelled: "Cancelled: what was made is kept",
    lost: "Out of sight",
  }[phase];
};

const refuse = ({ message }) => {
  refusal = message;
  card.hidden = false;
  show(thread?.state ?? idle);
};

/** Says what the API says, when it says no. */
const attempt = async (work) => {
  const { id } = shown;
  refusal = "";
  try {
    await work(id);
  } catch (error) {
    if (shown?.id === id) refuse(error);
  }
};

const ask = (document, isQuote) => {
  if (byId("voice-quote").ariaDisabled) return;
  void attempt(async (id) => {
    const { job } = await request(document, { id });
    if (shown?.id === id) follow(job.id, isQuote);
  });
};

byId("voice-transcribe").addEventListener("click", () => ask(transcribeDocument, false));
byId("voice-quote").addEventListener("click", () => ask(quoteDocument, true));
byId("voice-cancel").addEventListener("click", () => attempt(() => request(cancelDocument, { id: thread.jobId })));
byId("voice-retry").addEventListener("click", () =>
  attempt(async () => {
    await request(retryDocument, { id: thread.jobId });
    thread.follow();
  }),
);
byId("voice-delete").addEventListener("click", () =>
  confirm({ title: "Delete this recording?", text: shown.title }, () =>
    attempt(async (id) => {
      await request(deleteDocument, { id });
      byId("voice-title").focus();
    }),
  ),
);
