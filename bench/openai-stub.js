import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const words = "Courage is the quiet voice that says I will try again tomorrow and then does so with a smile".split(" ");

/**
 * A server of OpenAI's Chat Completions on this machine that streams one text at a set pace. It keeps how long each answer
 * took it, by the last message of the request, so that this time can be taken off what a caller measures.
 */
export const startOpenAiStub = async ({ firstTokenMs = 0, tokenMs = 0 } = {}) => {
  const durations = {};
  const server = createServer(async (request, response) => {
    const begun = performance.now();
    if (request.method === "GET") return response.end(JSON.stringify(durations));
    const { messages } = await json(request);
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    const head = { id: "chatcmpl-1", object: "chat.completion.chunk", model: "model-a" };
    const say = (data) => response.write(`data: ${JSON.stringify({ ...head, ...data })}\n\n`);
    const delta = (delta, finish_reason = null) => say({ choices: [{ index: 0, delta, finish_reason }] });
    delta({ role: "assistant", content: "" });
    for (const [index, word] of words.entries()) {
      const pause = index === 0 ? firstTokenMs : tokenMs;
      if (pause > 0) await sleep(pause);
      delta({ content: index === 0 ? word : ` ${word}` });
    }
    delta({}, "stop");
    say({
      choices: [],
      usage: { prompt_tokens: 20, completion_tokens: words.length, total_tokens: 20 + words.length },
    });
    durations[messages.at(-1).content] = performance.now() - begun;
    response.end("data: [DONE]\n\n");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    /** In milliseconds. The same as JSON for any GET. */
    durations,
    url: `http://127.0.0.1:${server.address().port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
