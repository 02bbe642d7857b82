import { byId } from "./dom.js";
import { clock } from "./format.js";

const types = { "audio/webm;codecs=opus": "webm", "audio/mp4": "m4a", "audio/ogg;codecs=opus": "ogg" };
const refusals = {
  NotAllowedError: "The browser does not give this page the microphone. Allow it for this site, or choose a file.",
  NotFoundError: "No microphone was found. Choose a file instead.",
};

const button = byId("voice-record");
let recorder;

/** The button records, and `take` gets the file when it is pressed again; `tell` says why there is none. */
export const offerRecording = (take, tell) => {
  button.addEventListener("click", () => {
    if (recorder) recorder.stop();
    else void record(take, tell);
  });
};

/** Leaving lets go of the microphone; what was said until then is kept. */
export const stopRecording = () => recorder?.stop();
export const isRecording = () => recorder !== undefined;

const record = async (take, tell) => {
  tell("");
  const type = globalThis.MediaRecorder && Object.keys(types).find((each) => MediaRecorder.isTypeSupported(each));
  if (!navigator.mediaDevices || !type)
    return tell("This browser records no sound here: that needs HTTPS, or localhost. Choose a file instead.");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    if (recorder) release(stream);
    else begin(new MediaRecorder(stream, { mimeType: type }), types[type], take);
  } catch (error) {
    tell(refusals[error.name] ?? `The microphone cannot be used: ${error.message}`);
  }
};

const release = (stream) => {
  for (const track of stream.getTracks()) track.stop();
};

const begin = (started, ending, take) => {
  const parts = [];
  const at = Date.now();
  const show = () => {
    button.textContent = `Stop, ${clock(Date.now() - at)}`;
  };
  const timer = setInterval(show, 500);
  recorder = started;
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => {
    clearInterval(timer);
    release(started.stream);
    recorder = undefined;
    button.textContent = "Record";
    const name = `Recording ${new Date(at).toLocaleString("sv").replaceAll(":", ".")}.${ending}`;
    take(new File(parts, name));
  };
  recorder.start();
  show();
};
