import type { Transporter } from "nodemailer";
import { DomainError } from "#src/platform/errors.js";

export interface OutgoingMail {
  /** The same for every attempt: a server that has taken the mail already can tell. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** The way out for mails. */
export interface MailTransport {
  /** Resolves when the mail was taken. Throws a `DomainError`, which is transient when another attempt makes sense. */
  send(mail: OutgoingMail): Promise<void>;
  close(): void;
}

/** How long a mail server may take to connect, and to say its next word, in milliseconds. */
const connectMs = 10_000;
const silenceMs = 30_000;
/** Connections to the mail server that one process holds at a time. */
const maxConnections = 3;

/** SMTP by nodemailer, which is loaded with the first mail. */
export const smtpTransport = (url: string, from: string): MailTransport => {
  let connecting: Promise<Transporter> | undefined;
  const connect = async () => {
    const { createTransport } = await import("nodemailer");
    return createTransport({
      url,
      pool: true,
      maxConnections,
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      socketTimeout: silenceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  const host = from.slice(from.lastIndexOf("@") + 1).replace(/>$/, "");
  return {
    send: async ({ id, to, subject, text }) => {
      connecting ??= connect();
      const message = {
        from,
        // As one address: a text with commas would be read as several.
        to: { name: "", address: to },
        subject,
        text,
        messageId: `<${id}@${host}>`,
        // Nobody's holiday notice shall answer (RFC 3834).
        headers: { "Auto-Submitted": "auto-generated" },
      };
      await (await connecting).sendMail(message).catch((error: unknown) => {
        throw smtpError(error);
      });
    },
    close: () => void connecting?.then((transporter) => transporter.close()),
  };
};

/** Servers repeat addresses in what they answer: only the codes are told. A refused envelope stays refused (RFC 5321, 4.2.1). */
const smtpError = (error: unknown): DomainError => {
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  const told = [code, responseCode].filter((part) => part !== undefined).join(" ") || "no code";
  const refused = (code === "EENVELOPE" || code === "EMESSAGE") && (responseCode ?? 0) >= 500;
  return new DomainError(
    "PROVIDER_UNAVAILABLE",
    `The mail server did not take the mail (${told}).`,
    {},
    {
      transient: !refused,
    },
  );
};
