import { asSystem, noWorkspace } from "#src/platform/actor.js";
import { eventually, startAtrium, type TestAtrium } from "./support/atrium.js";
import { runAtrium } from "./support/processes.js";
import { startSmtpListener } from "./support/smtp-listener.js";
import { TestClock } from "./support/test-clock.js";

const dayMs = 24 * 60 * 60_000;
const nobody = asSystem({
  userId: "",
  workspaceId: noWorkspace,
  permissions: new Set<string>(),
  requestId: "the tests",
});
const statusOf = async ({ database }: TestAtrium, id: string) =>
  (
    await database.query<{ status: string; last_error: string | null; text: string | null }>(
      "select status, last_error, text from mail where id = $1",
      [id],
    )
  )[0];

const write = (atrium: TestAtrium, to: string, text = "Hello.") =>
  atrium.app.database.write(nobody, (change) => atrium.app.mails.post(change, { to, subject: "A word", text }));

describe("with a mail server", () => {
  let smtp: Awaited<ReturnType<typeof startSmtpListener>>;
  let atrium: TestAtrium;
  beforeAll(async () => {
    smtp = await startSmtpListener();
    atrium = await startAtrium({ env: { SMTP_URL: smtp.url, ATRIUM_MAIL_FROM: "Atrium <atrium@example.com>" } });
  });
  afterAll(async () => {
    await atrium.close();
    await smtp.close();
  });

  test("I9 a mail is sent once its commit is done, and its text is forgotten then", async () => {
    const { id } = await write(atrium, "ann@example.com", "Grüße.\n.\nA dot stood alone.");
    await eventually(
      () => statusOf(atrium, id),
      (mail) => mail?.status === "SENT",
    );
    expect((await statusOf(atrium, id))?.text).toBeNull();
    const sent = smtp.mails.filter(({ to }) => to.includes("ann@example.com"));
    expect(sent).toHaveLength(1);
    expect(sent[0]?.source).toContain(`Message-ID: <${id}@example.com>`);
    expect(sent[0]?.source).toContain("A dot stood alone.");
  });

  test("I9 a mail whose transaction is taken back is never sent", async () => {
    const lost = atrium.app.database.write(nobody, async (change) => {
      await atrium.app.mails.post(change, { to: "lost@example.com", subject: "A word", text: "Hello." });
      throw new Error("taken back");
    });
    await expect(lost).rejects.toThrow("taken back");
    const { id } = await write(atrium, "after@example.com");
    await eventually(
      () => statusOf(atrium, id),
      (mail) => mail?.status === "SENT",
    );
    expect(smtp.mails.some(({ to }) => to.includes("lost@example.com"))).toBe(false);
  });

  test("I9 a refused address fails at once, and what the server says of it is not repeated", async () => {
    smtp.script("RCPT", "550 <secret-address@example.com> is unknown here");
    const { id } = await write(atrium, "secret-address@example.com");
    await eventually(
      () => statusOf(atrium, id),
      (mail) => mail?.status === "FAILED",
    );
    expect((await statusOf(atrium, id))?.last_error).toBe("The mail server did not take the mail (EENVELOPE 550).");
    const jobs = await atrium.database.query("select payload, error_message from job where kind = 'mail.deliver'");
    expect(JSON.stringify(jobs)).not.toContain("secret-address");
  });

  test("I9 a server that hangs up, or is busy, is asked again", async () => {
    smtp.script(".", "hang up");
    const { id } = await write(atrium, "patient@example.com");
    await eventually(
      () => statusOf(atrium, id),
      (mail) => mail?.last_error !== null,
    );
    expect((await statusOf(atrium, id))?.status).toBe("QUEUED");
    await eventually(
      () => statusOf(atrium, id),
      (mail) => mail?.status === "SENT",
      25_000,
    );
    expect(smtp.mails.filter(({ to }) => to.includes("patient@example.com"))).toHaveLength(1);
  });

  test("I9 an address with commas and line breaks in it is one recipient, and makes no header", async () => {
    const { id } = await write(atrium, '"a@evil.example,b"@example.com');
    await eventually(
      () => statusOf(atrium, id),
      (mail) => mail?.status !== "QUEUED" || mail.last_error !== null,
    );
    expect(smtp.mails.some(({ to }) => to.includes("<a@evil.example>"))).toBe(false);
    const broken = await write(atrium, "x@example.com\r\nRCPT TO:<evil@example.com>");
    await eventually(
      () => statusOf(atrium, broken.id),
      (mail) => mail?.status !== "QUEUED" || mail.last_error !== null,
    );
    expect(smtp.mails.some(({ to }) => to.includes("evil@example.com>") && !to.includes("x@"))).toBe(false);
  });

  test("I9 nobody sees, cancels or repeats the job of a mail", async () => {
    const ann = await atrium.signUp();
    const { id } = await write(atrium, "quiet@example.com");
    const [job] = await atrium.database.query<{ id: string }>("select id from job where payload->>'id' = $1", [id]);
    expect((await ann.sdk.Job({ id: job?.id ?? "" })).job).toBeNull();
    const events = await atrium.database.query("select 1 from event where subject_id = $1 and workspace_id <> $2", [
      job?.id,
      noWorkspace,
    ]);
    expect(events).toEqual([]);
  });
});

describe("without a mail server", () => {
  test("I9 mails are kept, sealed, printed by `atrium mail`, and deleted after a week", async () => {
    const clock = new TestClock();
    const atrium = await startAtrium({ clock, withWorkers: false });
    try {
      await write(atrium, "first@example.com", "the first text");
      await write(atrium, "second@example.com", "the second text");
      const stored = JSON.stringify(await atrium.database.query("select * from mail"));
      for (const secret of ["first@example.com", "A word", "the first text"]) expect(stored).not.toContain(secret);
      const { code, output } = await runAtrium(["mail"], atrium.env);
      expect(code).toBe(0);
      expect(output.indexOf("the first text")).toBeGreaterThan(-1);
      expect(output.indexOf("the second text")).toBeGreaterThan(output.indexOf("the first text"));
      const only = await runAtrium(["mail", "--to", "second@example.com"], atrium.env);
      expect(only.output).toContain("the second text");
      expect(only.output).not.toContain("the first text");

      clock.pass(6 * dayMs);
      await atrium.app.expiry.sweep();
      expect(await atrium.database.query("select 1 from mail")).toHaveLength(2);
      clock.pass(dayMs + 1);
      await atrium.app.expiry.sweep();
      expect(await atrium.database.query("select 1 from mail")).toHaveLength(0);
    } finally {
      await atrium.close();
    }
  }, 60_000);
});
