import { fileURLToPath } from "node:url";
import { settings } from "../dist/src/platform/settings.js";
import { startServerProcess } from "./process.js";

const bin = fileURLToPath(new URL("../bin/atrium.js", import.meta.url));

const dataDir = fileURLToPath(new URL(".data/atrium/", import.meta.url));

/** The one who signs in, and to whose workspace everything belongs. */
export const owner = { email: "bench@bench.localhost", password: "a password of the bench" };

/** Connections of each server's pool, the same for all. */
export const poolSize = 10;

/** What is measured is the work of an answer, so answers that were kept from earlier are switched off. */
export const cacheSetting = "ATRIUM_QUERY_CACHE_MB" in settings.shape ? { ATRIUM_QUERY_CACHE_MB: "0" } : {};

/** The real server in production mode, with everything on that a deployment has on. */
export const startAtrium = ({ databaseUrl, role = "api", nodeArgs = [], env = {} }) =>
  startServerProcess({
    name: "atrium",
    script: bin,
    args: [role],
    nodeArgs,
    env: {
      DATABASE_URL: databaseUrl,
      ATRIUM_SECRET: "a secret of the bench that is long enough",
      ATRIUM_DATABASE_POOL: String(poolSize),
      ATRIUM_DATA_DIR: dataDir,
      ATRIUM_ADMIN_PASSWORD: "a password that nobody uses",
      HOST: "127.0.0.1",
      // On, and out of reach.
      ATRIUM_RATE_LIMIT: "1000000000",
      ATRIUM_RATE_LIMIT_ANONYMOUS: "1000000000",
      ATRIUM_SIGN_IN_LIMIT: "10000000",
      ATRIUM_SIGN_UP_LIMIT: "10000000",
      ...cacheSetting,
      ...env,
    },
  });

/** One operation by HTTP; throws with the errors of the answer. */
export const graphql = async ({ port }, query, variables = {}, headers = {}) => {
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors !== undefined || !answer.ok) throw new Error(JSON.stringify(errors ?? answer.status));
  return data;
};

/** The headers of somebody who has signed in. */
export const signIn = async (server, credentials) => {
  const query = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }";
  const { signIn } = await graphql(server, query, { input: credentials });
  return { authorization: `Bearer ${signIn.accessToken}` };
};
