import { randomBytes } from "node:crypto";
import { newId } from "#src/platform/ids.js";
import { type Place, UnsealError } from "#src/platform/vault.js";
import { startAtrium, type TestAtrium } from "./support/atrium.js";
import { createTestDatabase } from "./support/test-database.js";

const place: Place = {
  table: "connection",
  row: newId("connection"),
  column: "access_token",
  workspaceId: newId("workspace"),
};

describe("a sealed text", () => {
  let atrium: TestAtrium;
  beforeAll(async () => {
    atrium = await startAtrium({ withWorkers: false });
  });
  afterAll(() => atrium.close());

  test("I13 opens at its place and shows nothing of what is in it", async () => {
    const { vault } = atrium.app;
    for (const text of ["", "ya29.token", "ключ 🔑", randomBytes(50_000).toString("base64")]) {
      const sealed = await vault.seal(text, place);
      expect(sealed).toMatch(/^v1\.data_key_[0-9a-z]{26}\.[\w-]+$/);
      if (text !== "") expect(sealed).not.toContain(text);
      expect(await vault.open(sealed, place)).toBe(text);
      expect(await vault.seal(text, place)).not.toBe(sealed);
    }
  });

  test("I13 moved to any other place it does not open", async () => {
    const { vault } = atrium.app;
    const sealed = await vault.seal("ya29.token", place);
    const others: Place[] = [
      { ...place, table: "connections" },
      { ...place, row: newId("connection") },
      { ...place, column: "refresh_token" },
      { ...place, workspaceId: newId("workspace") },
      { ...place, workspaceId: null },
      { ...place, workspaceId: "null" },
      // The same letters, cut at another place.
      { ...place, table: "connectio", row: `n${place.row}` },
      { ...place, table: `connection","${place.row}`, row: "" },
    ];
    for (const other of others) await expect(vault.open(sealed, other)).rejects.toThrow(UnsealError);
  });

  test("I13 with any character changed, cut or added it does not open, and the error tells nothing of it", async () => {
    const { vault } = atrium.app;
    const sealed = await vault.seal("a very secret token", place);
    const letters = "ABCabc019-_.";
    const changed = [...sealed].flatMap((letter, index) =>
      [...letters]
        .filter((other) => other !== letter)
        .map((other) => sealed.slice(0, index) + other + sealed.slice(index + 1)),
    );
    const cut = Array.from({ length: sealed.length }, (_, length) => sealed.slice(0, length));
    const added = [`${sealed}=`, `${sealed}A`, `${sealed}\n`, ` ${sealed}`, `${sealed}.`, sealed.replace("v1", "v2")];
    expect(changed.length).toBeGreaterThan(1_000);
    for (const text of [...changed, ...cut, ...added]) {
      const error = await vault.open(text, place).then(
        (opened) => new Error(`opened as ${opened}`),
        (reason: Error) => reason,
      );
      expect(error).toBeInstanceOf(UnsealError);
      expect(error.message).not.toContain("secret token");
      expect(error.message).not.toContain(sealed.slice(40));
    }
  });

  test("I13 of one key does not open under the name of another", async () => {
    const sealed = await atrium.app.vault.seal("text", place);
    const renamed = sealed.replace(/data_key_[0-9a-z]{26}/, newId("data_key"));
    await expect(atrium.app.vault.open(renamed, place)).rejects.toThrow("is not in this database");
  });
});

test("I13 processes that start together on a new database have one key, and open what the others sealed", async () => {
  const database = await createTestDatabase();
  const all = await Promise.all(Array.from({ length: 6 }, () => startAtrium({ database, withWorkers: false })));
  try {
    expect(await database.query("select 1 from data_key")).toHaveLength(1);
    const sealed = await Promise.all(all.map(({ app }, index) => app.vault.seal(`text ${index}`, place)));
    for (const { app } of all)
      for (const [index, text] of sealed.entries()) expect(await app.vault.open(text, place)).toBe(`text ${index}`);
    const [key] = await database.query<{ wrapped: string }>("select wrapped from data_key");
    expect(Buffer.from(key?.wrapped ?? "", "base64url")).toHaveLength(12 + 16 + 43);
  } finally {
    for (const each of all) await each.close();
    await database.drop();
  }
});

test("I13 another ATRIUM_SECRET stops the start, unless the one before is given", async () => {
  const database = await createTestDatabase();
  const start = (secret: string, previous?: string) =>
    startAtrium({
      database,
      withWorkers: false,
      env: { ATRIUM_SECRET: secret, ...(previous === undefined ? {} : { ATRIUM_SECRET_PREVIOUS: previous }) },
    });
  const [first, second, third] = ["first", "second", "third"].map((name) => `the ${name} secret of this installation`);
  const closing: TestAtrium[] = [];
  try {
    const before = await start(first as string);
    closing.push(before);
    const sealed = await before.app.vault.seal("text", place);
    await expect(start(second as string)).rejects.toThrow("ATRIUM_SECRET_PREVIOUS");
    await expect(start(second as string, third)).rejects.toThrow("ATRIUM_SECRET_PREVIOUS");
    const after = await start(second as string, first);
    closing.push(after);
    expect(await after.app.vault.open(sealed, place)).toBe("text");
    // From then on the new secret alone is enough, and the old one is worth nothing.
    const alone = await start(second as string);
    closing.push(alone);
    expect(await alone.app.vault.open(sealed, place)).toBe("text");
    await expect(start(first as string)).rejects.toThrow("ATRIUM_SECRET_PREVIOUS");
    // A process that runs with the old one goes on.
    expect(await before.app.vault.open(await alone.app.vault.seal("new", place), place)).toBe("new");
  } finally {
    for (const each of closing) await each.close();
    await database.drop();
  }
});

test("I13 a data key that was changed in the database stops the start", async () => {
  const database = await createTestDatabase();
  try {
    await (await startAtrium({ database, withWorkers: false })).close();
    await database.query("update data_key set wrapped = 'A' || substr(wrapped, 2) where wrapped not like 'A%'");
    await database.query("update data_key set wrapped = 'B' || substr(wrapped, 2) where wrapped like 'A%'");
    await expect(startAtrium({ database, withWorkers: false })).rejects.toThrow("was changed");
  } finally {
    await database.drop();
  }
});
