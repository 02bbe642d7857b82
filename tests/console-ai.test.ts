import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { ProviderError } from "#src/ai/provider.js";
import { startAtrium, type TestAtrium } from "./support/atrium.js";
import { collect, endOf } from "./support/follow.js";
import { askQuote, paidProvider, setBudget, setPrice } from "./support/paid-provider.js";
import { scriptedProvider } from "./support/scripted-provider.js";

const executablePath = "/usr/bin/chromium";
const testInBrowser = existsSync(executablePath) ? test : test.skip;

let atrium: TestAtrium;
let browser: Browser | undefined;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const paid = paidProvider({ usage: { inputTokens: 900, outputTokens: 300 } });
  const probe = async () => {
    throw new ProviderError("down", "unavailable");
  };
  const down = { ...scriptedProvider().provider, name: "down", probe };
  atrium = await startAtrium({ providers: [paid.provider, down, offlineProvider()] });
  await setPrice(await atrium.signUpOperator());
  if (existsSync(executablePath))
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
});
afterAll(async () => {
  await browser?.close();
  await atrium?.close();
});

testInBrowser(
  "W1 shows providers, budgets with what was spent, and versions of prompts beside each other, on a phone",
  async () => {
    const ann = await atrium.signUp();
    await endOf(await collect(ann, await askQuote(ann, { provider: "paid" })));
    await setBudget(ann, { limitMicros: 1_000_000 });
    const letter = { name: "letters.welcome", template: "Write to {{name}}.", variables: [{ name: "name" }] };
    await ann.query("mutation ($i: CreatePromptInput!) { createPrompt(input: $i) { id } }", { i: letter });

    page = await browser!.newPage({ viewport: { width: 390, height: 844 } });
    complaints = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(atrium.url);
    await page.getByLabel("E-mail").fill(ann.email);
    await page.getByLabel("Password", { exact: true }).fill(ann.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();

    await page.getByRole("link", { name: "Providers" }).click();
    await page.locator("[data-provider=down]").getByText("The last probe found: unavailable.").waitFor();
    await page.locator("[data-provider=paid]").getByText("$0.000300, 1 calls").waitFor();

    await page.getByRole("link", { name: "Budgets" }).click();
    const budget = page.locator("#budgets li").filter({ hasText: "The workspace" });
    await budget.getByText("$0.000300 spent · of $1.00").waitFor();
    await page.locator("#usage td").filter({ hasText: "paid" }).waitFor();
    await budget.getByRole("button", { name: "Change" }).click();
    await page.locator("#budget-period").selectOption("TOTAL");
    await page.getByLabel("Limit").fill("nonsense");
    await page.getByRole("button", { name: "Set budget" }).click();
    await page.getByText("Enter dollars, such as").waitFor();
    await page.getByLabel("Limit").fill("2.5");
    await page.getByRole("button", { name: "Set budget" }).click();
    await budget.getByText("of $2.50").waitFor();
    // What others spend is told while one looks.
    await endOf(await collect(ann, await askQuote(ann, { provider: "paid" })));
    await budget.getByText("$0.000600 spent").waitFor();
    await budget.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No budgets:").waitFor();

    await page.getByRole("link", { name: "Prompts" }).click();
    await page.getByRole("button", { name: /letters\.welcome/ }).click();
    await page.getByRole("button", { name: "Preview, version 1" }).click();
    await page.locator("#preview-name").fill("Ann");
    await page.getByRole("button", { name: "Show what is asked" }).click();
    await page.locator("#preview-messages").getByText("Write to Ann.").waitFor();
    await page.getByRole("button", { name: "Build on, version 1" }).click();
    await page.locator("#draft-template").fill("Write two lines to {{name}}.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator("#difference").getByText("+ Write two lines to {{name}}.").waitFor();
    await page.getByLabel("Label for version 2").fill("staging");
    await page.getByLabel("Label for version 2").press("Enter");
    await page.locator("#versions .tag").getByText("staging").waitFor();
    const isWide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
    expect(await page.evaluate(isWide)).toBe(false);
    expect(complaints).toEqual([]);
  },
  60_000,
);
