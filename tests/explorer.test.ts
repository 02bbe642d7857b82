import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";

const executablePath = "/usr/bin/chromium";
const inBrowser = existsSync(executablePath) ? test : test.skip;
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let atrium: TestAtrium;
let ann: Person;
let browser: Browser | undefined;

beforeAll(async () => {
  atrium = await startAtrium();
  ann = await atrium.signUp();
  if (existsSync(executablePath)) browser = await chromium.launch({ executablePath, args });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await atrium.close();
});

/** Fills one of the small editors below the document. */
const fill = async (page: Page, editor: "Variables" | "Headers", text: string) => {
  await page.getByText(editor, { exact: true }).first().click();
  await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines").first().click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
};

inBrowser(
  "W1 the explorer opens at the API's address, loads nothing from elsewhere, and runs its subscription",
  async () => {
    const page = await (browser as Browser).newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(atrium.url)) problems.push(request.url());
    });
    const { generateQuote: job } = await ann.sdk.GenerateQuote({ input: { topic: "explorers" } });
    await page.goto(`${atrium.url}/graphql`);
    await page.locator(".graphiql-execute-button").waitFor();
    await page.waitForTimeout(2_000);
    await fill(page, "Variables", JSON.stringify({ jobId: job.id }));
    await fill(page, "Headers", JSON.stringify({ Authorization: `Bearer ${ann.accessToken}` }));
    await page.locator(".graphiql-execute-button").click();
    await page.getByRole("menuitem", { name: "Watch" }).click();
    const answer = page.locator(".result-window");
    await answer.getByText("SUCCEEDED").waitFor();
    expect(await answer.textContent()).toContain("JobEnded");
    expect(problems).toEqual([]);
  },
  60_000,
);
