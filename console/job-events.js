const generationFields = "id provider model costMicros firstTokenMs durationMs";
const jobEventsDocument = `subscription JobEvents($jobId: ID!, $after: String) {
  jobEvents(jobId: $jobId, after: $after) {
    __typename
    ... on JobStarted { cursor attempt }
    ... on JobProgressed { cursor progress }
    ... on StepFinished { cursor step }
    ... on TextChunk { cursor attempt text }
    ... on AttemptFailed { cursor attempt retryAt error { code message } }
    ... on JobEnded {
      cursor
      job {
        id
        status
        error { code message }
        result {
          __typename
          ... on Quote { text author qualityScore generation { ${generationFields} } }
          ... on Transcript { status }
          ... on Generation { text isComplete qualityScore ${generationFields} }
        }
      }
    }
  }
}`;

const reducers = {
  // A new attempt writes anew: what an earlier one left is void.
  JobStarted: (_state, { attempt }) => ({ phase: "writing", attempt, text: "", steps: [] }),
  JobProgressed: (state, { progress }) => ({ ...state, progress }),
  // What is told behind it belongs to the next step.
  StepFinished: (state, { step }) => ({ ...state, steps: [...state.steps, step], text: "" }),
  TextChunk: (state, { attempt, text }) => (attempt === state.attempt ? { ...state, text: state.text + text } : state),
  AttemptFailed: (state, { attempt, error, retryAt }) => ({ ...state, phase: "pausing", attempt, error, retryAt }),
  JobEnded: (state, { job }) => ({ ...state, phase: job.status.toLowerCase(), job, error: job.error }),
};

/**
 * One job as its events tell it: `phase`, `attempt`, `progress`, the `text` so far of the step after those in `steps`, and in
 * the end the `job` with its result.
 */
export class JobThread {
  #live;
  #onChange;
  #after;
  #stop = () => {};

  constructor(live, jobId, onChange) {
    this.#live = live;
    this.#onChange = onChange;
    this.jobId = jobId;
    this.state = { phase: "queued", attempt: 0, text: "" };
  }

  /** From the beginning, or after an end from there on: what a retry adds. */
  follow() {
    this.#stop();
    if (this.state.job) this.#change({ phase: "queued", attempt: this.state.attempt, text: "" });
    this.#stop = this.#live.subscribe(
      jobEventsDocument,
      { jobId: this.jobId, after: this.#after },
      {
        next: (event) => {
          this.#after = event.cursor;
          const reduce = reducers[event.__typename];
          if (reduce) this.#change(reduce(this.state, event));
        },
        error: (error) => this.#change({ ...this.state, phase: "lost", error }),
      },
    );
  }

  stop() {
    this.#stop();
  }

  #change(state) {
    this.state = state;
    this.#onChange(state);
  }
}
