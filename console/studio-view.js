import { request } from "./api.js";
import { byId, element } from "./dom.js";
import { clearErrors, showErrors } from "./form-errors.js";
import { dollars, milliseconds, percent } from "./format.js";
import { showGeneration } from "./generation-details.js";
import { JobThread } from "./job-events.js";

const providersDocument = "query Providers { providers { name isOffline models isDefault } }";
const generateDocument = "mutation Generate($input: GenerateQuoteInput!) { job: generateQuote(input: $input) { id } }";
const cancelDocument = "mutation Cancel($id: ID!) { job: cancelJob(id: $id) { id } }";
const retryDocument = "mutation Retry($id: ID!) { job: retryJob(id: $id) { id } }";

const storageKey = "atrium.job";
const tones = "hopeful inspiring humorous solemn calm bold reflective playful serious melancholic neutral".split(" ");
const running = new Set(["asked", "queued", "writing", "pausing"]);
const facts = ["Author", "Model", "Provider", "Cost", "First token", "Duration", "Quality"];

const form = byId("generate");
const stage = byId("stage");
const text = byId("stage-text");
const factValues = new Map(facts.map((name) => [name, element("dd", {}, "–")]));
const idle = { phase: "idle", text: "" };
let live;
let onProgress = () => {};
let thread;
let shown = {};

/** `changed` is called when a job was asked for, begins or is steered: its owner may want to look at the lists. */
export const startStudio = (socket, changed) => {
  live = socket;
  onProgress = changed;
  void loadProviders();
  const jobId = sessionStorage.getItem(storageKey);
  // After a reload the last job goes on where it is.
  if (jobId) follow(jobId);
  else show(idle);
};

export const stopStudio = () => {
  thread?.stop();
  thread = undefined;
  sessionStorage.removeItem(storageKey);
  show(idle);
  form.reset();
  clearErrors(form);
};

const loadProviders = async () => {
  const select = form.elements.provider;
  try {
    const { providers } = await request(providersDocument);
    select.replaceChildren(...providers.map(providerOptions));
    select.disabled = false;
  } catch {
    select.replaceChildren(element("option", { value: "" }, "the default provider"));
    select.disabled = false;
  }
};

const providerOptions = ({ name, isOffline, models, isDefault }) => {
  const options = models.map((model, index) =>
    element(
      "option",
      { value: JSON.stringify({ provider: name, model }), defaultSelected: isDefault && index === 0 },
      isOffline ? "offline grammar, no model" : model,
    ),
  );
  return element("optgroup", { label: isOffline ? "on this machine" : name }, ...options);
};

const follow = (jobId) => {
  thread?.stop();
  sessionStorage.setItem(storageKey, jobId);
  thread = new JobThread(live, jobId, show);
  show(thread.state);
  thread.follow();
};

const show = (state) => {
  if (state.phase === "lost" && state.text === "" && state.error.code === "NOT_FOUND") {
    sessionStorage.removeItem(storageKey);
    return show(idle);
  }
  const isNew = state.phase !== shown.phase || state.attempt !== shown.attempt;
  shown = state;
  text.textContent = state.text || state.job?.result?.text || "";
  if (!isNew) return;
  stage.dataset.phase = state.phase;
  byId("generate-button").ariaDisabled = running.has(state.phase) ? "true" : null;
  byId("cancel").hidden = !["queued", "writing", "pausing"].includes(state.phase);
  byId("retry").hidden = !["failed", "cancelled"].includes(state.phase);
  byId("stage-status").textContent = statusOf(state);
  byId("stage-note").textContent = noteOf(state);
  // The words are heard once, when they are complete; piece by piece nobody could follow them.
  byId("stage-says").textContent = [statusOf(state), noteOf(state), state.job?.result?.text].filter(Boolean).join(". ");
  showFacts(state.job?.result);
  onProgress();
};

const statusOf = ({ phase, attempt }) =>
  ({
    idle: "",
    asked: "Asking …",
    queued: "Waiting for a worker …",
    writing: attempt > 1 ? `Writing, attempt ${attempt} …` : "Writing …",
    pausing: `Attempt ${attempt} failed`,
    succeeded: "Written and stored",
    failed: "Failed",
    cancelled: "Cancelled",
    lost: "Out of sight",
  })[phase];

const noteOf = ({ phase, error, retryAt, job }) => {
  if (phase === "idle") return "Name a topic: the quote appears here, word by word.";
  if (phase === "pausing") {
    const seconds = Math.max(1, Math.round((Date.parse(retryAt) - Date.now()) / 1000));
    return `${error.message} Trying again in about ${seconds} s.`;
  }
  if (phase === "cancelled")
    return job.result ? "What had been written is kept with the job." : "Nothing had been written.";
  if (phase === "succeeded" && !job.result) return "This quote has been deleted since.";
  return error?.message ?? "";
};

const showFacts = (result) => {
  const generation = result?.generation ?? result;
  showGeneration(generation?.id);
  const values = generation
    ? [
        result.author ?? "nobody: it is not complete",
        generation.model,
        generation.provider,
        dollars(generation.costMicros),
        milliseconds(generation.firstTokenMs),
        milliseconds(generation.durationMs),
        percent(result.qualityScore),
      ]
    : facts.map(() => "–");
  facts.forEach((name, index) => {
    factValues.get(name).textContent = values[index];
  });
};

const submit = async () => {
  const { topic, tone, audience } = Object.fromEntries(new FormData(form));
  const optional = (value) => value.trim() || null;
  const choice = form.elements.provider.value;
  const input = {
    topic: topic.trim(),
    tone: optional(tone),
    audience: optional(audience),
    ...(choice && JSON.parse(choice)),
  };
  const before = shown;
  clearErrors(form);
  show({ phase: "asked", text: "" });
  try {
    const { job } = await request(generateDocument, { input });
    follow(job.id);
    stage.scrollIntoView({ block: "nearest" });
  } catch (error) {
    show(before);
    showErrors(form, error);
  }
};

const steer = async (document, then) => {
  const { jobId } = thread;
  try {
    await request(document, { id: jobId });
    if (thread?.jobId === jobId) then();
  } catch (error) {
    byId("stage-note").textContent = error.message;
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running.has(shown.phase)) void submit();
});
byId("cancel").addEventListener("click", () =>
  steer(cancelDocument, () => {
    byId("stage-status").textContent = "Cancelling …";
  }),
);
byId("retry").addEventListener("click", () => steer(retryDocument, () => thread.follow()));
byId("tones").append(...tones.map((tone) => element("option", { value: tone })));
byId("facts").append(...facts.map((name) => element("div", {}, element("dt", {}, name), factValues.get(name))));
