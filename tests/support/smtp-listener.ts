import { type AddressInfo, createServer, type Socket } from "node:net";

interface ReceivedMail {
  readonly from: string;
  readonly to: string;
  /** Headers and body, as they were sent. */
  readonly source: string;
}

/** A mail server that takes everything, or answers a command with what a test has scripted for it. */
export const startSmtpListener = async () => {
  const mails: ReceivedMail[] = [];
  const scripted: { command: string; answer: string | "hang up" }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    let rest = "";
    let envelope = { from: "", to: "" };
    let data: string[] | undefined;
    const obey = (line: string) => {
      if (data !== undefined && line !== ".") return void data.push(line.replace(/^\.\./, "."));
      const command = line === "." ? "." : line.slice(0, 4).toUpperCase();
      const index = scripted.findIndex((each) => each.command === command);
      const [script] = index === -1 ? [] : scripted.splice(index, 1);
      if (script?.answer === "hang up") return void socket.destroy();
      if (script === undefined && command === ".") mails.push({ ...envelope, source: (data ?? []).join("\n") });
      if (command === ".") data = undefined;
      if (command === "MAIL") envelope = { from: line.slice(10), to: "" };
      if (command === "RCPT") envelope.to = line.slice(8);
      if (command === "DATA" && script === undefined) data = [];
      socket.write(`${script?.answer ?? (command === "DATA" ? "354 go on" : "250 fine")}\r\n`);
    };
    socket.write("220 here\r\n");
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) obey(line);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    /** The next such command, or the end of a message as `.`, is answered with this. */
    script: (command: string, answer: string) => void scripted.push({ command, answer }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
