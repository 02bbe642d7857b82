import { readLog } from "./process.js";

/** Arguments of Node for a process that can be looked into. */
export const inspected = ["--inspect=127.0.0.1:0"];

/** Speaks the inspector's protocol with a server that was started so. */
export const connectInspector = async (name) => {
  const address = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(readLog(name))?.[0];
  const socket = new WebSocket(address);
  const waiting = new Map();
  let id = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const { resolve, reject } = waiting.get(id) ?? {};
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  return {
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        id += 1;
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      }),
    close: () => socket.close(),
  };
};
