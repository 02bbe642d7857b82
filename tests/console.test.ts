import { existsSync } from "node:fs";
import { generateSync } from "otplib";
import { type Browser, type BrowserContext, chromium, type Page, type WebSocketRoute } from "playwright-core";
import { offlineProvider } from "#src/ai/offline/offline-provider.js";
import { eventually, startAtrium, type TestAtrium } from "./support/atrium.js";
import { startIssuer } from "./support/issuer.js";
import { freePort } from "./support/redis.js";
import { scriptedProvider } from "./support/scripted-provider.js";

const executablePath = "/usr/bin/chromium";
/** A browser beside everything else that is tested takes its time. */
const patienceMs = 90_000;
const testInBrowser = (name: string, body: () => Promise<void>) =>
  (existsSync(executablePath) ? test : test.skip)(name, body, patienceMs);

/** Sizes of a window that people have: a desk, a phone, a small phone. */
const windows = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
  { width: 360, height: 640 },
];
const password = "correct horse battery";

let atrium: TestAtrium;
let browser: Browser | undefined;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  // The second one is slow enough that a test can get in between two words, however busy the machine.
  const slow = scriptedProvider({ words: Array.from({ length: 40 }, (_, index) => `word ${index}, `), delayMs: 200 });
  atrium = await startAtrium({ providers: [offlineProvider({ wordDelayMs: 60 }), slow.provider] });
  if (!existsSync(executablePath)) return;
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
  browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet],
  });
});

afterAll(async () => {
  await browser?.close();
  await atrium?.close();
});

/** A page that notes every error in its console and every request that leaves the server it came from. */
const openPage = async (viewport = windows[0]) => {
  context = await browser!.newContext(viewport === undefined ? {} : { viewport });
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const own = new URL(atrium.url).host;
  const note = (url: string) => new URL(url).host !== own && complaints.push(`asks ${url}`);
  page.on("request", (request) => note(request.url()));
  page.on("websocket", (socket) => note(socket.url()));
};

afterEach(() => context?.close());

const signUp = async () => {
  await page.goto(atrium.url);
  await page.getByLabel("E-mail").fill(`${crypto.randomUUID()}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "Quote studio" }).waitFor();
};

const signInAs = async (person: { email: string; password: string }) => {
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};

const generate = async (topic: string, model?: string) => {
  if (model !== undefined) await page.getByLabel("Written by").selectOption({ label: model });
  await page.getByLabel("Topic").fill(topic);
  await page.getByRole("button", { name: "Generate" }).click();
};

const phase = (name: string) => page.locator(`#stage[data-phase=${name}]`).waitFor();
const text = async () => (await page.locator("#stage-text").textContent()) ?? "";

/** The written quote in the list, which follows a moment later. */
const listed = async () => {
  const quote = page.locator("#quotes li").filter({ hasText: await text() });
  await quote.waitFor();
  return quote;
};

const scrollsSideways = () =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** Every state that the streamed text goes through from now on. */
const watchText = () =>
  page.evaluate(() => {
    const seen: string[] = [];
    const place = document.querySelector("#stage-text");
    if (place !== null) new MutationObserver(() => seen.push(place.textContent)).observe(place, { childList: true });
    Object.assign(globalThis, { seen });
  });
const somethingWritten = () =>
  page.waitForFunction(() => (document.querySelector("#stage-text")?.textContent.length ?? 0) > 20);
const seenTexts = () => page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);

describe("W1 the console", () => {
  for (const viewport of windows) {
    testInBrowser(`W1 signs up, streams a quote and lists it, ${viewport.width} px wide`, async () => {
      await openPage(viewport);
      await signUp();
      await page.getByText("No quotes yet").waitFor();
      await watchText();
      await generate("courage");
      await phase("succeeded");

      const lengths = (await seenTexts()).map(({ length }) => length);
      expect(new Set(lengths).size).toBeGreaterThanOrEqual(3);
      expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
      const quote = await listed();
      expect(await page.locator("#facts").textContent()).toContain("Atrium (offline grammar)");
      await page.locator("#job-counts [data-status=SUCCEEDED]").filter({ hasText: "1" }).waitFor();
      expect(await scrollsSideways()).toBe(false);

      await quote.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await page.getByText("No quotes yet").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("You are signed out.").waitFor();
      expect(await scrollsSideways()).toBe(false);
      expect(complaints).toEqual([]);
    });
  }

  testInBrowser("W1 cancels a quote while it is written, and begins anew when asked to retry", async () => {
    await openPage();
    await signUp();
    await generate("patience", "scripted-1");
    await phase("writing");
    await somethingWritten();
    await page.getByRole("button", { name: "Cancel" }).click();
    await phase("cancelled");
    const partial = await text();
    await watchText();
    await page.getByRole("button", { name: "Retry" }).click();
    await phase("succeeded");
    expect((await seenTexts())[0]?.length).toBeLessThan(partial.length);
    await listed();
    expect(complaints).toEqual([]);
  });

  testInBrowser("W1 goes on after a cut connection and after a reload without a gap or a word twice", async () => {
    await openPage();
    let socket: WebSocketRoute | undefined;
    await page.routeWebSocket("**/graphql", (route) => {
      socket = route;
      route.connectToServer();
    });
    await signUp();
    await watchText();
    await generate("endurance", "scripted-1");
    await phase("writing");
    await somethingWritten();
    await socket?.close({ code: 1012 });
    await phase("succeeded");
    const texts = await seenTexts();
    const whole = await text();
    expect(texts.filter((part) => !whole.startsWith(part))).toEqual([]);
    // The last streamed state and the stored quote are the same: the stream itself was complete.
    expect(texts.slice(-2)).toEqual([whole, whole]);

    await generate("return", "scripted-1");
    await phase("writing");
    await page.reload();
    await phase("succeeded");
    await page.locator("#quotes-total").getByText("2", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  testInBrowser("W1 a sign-in link works once and leaves the address bar", async () => {
    const { refreshToken, email } = await atrium.signUp();
    await openPage();
    await page.goto(`${atrium.url}/#refresh=${refreshToken}`);
    await page.getByText(email).waitFor();
    expect(page.url()).toBe(`${atrium.url}/`);
    expect(complaints).toEqual([]);
    await context.close();

    await openPage();
    await page.goto(`${atrium.url}/#refresh=made-up`);
    await page.getByText("This sign-in link has been used already").waitFor();
    expect(page.url()).toBe(`${atrium.url}/`);
    expect(complaints).toEqual([]);
  });

  testInBrowser(
    "I9 mailed links confirm an address and set a new password, and leave no secret in the address bar",
    async () => {
      const ann = await atrium.signUp();
      const linkTo = async (name: string) => {
        const link = new RegExp(`\\S+/#${name}=\\S+`);
        const mails = () => atrium.app.mails.last(10, ann.email);
        const found = await eventually(mails, (all) => all.some(({ text }) => link.test(text ?? "")));
        return link.exec(found.map(({ text }) => text).join("\n"))?.[0] ?? "";
      };
      await openPage();
      await page.goto(await linkTo("verify"));
      await page.getByText(`The address ${ann.email} is confirmed.`).waitFor();
      expect(page.url()).toBe(`${atrium.url}/`);

      await page.getByLabel("E-mail").fill(ann.email);
      await page.getByRole("button", { name: "Forgot your password?" }).click();
      await page.getByText("a mail with a link is on its way").waitFor();
      await page.goto(await linkTo("reset"));
      await page.getByRole("heading", { name: "Choose a new password." }).waitFor();
      expect(page.url()).toBe(`${atrium.url}/`);
      await page.getByLabel("New password", { exact: true }).fill("password123");
      await page.getByRole("button", { name: "Set password" }).click();
      await page.getByText("is one of the first that are guessed").waitFor();
      await page.getByLabel("New password", { exact: true }).fill("a password of one's own");
      await page.getByRole("button", { name: "Set password" }).click();
      await page.getByText("Your password is set.").waitFor();
      await page.getByLabel("E-mail").fill(ann.email);
      await page.getByLabel("Password", { exact: true }).fill("a password of one's own");
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByRole("heading", { name: "Quote studio" }).waitFor();
      expect(complaints).toEqual([]);
    },
  );

  testInBrowser("I11 a mailed invitation waits for its guest to sign in, and opens the workspace", async () => {
    const [host, guest] = [await atrium.signUp(), await atrium.signUp()];
    await host.sdk.CreateQuote({ input: { text: "From the house of the host.", author: "Host" } });
    await host.sdk.InviteMember({ input: { email: guest.email, role: "EDITOR" } });
    const mails = await eventually(
      () => atrium.app.mails.last(10, guest.email),
      (all) => all.some(({ text }) => /#invitation=/.test(text ?? "")),
    );
    const link = /\S+\/#invitation=\S+/.exec(mails.map(({ text }) => text).join("\n"))?.[0] ?? "";
    await openPage();
    await page.goto(link);
    await page.getByText("You are invited to a workspace.").waitFor();
    expect(page.url()).toBe(`${atrium.url}/`);
    await signInAs(guest);
    await page.getByText(/You are in .+ now, as editor\./).waitFor();
    await page.getByText("From the house of the host.").waitFor();
    const choice = page.getByLabel("Workspace");
    await page.reload();
    await page.getByText("From the house of the host.").waitFor();
    const own = await choice.locator("option:not(:checked)").textContent();
    await choice.selectOption({ label: own ?? "" });
    await page.getByText("No quotes yet").waitFor();
    expect(complaints).toEqual([]);
  });

  testInBrowser("I4 signs in by an issuer, whose button stands beside the password", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const acme = await startIssuer({ redirectUris: [`${url}/`] });
    const house = await startAtrium({
      withWorkers: false,
      env: {
        PORT: new URL(url).port,
        ATRIUM_OAUTH_PROVIDERS: "acme",
        ATRIUM_OAUTH_REDIRECT_URIS: `${url}/`,
        ATRIUM_OAUTH_ACME_ISSUER: acme.url,
        ATRIUM_OAUTH_ACME_CLIENT_ID: acme.clientId,
        ATRIUM_OAUTH_ACME_CLIENT_SECRET: acme.clientSecret,
        ATRIUM_OAUTH_ACME_LABEL: "Sign in with Acme",
      },
    });
    acme.accounts.set("ann", { email: "ann@acme.example", email_verified: true });
    try {
      await openPage();
      // The person at the issuer: what its pages would ask is answered, and the browser sent back.
      await page.route(`${acme.url}/**`, async (route) => {
        const location = await acme.visit(route.request().url(), "ann");
        await route.fulfill({ status: 302, headers: { location } });
      });
      await page.goto(url);
      await page.getByRole("button", { name: "Acme" }).click();
      await page.getByRole("heading", { name: "Quote studio" }).waitFor();
      expect(page.url()).toBe(`${url}/`);
    } finally {
      await context.close();
      await house.close();
      await acme.close();
    }
  });

  testInBrowser("I4 sets up an app and a passkey, and signs in by the passkey", async () => {
    await openPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const ann = await atrium.signUp();
    // Browsers keep passkeys from bare addresses.
    const home = atrium.url.replace("127.0.0.1", "localhost");
    await page.goto(home);
    await signInAs(ann);
    await page.getByRole("button", { name: ann.email }).click();
    const account = page.getByRole("dialog");
    await account.getByText("Off. With it").waitFor();
    await account.getByRole("button", { name: "Add a passkey" }).click();
    await account.getByText("not used yet").waitFor();
    await account.getByRole("button", { name: "Set up" }).click();
    await account.getByText("Add this secret").waitFor();
    await page.waitForFunction(() => document.querySelector("#totp-secret")?.textContent);
    const secret = (await page.locator("#totp-secret").textContent()) ?? "";
    await page.getByLabel("The 6 digits").fill(generateSync({ secret }));
    await account.getByRole("button", { name: "Turn on" }).click();
    await account.getByText("10 recovery codes left").waitFor();
    expect((await page.locator("#recovery-codes").textContent())?.split("\n")).toHaveLength(10);
    await account.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("heading", { name: "Quote studio" }).waitFor();
    expect(complaints.filter((each) => !each.includes("asks"))).toEqual([]);
  });

  testInBrowser("I4 an account with a second factor is asked for its code", async () => {
    const ann = await atrium.signUp();
    const { startTotp } = await ann.query<{ startTotp: { secret: string } }>("mutation { startTotp { secret } }");
    const code = generateSync({ secret: startTotp.secret });
    const { confirmTotp } = await ann.query<{ confirmTotp: { codes: string[] } }>(
      "mutation ($code: String!) { confirmTotp(input: { code: $code }) { codes } }",
      { code },
    );
    await openPage();
    await page.goto(atrium.url);
    await signInAs(ann);
    await page.locator("#code").fill("nonsense");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.locator("#sign-in [role=alert]:visible").waitFor();
    await page.locator("#code").fill(confirmTotp.codes[0] ?? "");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Quote studio" }).waitFor();
    expect(complaints).toEqual([]);
  });

  testInBrowser("W1 says at the field what is wrong, and why a session is over", async () => {
    await openPage();
    await page.goto(atrium.url);
    await page.getByLabel("E-mail").fill("nobody");
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("This is not an e-mail address.").waitFor();
    expect(await page.getByLabel("E-mail").getAttribute("aria-invalid")).toBe("true");

    await signUp();
    await page.getByRole("button", { name: "Generate" }).click();
    await page.locator("#topic-error").waitFor();
    const accessToken = await page.evaluate(() => JSON.parse(sessionStorage["atrium.session"]).accessToken as string);
    await fetch(`${atrium.url}/graphql`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ query: "mutation { signOut { id } }" }),
    });
    await page.getByText("Your session has ended").waitFor();
    // A request that was under way at that moment is refused, and a browser notes that by itself.
    expect(complaints.filter((each) => !each.includes("401"))).toEqual([]);
  });
});
