import { SigningKey } from "#src/identity/signing-key.js";
import { newId } from "#src/platform/ids.js";
import { placeOf, type Vault } from "#src/platform/vault.js";
import type { TestDatabase } from "./test-database.js";

/** Rows of a sealed column, as if the installation were old: keys that sign nothing any more. By their id. */
export const sealRows = async (vault: Vault, database: TestDatabase, count: number): Promise<Map<string, string>> => {
  const texts = new Map(Array.from({ length: count }, (_, index) => [newId("signing_key"), `plain secret ${index}`]));
  const sealed = await Promise.all([...texts].map(([id, text]) => vault.seal(text, sealedPlace(id))));
  await database.query(
    `insert into signing_key (id, public_key, private_key, is_active, created_at, superseded_at)
      select id, '', sealed, false, '2020-01-01', '2020-01-02' from unnest($1::text[], $2::text[]) as t (id, sealed)`,
    [[...texts.keys()], sealed],
  );
  return texts;
};

export const sealedPlace = (id: string) => placeOf(Object.assign(new SigningKey(), { id }), "privateKey");
