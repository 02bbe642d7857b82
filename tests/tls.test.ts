import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type SecureVersion } from "node:tls";
import { WebSocket } from "ws";
import { readConfig } from "#src/platform/config.js";
import { loadTls } from "#src/server/tls.js";
import { eventually, startAtrium, type TestAtrium, testEnv } from "./support/atrium.js";
import { runAtrium } from "./support/processes.js";

const folder = mkdtempSync(join(tmpdir(), "atrium-tls-"));
const file = (name: string) => join(folder, name);
const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

/** A certificate for localhost that signs itself. */
const makeCertificate = (name: string) => {
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const out = ["-keyout", file(`${name}.key`), "-out", file(`${name}.crt`)];
  execFileSync("openssl", ["req", "-x509", ...key, ...subject, ...out], { stdio: "ignore" });
};

const handshake = (port: number, versions: { minVersion?: SecureVersion; maxVersion?: SecureVersion } = {}) =>
  new Promise<{ protocol: string | null; fingerprint: string }>((resolve, reject) => {
    const socket = connectTls(
      { host: "127.0.0.1", port, rejectUnauthorized: false, ciphers: "DEFAULT:@SECLEVEL=0", ...versions },
      () => {
        resolve({ protocol: socket.getProtocol(), fingerprint: socket.getPeerCertificate().fingerprint256 });
        socket.end();
      },
    );
    socket.on("error", reject);
  });

const askOver = (url: string, ca: Buffer, body: object) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const options = { method: "POST", ca, headers: { "content-type": "application/json" } };
    const sent = request(`${url}/graphql`, options, (answer) => {
      let text = "";
      answer.on("data", (data: Buffer) => (text += data.toString()));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(body));
  });

const withCertificate = hasOpenssl ? describe : describe.skip;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

withCertificate("HTTPS", () => {
  let atrium: TestAtrium;
  let port: number;
  let ca: Buffer;
  beforeAll(async () => {
    for (const name of ["first", "second", "third"]) makeCertificate(name);
    // As a mounted secret is: the names stay, and point at something else after a renewal.
    symlinkSync(file("first.crt"), file("tls.crt"));
    symlinkSync(file("first.key"), file("tls.key"));
    ca = readFileSync(file("first.crt"));
    const env = { ATRIUM_TLS_CERT_FILE: file("tls.crt"), ATRIUM_TLS_KEY_FILE: file("tls.key") };
    // The stranger of the support file has no way to know the certificate: requests here are made by hand.
    atrium = await startAtrium({ withWorkers: false, env });
    port = Number(new URL(atrium.url).port);
  });
  afterAll(() => atrium.close());

  test("I13 the server speaks TLS 1.3, and the API is there", async () => {
    expect(atrium.url).toMatch(/^https:/);
    expect(await handshake(port)).toMatchObject({ protocol: "TLSv1.3" });
    const answer = await askOver(atrium.url, ca, { query: "{ __typename }" });
    expect(answer).toMatchObject({ status: 200 });
    expect(JSON.parse(answer.text)).toMatchObject({ data: { __typename: "Query" } });
  });

  test.each<SecureVersion>(["TLSv1.2", "TLSv1.1", "TLSv1"])("I13 %s is refused", async (maxVersion) => {
    // What the server says, not what this client would rather not do.
    const code = "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION";
    await expect(handshake(port, { minVersion: "TLSv1", maxVersion })).rejects.toMatchObject({ code });
  });

  test("I13 TLS 1.2 is refused whatever the client is, and plain HTTP gets nothing that it could go on with", async () => {
    const refused = await spawnClient(["-tls1_2"]);
    expect(refused).toMatch(/alert protocol version|unsupported protocol|Cipher is \(NONE\)/);
    expect(await spawnClient(["-tls1_3"])).toContain("TLSv1.3");
    await expect(fetch(atrium.url.replace("https", "http"))).rejects.toThrow();
    // Which has harmed nobody.
    expect(await handshake(port)).toMatchObject({ protocol: "TLSv1.3" });
  });

  test("I13 subscriptions come over the same port", async () => {
    const socket = new WebSocket(`${atrium.url.replace("https", "wss")}/graphql`, "graphql-transport-ws", { ca });
    const acknowledged = await new Promise<string>((resolve, reject) => {
      socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init" })));
      socket.on("message", (data) => resolve(data.toString()));
      socket.on("error", reject);
    });
    expect(JSON.parse(acknowledged)).toMatchObject({ type: "connection_ack" });
    socket.close();
  });

  test("I13 a renewed certificate is taken up without a restart, open connections live on, half a renewal breaks nothing", async () => {
    const { fingerprint: first } = await handshake(port);
    const open = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
    await new Promise((resolve) => open.once("secureConnect", resolve));

    // The certificate alone: it does not fit the key, and what was there before is kept.
    symlinkSync(file("second.crt"), file("next"));
    renameSync(file("next"), file("tls.crt"));
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await handshake(port)).fingerprint).toBe(first);
    symlinkSync(file("second.key"), file("next"));
    renameSync(file("next"), file("tls.key"));
    const renewed = await eventually(
      () => handshake(port),
      ({ fingerprint }) => fingerprint !== first,
      10_000,
    );
    expect(renewed.protocol).toBe("TLSv1.3");
    await expect(handshake(port, { maxVersion: "TLSv1.2" })).rejects.toThrow();

    // Rewritten in place.
    rmSync(file("tls.crt"));
    rmSync(file("tls.key"));
    copyFileSync(file("third.key"), file("tls.key"));
    copyFileSync(file("third.crt"), file("tls.crt"));
    await eventually(
      () => handshake(port),
      ({ fingerprint }) => ![first, renewed.fingerprint].includes(fingerprint),
      10_000,
    );
    const answer = new Promise<string>((resolve) => open.once("data", (data) => resolve(data.toString())));
    open.write("GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    expect(await answer).toContain("200 OK");
  }, 40_000);

  test("I13 files that do not do stop the start with the name of the setting", async () => {
    writeFileSync(file("noise"), "noise");
    const [cert, key, noise, none] = ["first.crt", "first.key", "noise", "none"].map(file) as [
      string,
      string,
      string,
      string,
    ];
    const cases = [
      [none, key, "ATRIUM_TLS_CERT_FILE"],
      [cert, none, "ATRIUM_TLS_KEY_FILE"],
      [noise, key, "ATRIUM_TLS_CERT_FILE"],
      [cert, noise, "ATRIUM_TLS_KEY_FILE"],
      [key, cert, "ATRIUM_TLS_CERT_FILE"],
      [cert, file("second.key"), "ATRIUM_TLS_KEY_FILE"],
    ] as const;
    for (const [certFile, keyFile, setting] of cases)
      await expect(loadTls({ certFile, keyFile })).rejects.toMatchObject({ name: "SettingError", setting });
    const { code, output } = await runAtrium(["api"], {
      ...testEnv(atrium.database),
      ATRIUM_TLS_CERT_FILE: cert,
      ATRIUM_TLS_KEY_FILE: file("second.key"),
    });
    expect(code).toBe(1);
    expect(output).toContain("ATRIUM_TLS_KEY_FILE");
    expect(output).toContain("is not the key of the certificate");
  });

  const spawnClient = async (args: string[]) => {
    const client = spawn("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...args], { timeout: 10_000 });
    let output = "";
    for (const stream of [client.stdout, client.stderr])
      stream.on("data", (data: Buffer) => (output += data.toString()));
    client.stdin.end();
    await new Promise((resolve) => client.once("close", resolve));
    return output;
  };
});

test("I13 a certificate without a key, or a key without a certificate, is told at the start", async () => {
  expect(() => readConfig({ ATRIUM_TLS_CERT_FILE: "a.crt" })).toThrow(/ATRIUM_TLS_KEY_FILE is missing/);
  expect(() => readConfig({ ATRIUM_TLS_KEY_FILE: "a.key" })).toThrow(/ATRIUM_TLS_CERT_FILE is missing/);
  expect(readConfig({}).http.tls).toBeUndefined();
  const { code, output } = await runAtrium(["start"], { ATRIUM_TLS_CERT_FILE: "/nowhere/a.crt" });
  expect(code).toBe(1);
  expect(output).toContain("ATRIUM_TLS_KEY_FILE is missing");
});
