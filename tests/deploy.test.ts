import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";
import { readConfig } from "#src/platform/config.js";
import { settings } from "#src/platform/settings.js";
import { startAtrium, testEnv } from "./support/atrium.js";
import { runAtrium, spawnAtrium } from "./support/processes.js";
import { createTestDatabase } from "./support/test-database.js";

type Labels = Readonly<Record<string, string>>;
type Values = Readonly<Record<string, string>>;

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  spec?: unknown;
}

interface Probe {
  httpGet: { path: string; port: string };
}

interface PodTemplate {
  metadata: { labels: Labels };
  spec: {
    enableServiceLinks?: boolean;
    automountServiceAccountToken?: boolean;
    terminationGracePeriodSeconds: number;
    securityContext: { runAsUser: number; runAsGroup: number; runAsNonRoot: boolean; seccompProfile: { type: string } };
    topologySpreadConstraints?: { labelSelector: { matchLabels: Labels } }[];
    volumes: { name: string }[];
    containers: {
      image: string;
      args: string[];
      env?: { name: string }[];
      envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
      ports?: { name: string; containerPort: number }[];
      startupProbe?: Probe;
      livenessProbe?: Probe;
      readinessProbe?: Probe;
      lifecycle?: { preStop: { sleep: { seconds: number } } };
      resources: { requests: Labels };
      securityContext: unknown;
      volumeMounts: { name: string; mountPath: string }[];
    }[];
  };
}

interface Workload extends Manifest {
  spec: { replicas?: number; selector: { matchLabels: Labels }; template: PodTemplate };
}

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "deploy", "kubernetes");
const read = (...path: string[]) => readFile(join(root, ...path), "utf8");
const documents = async (file: string) =>
  parseAllDocuments(await readFile(join(folder, file), "utf8")).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const selects = (selector: Labels, labels: Labels) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);
const exitCodeOf = (command: string, args: string[], env: Values) =>
  new Promise<number>((resolve) => {
    execFile(command, args, { env }, (error) => resolve(error === null ? 0 : Number(error.code ?? 1)));
  });

/** What an image is made with, line by line, without comments and with continued lines joined. */
const readDockerfile = async () => {
  const lines = (await read("Dockerfile")).replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  const instructions = [...lines.matchAll(/^([A-Z]+) +(.+)$/gm)].map(([, name = "", rest = ""]) => ({ name, rest }));
  const final = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
  const inFinal = (name: string) => final.filter((instruction) => instruction.name === name).map(({ rest }) => rest);
  const exec = (text: string | undefined) => JSON.parse(text ?? "") as string[];
  return {
    instructions,
    env: Object.fromEntries(
      inFinal("ENV").flatMap((rest) => rest.split(/ +/).map((pair) => pair.split("="))),
    ) as Values,
    user: inFinal("USER").at(-1),
    volumes: inFinal("VOLUME").flatMap(exec),
    entrypoint: exec(inFinal("ENTRYPOINT")[0]),
    command: exec(inFinal("CMD")[0]),
    healthcheck: exec(inFinal("HEALTHCHECK")[0]?.replace(/^.*? CMD /, "")),
  };
};

let manifests: Manifest[];
let secret: Manifest & { stringData: Values };
let pods: { owner: Manifest; template: PodTemplate }[];

const ofKind = <T extends Manifest>(kind: string) => manifests.filter((manifest) => manifest.kind === kind) as T[];
const named = <T extends Manifest>(kind: string, name: string) => {
  const found = ofKind<T>(kind).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
};
const kubernetesEnv = async (): Promise<Values> => ({
  ...(await readDockerfile()).env,
  ...named<Manifest & { data: Values }>("ConfigMap", "atrium-config").data,
  ...secret.stringData,
});

beforeAll(async () => {
  const { resources } = parse(await readFile(join(folder, "kustomization.yaml"), "utf8")) as { resources: string[] };
  manifests = (await Promise.all(resources.map(documents))).flat();
  [secret] = (await documents("secret.example.yaml")) as [typeof secret];
  pods = [...ofKind<Workload>("Deployment"), ...ofKind<Workload>("Job")].map((owner) => ({
    owner,
    template: owner.spec.template,
  }));
  expect(pods).toHaveLength(3);
});

describe("Kubernetes", () => {
  const modelsOf = ({ apiVersion }: Manifest) =>
    `${apiVersion.startsWith("keda.sh") ? "@kubernetes-models/keda" : "kubernetes-models"}/${apiVersion}`;

  test("D1 every manifest is valid by the schema of its kind", async () => {
    const validate = async (manifest: Manifest) => {
      const models = (await import(modelsOf(manifest))) as Record<string, new (data: Manifest) => { validate(): void }>;
      const Model = models[manifest.kind];
      if (Model === undefined) throw new Error(`${manifest.apiVersion} has no ${manifest.kind}.`);
      new Model(manifest).validate();
    };
    for (const manifest of [...manifests, secret]) await validate(manifest);
    const [deployment] = ofKind<Workload>("Deployment");
    await expect(validate({ ...deployment!, spec: { template: deployment!.spec.template } })).rejects.toThrow(
      "selector",
    );
  });

  test("D1 no manifest has a field that its kind does not have", async () => {
    // Schemas let unknown fields pass, and with them every misspelt one; the types do not.
    const work = join(root, "node_modules", ".cache", `atrium-manifests-${process.pid}`);
    const declare = (manifest: Manifest, index: number) =>
      `import type { I${manifest.kind} as Type${index} } from "${modelsOf(manifest)}";\n` +
      `export const manifest${index}: Type${index} = ${JSON.stringify(manifest)};`;
    const misspelt = { ...ofKind<Workload>("Deployment")[0]!, spce: {} };
    const lines = [...manifests, secret].map(declare);
    const control = declare(misspelt, lines.length).replace("\nexport", "\n// @ts-expect-error\nexport");
    const options = { module: "nodenext", strict: true, noEmit: true, skipLibCheck: true, types: [] };
    await mkdir(work, { recursive: true });
    try {
      await writeFile(join(work, "manifests.mts"), [...lines, control].join("\n"));
      await writeFile(join(work, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.mts"] }));
      const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
      const output = await new Promise((resolve) => {
        execFile(process.execPath, [compiler, "-p", work], (_error, stdout) => resolve(stdout));
      });
      expect(output).toBe("");
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });

  test("D1 the kustomization lists every file and sets the image of every container", async () => {
    const { resources, images } = parse(await readFile(join(folder, "kustomization.yaml"), "utf8")) as {
      resources: string[];
      images: { name: string; newTag: string }[];
    };
    const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml"));
    expect(
      files.filter((file) => !["kustomization.yaml", "secret.example.yaml", "secret.yaml"].includes(file)).sort(),
    ).toEqual([...resources].sort());
    for (const { template } of pods) {
      for (const { image } of template.spec.containers) expect(images.map(({ name }) => name)).toContain(image);
    }
    expect(manifests.map(({ kind }) => kind)).not.toContain("Secret");
    for (const { kind, metadata } of [...manifests, secret]) {
      expect(kind === "Namespace" ? metadata.name : metadata.namespace).toBe("atrium");
    }
  });

  test("D1 every selector finds the pods that it is meant for", () => {
    const labelsOf = (name: string) => named<Workload>("Deployment", name).spec.template.metadata.labels;
    for (const deployment of ofKind<Workload>("Deployment")) {
      const { selector, template } = deployment.spec;
      const found = pods.filter((pod) => selects(selector.matchLabels, pod.template.metadata.labels));
      expect(found.map(({ owner }) => owner)).toEqual([deployment]);
      for (const { labelSelector } of template.spec.topologySpreadConstraints ?? []) {
        expect(labelSelector.matchLabels).toEqual(selector.matchLabels);
      }
    }
    const services = ofKind<Manifest & { spec: { selector: Labels } }>("Service");
    for (const { metadata, spec } of services) expect(labelsOf(metadata.name)).toMatchObject(spec.selector);
    const budgets = ofKind<Manifest & { spec: { selector: { matchLabels: Labels } } }>("PodDisruptionBudget");
    for (const { metadata, spec } of budgets) expect(labelsOf(metadata.name)).toMatchObject(spec.selector.matchLabels);
    const policies = ofKind<Manifest & { spec: { podSelector: { matchLabels?: Labels } } }>("NetworkPolicy");
    for (const { spec } of policies) {
      const { matchLabels = {} } = spec.podSelector;
      expect(pods.some(({ template }) => selects(matchLabels, template.metadata.labels))).toBe(true);
    }
    expect([services.length, budgets.length, policies.length]).toEqual([1, 2, 3]);
  });

  test("D1 everything that a manifest refers to by name is there", () => {
    for (const { template } of pods) {
      const volumes = template.spec.volumes.map(({ name }) => name);
      for (const { envFrom, volumeMounts, ports = [], ...container } of template.spec.containers) {
        for (const { configMapRef, secretRef } of envFrom) {
          if (configMapRef !== undefined) named("ConfigMap", configMapRef.name);
          if (secretRef !== undefined) expect(secretRef.name).toBe(secret.metadata.name);
        }
        for (const { name } of volumeMounts) expect(volumes).toContain(name);
        for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
          if (probe !== undefined) expect(ports.map(({ name }) => name)).toContain(probe.httpGet.port);
        }
      }
    }
    const portsOf = (name: string) =>
      named<Workload>("Deployment", name).spec.template.spec.containers.flatMap(({ ports = [] }) => ports);
    const service = named<Manifest & { spec: { ports: { name: string; targetPort: string }[] } }>(
      "Service",
      "atrium-api",
    );
    for (const { targetPort } of service.spec.ports) {
      expect(portsOf("atrium-api").map(({ name }) => name)).toContain(targetPort);
    }
    type Path = { backend: { service: { name: string; port: { name: string } } } };
    const [ingress] = ofKind<Manifest & { spec: { rules: { http: { paths: Path[] } }[] } }>("Ingress");
    for (const { backend } of ingress!.spec.rules.flatMap(({ http }) => http.paths)) {
      expect(backend.service.name).toBe(service.metadata.name);
      expect(service.spec.ports.map(({ name }) => name)).toContain(backend.service.port.name);
    }
    type Authentication = Manifest & { spec: { secretTargetRef: { name: string; key: string }[] } };
    for (const { spec } of ofKind<Authentication>("TriggerAuthentication")) {
      for (const { name, key } of spec.secretTargetRef) {
        expect(name).toBe(secret.metadata.name);
        expect(secret.stringData).toHaveProperty([key]);
      }
    }
  });

  test("D1 API and workers scale, each by one autoscaler that alone sets the number", () => {
    type Autoscaler = Manifest & {
      spec: { scaleTargetRef: { name: string }; metrics: { resource: { name: string } }[] };
    };
    type Trigger = { type: string; authenticationRef?: { name: string } };
    type Scaled = Manifest & { spec: { scaleTargetRef: { name: string }; triggers: Trigger[] } };
    const targets = [...ofKind<Autoscaler>("HorizontalPodAutoscaler"), ...ofKind<Scaled>("ScaledObject")].map(
      ({ spec }) => spec.scaleTargetRef.name,
    );
    const deployments = ofKind<Workload>("Deployment");
    expect([...targets].sort()).toEqual(deployments.map(({ metadata }) => metadata.name).sort());
    for (const { spec } of deployments) {
      expect(spec.replicas).toBeUndefined();
      // A share of nothing cannot be measured.
      for (const { resources } of spec.template.spec.containers) expect(resources.requests).toHaveProperty("cpu");
    }
    const [api] = ofKind<Autoscaler>("HorizontalPodAutoscaler");
    expect(api!.spec.metrics.map(({ resource }) => resource.name)).toEqual(["cpu"]);
    const [worker] = ofKind<Scaled>("ScaledObject");
    expect(worker!.spec.triggers.map(({ type }) => type)).toEqual(["postgresql", "cpu"]);
    for (const { authenticationRef } of worker!.spec.triggers) {
      if (authenticationRef !== undefined) named("TriggerAuthentication", authenticationRef.name);
    }
  });

  test("D1 the scaling query counts the jobs that wait for a worker", async () => {
    type Scaled = Manifest & { spec: { triggers: { type: string; metadata: { query: string } }[] } };
    const [worker] = ofKind<Scaled>("ScaledObject");
    const { query } = worker!.spec.triggers.find(({ type }) => type === "postgresql")!.metadata;
    const atrium = await startAtrium({ withWorkers: false });
    try {
      const count = async () => Object.values((await atrium.database.query(query))[0]!).map(Number);
      expect(await count()).toEqual([0]);
      const person = await atrium.signUp();
      const ids: string[] = [];
      for (const topic of ["one", "two", "three", "four"]) {
        ids.push((await person.sdk.GenerateQuote({ input: { topic } })).generateQuote.id);
      }
      expect(await count()).toEqual([4]);
      await atrium.database.query("update job set run_at = now() + interval '1 hour' where id = $1", [ids[0]]);
      await atrium.database.query("update job set status = 'RUNNING' where id = $1", [ids[1]]);
      expect(await count()).toEqual([2]);
    } finally {
      await atrium.close();
    }
  });

  test("D1 the environment of every pod is a valid configuration", async () => {
    const env = await kubernetesEnv();
    expect(Object.keys(env).filter((name) => !(name in settings.shape))).toEqual([]);
    const config = readConfig(env);
    expect(config).toMatchObject({ production: true, http: { port: 4000, host: "0.0.0.0" } });
    const [ingress] = ofKind<Manifest & { spec: { rules: { host: string }[]; tls: { hosts: string[] }[] } }>("Ingress");
    const host = new URL(config.http.publicUrl ?? "").host;
    expect(ingress!.spec.rules.map((rule) => rule.host)).toEqual([host]);
    expect(ingress!.spec.tls.flatMap(({ hosts }) => hosts)).toEqual([host]);
    for (const { template } of pods) {
      // The cluster would add variables such as ATRIUM_API_PORT, which are no settings.
      expect(() => readConfig({ ...env, ATRIUM_API_PORT: "tcp://10.0.0.1:80" })).toThrow("ATRIUM_API_PORT");
      expect(template.spec.enableServiceLinks).toBe(false);
      for (const { ports = [], env: own = [] } of template.spec.containers) {
        for (const { containerPort } of ports) expect(containerPort).toBe(config.http.port);
        for (const { name } of own) expect(settings.shape).toHaveProperty([name]);
      }
    }
  });

  test("D1 every pod may stop in peace", async () => {
    const { jobs } = readConfig(await kubernetesEnv());
    for (const { template } of pods) {
      const pause = Math.max(...template.spec.containers.map(({ lifecycle }) => lifecycle?.preStop.sleep.seconds ?? 0));
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(pause + jobs.shutdownMs / 1000);
    }
  });

  test("D1 every pod is restricted, and writes only where the image lets it", async () => {
    const { env, user } = await readDockerfile();
    for (const { template } of pods) {
      const { securityContext, containers, automountServiceAccountToken } = template.spec;
      expect(automountServiceAccountToken).toBe(false);
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
      expect(`${securityContext.runAsUser}:${securityContext.runAsGroup}`).toBe(user);
      for (const container of containers) {
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(container.volumeMounts.map(({ mountPath }) => mountPath).sort()).toEqual([env.ATRIUM_DATA_DIR, "/tmp"]);
      }
    }
  });

  test("D1 the server answers on every path that is probed", async () => {
    const probes = pods
      .flatMap(({ template }) => template.spec.containers)
      .flatMap(({ startupProbe, livenessProbe, readinessProbe }) => [startupProbe, livenessProbe, readinessProbe])
      .filter((probe) => probe !== undefined);
    expect(probes).toHaveLength(3);
    const { healthcheck } = await readDockerfile();
    const [command, ...args] = healthcheck;
    expect(command).toBe("node");
    const atrium = await startAtrium({ withWorkers: false });
    try {
      for (const { httpGet } of probes) expect((await fetch(`${atrium.url}${httpGet.path}`)).status).toBe(200);
      expect(await exitCodeOf(process.execPath, args, { PORT: new URL(atrium.url).port })).toBe(0);
    } finally {
      await atrium.close();
    }
    expect(await exitCodeOf(process.execPath, args, { PORT: String(await freePort()) })).toBe(1);
  });
});

describe("Compose", () => {
  interface Service {
    image: string;
    build?: string;
    command: string[];
    environment: Values;
    depends_on?: Record<string, { condition: string }>;
    healthcheck?: { test?: string[]; disable?: boolean };
    networks: string[];
    volumes: string[];
    ports?: string[];
    read_only?: boolean;
    tmpfs?: string[];
    stop_grace_period?: string;
    container_name?: string;
  }
  interface Compose {
    services: Record<string, Service>;
    networks: object;
    volumes: object;
  }
  const given = { ATRIUM_SECRET: "x".repeat(32), ATRIUM_ADMIN_PASSWORD: "a password", POSTGRES_PASSWORD: "letters123" };

  /** As Compose fills in variables: `${A}`, `${A:-default}` and `${A:?message}`. */
  const load = async (env: Values): Promise<Compose> => {
    const text = (await read("compose.yaml")).replaceAll(
      /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_all, name, mode, rest) => {
        const value = env[name];
        if (value) return value;
        if (mode === "-") return rest;
        throw new Error(`${name}: ${rest}`);
      },
    );
    return parse(text, { merge: true }) as Compose;
  };
  const ours = ({ services }: Compose) => Object.entries(services).filter(([, { image }]) => image === "atrium");

  test("D1 everything that a service refers to is there, and is waited for as it can be", async () => {
    const compose = await load(given);
    expect(Object.keys(compose.services)).toEqual(["postgres", "redis", "migrate", "api", "worker"]);
    for (const service of Object.values(compose.services)) {
      for (const network of service.networks) expect(compose.networks).toHaveProperty([network]);
      for (const volume of service.volumes) expect(compose.volumes).toHaveProperty([volume.split(":")[0]!]);
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        const other = compose.services[name];
        if (condition === "service_healthy") expect(other?.healthcheck?.test).toBeDefined();
        else expect([condition, other?.command]).toEqual(["service_completed_successfully", ["migrate", "up"]]);
      }
    }
    for (const name of ["api", "worker"]) expect(compose.services[name]?.depends_on).toHaveProperty("migrate");
    expect(compose.services.redis?.command.join(" ")).toContain("--appendonly yes");
    expect(compose.services.postgres?.image).toMatch(/^postgres:18-/);
  });

  test("D1 Compose stops without a secret, and with all of them gives every role a valid configuration", async () => {
    for (const name of Object.keys(given)) await expect(load({ ...given, [name]: "" })).rejects.toThrow(name);
    const compose = await load(given);
    const image = await readDockerfile();
    for (const [name, service] of ours(compose)) {
      expect(Object.keys(service.environment).filter((setting) => !(setting in settings.shape))).toEqual([]);
      const config = readConfig({ ...image.env, ...service.environment });
      expect(config.production).toBe(true);
      for (const url of [config.database.url, config.redis?.url]) {
        const host = compose.services[new URL(url ?? "").hostname];
        expect(host?.networks.some((network) => service.networks.includes(network))).toBe(true);
      }
      expect(new URL(config.database.url ?? "").password).toBe(
        compose.services.postgres?.environment.POSTGRES_PASSWORD,
      );
      expect(Number.parseInt(service.stop_grace_period ?? "0", 10)).toBeGreaterThan(config.jobs.shutdownMs / 1000);
      expect(service).toMatchObject({ read_only: true, tmpfs: ["/tmp"], volumes: [`data:${config.dataDir}`] });
      for (const port of service.ports ?? []) expect(port).toMatch(new RegExp(`:${config.http.port}$`));
      // The image's own check asks an API; a role without one would never be healthy.
      expect([name, service.healthcheck]).toEqual([name, name === "api" ? undefined : { disable: true }]);
    }
  });

  test("D1 API and worker scale under Compose", async () => {
    const { services } = await load({ ...given, API_PORTS: "127.0.0.1:4000-4003" });
    expect(services.api?.ports).toEqual(["127.0.0.1:4000-4003:4000"]);
    expect(services.worker?.ports).toBeUndefined();
    for (const service of Object.values(services)) expect(service.container_name).toBeUndefined();
  });
});

describe("Image", () => {
  test("D1 the image runs the Node of the checkout, not as root and without a shell in between", async () => {
    const { instructions, user, volumes, env, entrypoint } = await readDockerfile();
    const { dependencies } = JSON.parse(await read("package.json")) as { dependencies: Values };
    const froms = instructions.filter(({ name }) => name === "FROM").map(({ rest }) => rest);
    expect(froms[0]).toBe(`node:${dependencies.node}-bookworm-slim AS base`);
    for (const from of froms.slice(1)) expect(from).toMatch(/^base( AS \w+)?$/);
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(env).toMatchObject({ NODE_ENV: "production", ATRIUM_DATA_DIR: volumes[0] });
    expect(Object.keys(env).filter((name) => !(name in settings.shape))).toEqual([]);
    expect(entrypoint).toEqual(["node", "dist/src/main.js"]);
  });

  test("D1 what the image copies is in the checkout and let in, and nothing else is", async () => {
    const { instructions } = await readDockerfile();
    const copied = instructions
      .filter(({ name, rest }) => name === "COPY" && !rest.startsWith("--from"))
      .flatMap(({ rest }) => rest.split(/ +/).slice(0, -1));
    for (const path of copied) expect(`${path} ${existsSync(join(root, path))}`).toBe(`${path} true`);
    const rules = (await read(".dockerignore")).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(rules).toEqual(["*", ...unique(rules.slice(1))]);
    expect(rules.slice(1).sort()).toEqual(unique(copied.map((path) => `!${path}`)).sort());
    // The build compiles the folders that tsconfig.build.json names; one that is not copied would be missing from it.
    const { include } = JSON.parse(await read("tsconfig.build.json")) as { include: string[] };
    expect(copied).toEqual(expect.arrayContaining(include));
  });
});

describe("Roles", () => {
  const commands = async () => {
    const compose = parse(await read("compose.yaml"), { merge: true }) as {
      services: Record<string, { image: string; command: string[] }>;
    };
    return [
      (await readDockerfile()).command,
      ...pods.flatMap(({ template }) => template.spec.containers.map(({ args }) => args)),
      ...Object.values(compose.services)
        .filter(({ image }) => image === "atrium")
        .map(({ command }) => command),
    ];
  };

  test("D1 every deployed command is one of the command line", async () => {
    const all = unique((await commands()).map((args) => args.join(" "))).sort();
    expect(all).toEqual(["api", "migrate up", "start", "worker"]);
    const helps = await Promise.all(all.map((command) => runAtrium([...command.split(" "), "--help"], {})));
    expect(helps.map(({ code, output }) => [code, output.split("\n")[0]])).toEqual(
      all.map((command) => [0, `Usage: atrium ${command} [options]`]),
    );
  }, 60_000);

  test("D1 with the manifests' settings a database is migrated, and API and worker run and end on SIGTERM", async () => {
    const database = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), "atrium-deploy-"));
    // A namespace of keys of its own, should the tests share a Redis.
    const { REDIS_URL: _, ...env } = await kubernetesEnv();
    const local = { ...env, ...testEnv(database), PORT: String(await freePort()), ATRIUM_DATA_DIR: dataDir };
    try {
      await database.query("drop schema public, telemetry, analytics cascade");
      await database.query("create schema public");
      const tooEarly = await runAtrium(["api"], local);
      expect([tooEarly.code, tooEarly.output]).toEqual([1, expect.stringContaining("atrium migrate up")]);
      for (const output of ["applied Migration", "Nothing to do."]) {
        expect(await runAtrium(["migrate", "up"], local)).toEqual({ code: 0, output: expect.stringContaining(output) });
      }
      const running = await Promise.all([spawnAtrium("api", local), spawnAtrium("worker", local)]);
      expect((await fetch(`http://127.0.0.1:${local.PORT}/ready`)).status).toBe(200);
      expect(await Promise.all(running.map((process) => process.kill("SIGTERM")))).toEqual([0, 0]);
    } finally {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 60_000);
});

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
