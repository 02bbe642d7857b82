import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { PlatformTelemetry } from "#src/telemetry/platform/platform-telemetry.js";
import { type Person, startAtrium, type TestAtrium } from "./support/atrium.js";
import { joinWorkspace, signUpMember } from "./support/members.js";
import { seedQuotes } from "./support/seed-quotes.js";
import { ingest } from "./support/telemetry.js";

const run = promisify(execFile);
const executablePath = "/usr/bin/chromium";
/** A browser beside everything else that is tested takes its time. */
const testInBrowser = (name: string, body: () => Promise<void>) =>
  (existsSync(executablePath) ? test : test.skip)(name, body, 90_000);

let atrium: TestAtrium;
let browser: Browser | undefined;
let page: Page;
let complaints: string[];
/** What a process of its own starts by itself. */
let platform: PlatformTelemetry | undefined;

beforeAll(async () => {
  atrium = await startAtrium({ env: { ATRIUM_PLATFORM_TELEMETRY_SECONDS: "1" } });
  if (existsSync(executablePath))
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
});
afterEach(async () => {
  await page?.close();
  await platform?.stop();
  platform = undefined;
});
afterAll(async () => {
  await browser?.close();
  await atrium?.close();
});

const enter = async ({ email, password }: Person, view: string, viewport = { width: 390, height: 844 }) => {
  page = await browser!.newPage({ viewport });
  complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(atrium.url).host) complaints.push(request.url());
  });
  await page.goto(`${atrium.url}/#/${view}`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
};

const createTwin = async (person: Person, name: string) =>
  (
    await person.query<{ createTwin: { id: string } }>(
      "mutation ($input: CreateTwinInput!) { createTwin(input: $input) { id } }",
      { input: { name, type: "pump" } },
    )
  ).createTwin.id;

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const measuredTwin = async (person: Person, name: string) => {
  const twinId = await createTwin(person, name);
  const values = [20, 24, 21, 25];
  await ingest(
    person,
    values.map((value, index) => ({ twinId, metric: "temperature", unit: "°C", at: minutesAgo(8 - index), value })),
  );
  return twinId;
};

/** Waits until something is drawn in the first chart of a place. */
const drawn = (place: string) =>
  page.waitForFunction((selector) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`${selector} canvas`);
    const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    return data?.some((value) => value !== 0) ?? false;
  }, place);

const scrollsSideways = () =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

testInBrowser(
  "T1 a twin is made, its first point is sent by the printed command, and more arrive live in its chart",
  async () => {
    const ann = await atrium.signUp();
    await enter(ann, "twins");
    await page.getByText("No twins yet.").waitFor();
    await page.getByRole("button", { name: "New twin" }).click();
    const form = page.getByRole("form", { name: "New twin" });
    await form.getByRole("button", { name: "Create" }).click();
    await form.getByRole("alert").filter({ visible: true }).first().waitFor();
    await form.getByLabel("Name").fill("Pump 7");
    await form.getByLabel("Type").fill("pump");
    await form.getByLabel("Metadata").fill('{ "maker": "Acme" }');
    await form.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Pump 7" }).waitFor();

    const command = page.locator("#twin-curl");
    await command.filter({ visible: true }).waitFor();
    const sent = await run("bash", ["-c", (await command.textContent()) ?? ""], {
      env: { ...process.env, TOKEN: ann.accessToken },
    });
    expect(JSON.parse(sent.stdout)).toMatchObject({ data: { ingestTelemetry: { accepted: 1 } } });
    const row = page.getByRole("row").filter({ hasText: "temperature" });
    await row.getByText("21.5 °C").waitFor();
    await drawn("#series-chart");
    await page.getByText(/^temperature: 21.5 °C at/).waitFor();

    const twinId = new URL(page.url()).hash.split("/")[2] ?? "";
    await ingest(ann, [{ twinId, metric: "temperature", value: "33.25" }]);
    await row.getByText("33.25 °C").waitFor();
    await page.getByText(/^temperature: 2 values from 21.5 °C to 33.25 °C/).waitFor();
    await page.getByRole("button", { name: "24 h" }).click();
    await page.getByText(/^temperature: \d values? .*|^temperature: 27\.375 °C/).waitFor();
    expect(await page.getByLabel("Each value is").inputValue()).toBe("AVG");
    expect(await scrollsSideways()).toBe(false);

    await page.getByRole("link", { name: "All twins" }).click();
    await page.getByRole("link", { name: /Pump 7.*Active.*measured/ }).waitFor();
    await page.getByLabel("Name").filter({ visible: true }).fill("nothing like it");
    await page.getByText("No twin is like that.").waitFor();
    await page.getByLabel("Name").filter({ visible: true }).fill("pUMP");
    await page.getByRole("link", { name: /Pump 7/ }).waitFor();
    expect(complaints).toEqual([]);
  },
);

testInBrowser(
  "T1 an edit that comes too late shows the newer values and can be sent again; twins are linked and unlinked",
  async () => {
    const ann = await atrium.signUp();
    const [id, other] = [await createTwin(ann, "Pump 1"), await createTwin(ann, "Hall")];
    await enter(ann, `twins/${id}`, { width: 1280, height: 900 });
    await page.getByRole("heading", { name: "Pump 1" }).waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    const form = page.getByRole("form", { name: "Edit the twin" });
    await ann.query("mutation ($id: ID!, $input: UpdateTwinInput!) { updateTwin(id: $id, input: $input) { id } }", {
      id,
      input: { revision: 1, name: "Pump one", metadata: { maker: "Acme" } },
    });
    await form.getByLabel("Location").fill("Hamburg");
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText("Name is now “Pump one”.").waitFor();
    await form.getByRole("button", { name: "Save" }).click();
    await form.waitFor({ state: "hidden" });
    const { twin } = await ann.query<{ twin: unknown }>(
      "query ($id: ID!) { twin(id: $id) { name location metadata revision } }",
      { id },
    );
    expect(twin).toEqual({ name: "Pump one", location: "Hamburg", metadata: { maker: "Acme" }, revision: 3 });

    await page.getByLabel("This twin").selectOption("is in");
    await page.getByLabel("Other twin").selectOption(other);
    await page.getByRole("button", { name: "Link", exact: true }).click();
    await page.getByRole("link", { name: "Hall" }).click();
    await page.getByRole("heading", { name: "Hall" }).waitFor();
    await page.getByRole("button", { name: "Unlink: Hall contains Pump one" }).click();
    await page.getByText("None yet.").waitFor();
    expect(complaints).toEqual([]);
  },
);

testInBrowser("L4 what is unusual in a metric is circled, and said in words", async () => {
  const ann = await atrium.signUp();
  const id = await measuredTwin(ann, "Pump 1");
  await enter(ann, `twins/${id}`);
  // Weeks of points would have to be there before: what is told of them is a stand-in.
  await page.route("**/graphql", (route, request) => {
    const { query, variables } = request.postDataJSON() as { query: string; variables: { range: { until: string } } };
    if (!query.includes("metricAnomalies")) return route.continue();
    const at = new Date(Date.parse(variables.range.until) - 3_600_000).toISOString();
    return route.fulfill({ json: { data: { metricAnomalies: [{ at, value: "22" }] } } });
  });
  await drawn("#series-chart");
  await page.getByRole("button", { name: "24 h" }).click();
  await page.getByText("1 value is unusual for its time: it is circled.").waitFor();
  // Drawn in the colour of danger, which nothing else in it has.
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#series-chart canvas");
    const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return data.some((red, index) => index % 4 === 0 && red === 0xa3 && data[index + 1] === 0x31);
  });
  await page.getByRole("button", { name: "15 min" }).click();
  expect(complaints).toEqual([]);
});

testInBrowser(
  "A5 a dashboard made by its form shows live values, and the trouble of a widget in its place",
  async () => {
    const ann = await atrium.signUp();
    const twinId = await measuredTwin(ann, "Pump 1");
    await enter(ann, "dashboards", { width: 1280, height: 900 });
    await page.getByText("No dashboards yet.").waitFor();
    await page.getByRole("button", { name: "New dashboard" }).click();
    await page.getByLabel("Name").filter({ visible: true }).fill("Pumps");
    await page.getByRole("button", { name: "Add a widget" }).click();
    const second = page.getByRole("group", { name: "Widget 2" });
    await second.getByLabel("Shows").selectOption("latest");
    await page.waitForFunction(() => document.querySelectorAll("#widget-forms option[value=temperature]").length === 2);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Pumps" }).waitFor();
    await drawn("#widgets");
    const figure = page.locator(".widget .figure");
    await figure.getByText("25 °C").waitFor();
    await ingest(ann, [{ twinId, metric: "temperature", value: "31.5" }]);
    await figure.getByText("31.5 °C").waitFor();
    const placeOf = (index: number) => page.locator(".widget").nth(index).boundingBox();
    const [left, right] = [await placeOf(0), await placeOf(1)];
    expect(right?.y).toBe(left?.y);
    expect(right?.x).toBeGreaterThan(left?.x ?? 0);

    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("button", { name: "Remove widget 1" }).click();
    await page.getByLabel("Name").filter({ visible: true }).fill("One pump");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "One pump" }).waitFor();
    expect(await page.locator(".widget").count()).toBe(1);
    await ann.query("mutation ($id: ID!) { deleteTwin(id: $id) { id } }", { id: twinId });
    await page.locator(".widget .state").filter({ hasText: /\w/ }).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No dashboards yet.").waitFor();
    expect(complaints).toEqual([]);
  },
);

testInBrowser("A5 a widget counts product events, and counts on", async () => {
  const ann = await atrium.signUp();
  const track = (name: string) =>
    ann.query("mutation ($name: String!) { trackEvent(input: { name: $name }) { id } }", { name });
  await track("opened");
  await track("closed");
  await enter(ann, "dashboards", { width: 1280, height: 900 });
  await page.getByRole("button", { name: "New dashboard" }).click();
  await page.getByLabel("Name", { exact: true }).filter({ visible: true }).fill("Visits");
  const widget = page.getByRole("group", { name: "Widget 1" });
  await widget.getByLabel("Shows").selectOption("events");
  expect(await widget.getByLabel("Twin").isVisible()).toBe(false);
  expect(await widget.getByLabel("Title").inputValue()).toBe("Product events");
  await widget.getByLabel("Events named").fill("opened, shared");
  await widget.getByLabel("Drawn as").selectOption("STAT");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Visits" }).waitFor();
  const figure = (name: string) => page.locator(".widget").getByText(name).locator("..");
  await figure("opened").getByText("1", { exact: true }).waitFor();
  await figure("shared").getByText("0", { exact: true }).waitFor();
  await track("shared");
  await figure("shared").getByText("1", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  expect(await widget.getByLabel("Events named").inputValue()).toBe("opened, shared");
  expect(await widget.getByLabel("Counted over").inputValue()).toBe("P7D/P1D");
  expect(complaints).toEqual([]);
});

testInBrowser("I12 markup that somebody stored is shown as text, and nothing of it runs", async () => {
  const owner = await signUpMember(atrium);
  const markup = `<img src=x onerror="document.title='taken'"><b>${"bold"}</b>`;
  const twinId = await measuredTwin(owner, markup);
  await seedQuotes(atrium.database, owner, [markup]);
  const { createDashboard } = await owner.query<{ createDashboard: { id: string } }>(
    "mutation ($input: CreateDashboardInput!) { createDashboard(input: $input) { id } }",
    {
      input: {
        ...{ name: markup, description: markup },
        widgets: [
          {
            ...{ key: markup.slice(0, 50), title: markup, kind: "TABLE" },
            place: { x: 0, y: 0, width: 12, height: 4 },
            query: { latest: { twinIds: [twinId], metrics: ["temperature"] } },
          },
        ],
      },
    },
  );
  await owner.query("mutation ($name: String!) { trackEvent(input: { name: $name }) { id } }", { name: markup });
  await enter(owner, "studio", { width: 1280, height: 900 });
  const views = ["studio", "twins", `twins/${twinId}`, "dashboards", `dashboards/${createDashboard.id}`, "analytics"];
  for (const view of views) {
    await page.goto(`${atrium.url}/#/${view}`);
    await page.getByText(markup).filter({ visible: true }).first().waitFor();
    expect(await page.locator("img[src=x]").count()).toBe(0);
    expect(await page.title()).not.toBe("taken");
  }
  expect(complaints).toEqual([]);
});

testInBrowser("A4 a report is asked for, followed and downloaded", async () => {
  const ann = await atrium.signUp();
  await measuredTwin(ann, "Pump 1");
  await enter(ann, "reports");
  await page.getByText("No reports yet.").waitFor();
  await page.getByLabel("Title").fill("Heat of the pump");
  await page.getByLabel("Format").selectOption("CSV");
  await page.getByLabel("A value for each").selectOption("minute");
  await page.getByLabel("Metric").filter({ hasText: "temperature" }).waitFor();
  await page.getByRole("button", { name: "Write the report" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download Heat of the pump" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  const text = await readFile(await download.path(), "utf8");
  expect(text).toContain("Pump 1");
  expect(text.match(/\b(20|24|21|25)\b/g)).toEqual(expect.arrayContaining(["20", "24", "21", "25"]));
  expect(await scrollsSideways()).toBe(false);
  await page.getByRole("button", { name: "Delete Heat of the pump" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("No reports yet.").waitFor();
  expect(complaints).toEqual([]);
});

testInBrowser("A7 the overview shows the figures of the workspace, and N2 an operator sees the host live", async () => {
  const ann = await atrium.signUpOperator();
  await measuredTwin(ann, "Pump 1");
  await ann.query("mutation ($inputs: [TrackEventInput!]!) { trackEvents(inputs: $inputs) { id } }", {
    inputs: [{ name: "opened" }, { name: "opened" }, { name: "closed" }],
  });
  await enter(ann, "analytics");
  const headline = (name: string) => page.locator("#headlines > div").filter({ hasText: name }).locator(".figure");
  await headline("Product events").getByText("3", { exact: true }).waitFor();
  await drawn("#analytics-charts");
  await page.getByRole("row", { name: "opened 2" }).waitFor();
  await page
    .getByRole("row", { name: /Pump 1/ })
    .first()
    .waitFor();
  await page.getByRole("button", { name: "90 days" }).click();
  await page.getByText("The last 90 days").waitFor();
  expect(await scrollsSideways()).toBe(false);

  platform = new PlatformTelemetry(atrium.app);
  platform.start({ role: "start", port: 0 });
  await page.getByRole("link", { name: "System" }).click();
  await page.getByRole("meter", { name: "Processors" }).waitFor();
  const measuredAt = () => page.locator("#hosts time").getAttribute("datetime");
  const before = await measuredAt();
  await page.waitForFunction((at) => document.querySelector("#hosts time")?.getAttribute("datetime") !== at, before);
  expect(await scrollsSideways()).toBe(false);
  expect(complaints).toEqual([]);
});

testInBrowser("A7 who is no administrator is told so calmly, and nobody but operators sees the hosts", async () => {
  const host = await signUpMember(atrium);
  const guest = await joinWorkspace(atrium, host.workspaceId, "VIEWER");
  await enter(guest, "system");
  await page.getByRole("heading", { name: "Addresses" }).waitFor();
  expect(await page.getByRole("heading", { name: "Resources" }).isVisible()).toBe(false);
  await page.evaluate((id) => {
    sessionStorage["atrium.workspace"] = id;
    location.hash = "#/analytics";
    location.reload();
  }, host.workspaceId);
  await page.getByText("The figures of a workspace are for its administrators.").waitFor();
  expect(complaints).toEqual([]);
});
