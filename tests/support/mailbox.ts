import { eventually } from "./atrium.js";
import { startSmtpListener } from "./smtp-listener.js";

/** A mail as its reader sees it. */
interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** All mailboxes behind a mail server of one's own. */
export const startMailboxes = async () => {
  const smtp = await startSmtpListener();
  const lettersTo = (email: string): Letter[] =>
    smtp.mails.filter(({ to }) => to.includes(`<${email}>`)).map(({ source }) => read(email, source));
  /** Waits for the letter and gives the newest. */
  const letter = async (email: string, subject: string): Promise<Letter> => {
    const wanted = () => lettersTo(email).filter((each) => each.subject === subject);
    const found = await eventually(
      async () => wanted(),
      ({ length }) => length > 0,
    );
    return found.at(-1) as Letter;
  };
  return {
    env: { SMTP_URL: smtp.url, ATRIUM_MAIL_FROM: "atrium@example.com" },
    lettersTo,
    letter,
    /** The secret in the link of such a letter. */
    token: async (email: string, subject: string): Promise<string> => {
      const { text } = await letter(email, subject);
      const token = /^http:\/\/\S+\/#(?:verify|reset)=(\S+)$/m.exec(text)?.[1];
      if (token === undefined) throw new Error(`The letter has no link: ${text}`);
      return token;
    },
    script: smtp.script,
    close: () => smtp.close(),
  };
};

export type Mailboxes = Awaited<ReturnType<typeof startMailboxes>>;

/** Takes back the transfer encoding of a mail without parts (RFC 2045). */
const read = (to: string, source: string): Letter => {
  const [head = "", ...rest] = source.split("\n\n");
  const body = rest.join("\n\n");
  const text = /^Content-Transfer-Encoding: quoted-printable$/im.test(head)
    ? body
        .replaceAll("=\n", "")
        .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : body;
  return { to, subject: /^Subject: (.*)$/m.exec(head)?.[1] ?? "", text };
};
