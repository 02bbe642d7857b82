import { post } from "./graphql.js";
import { session } from "./session.js";

let visit = new AbortController();
// What is still on its way for somebody who has left would only come back refused.
session.addEventListener("ended", () => {
  visit.abort();
  visit = new AbortController();
});

/**
 * One operation in the name of whoever is signed in, in the workspace that is open; a token that has just ended is renewed
 * on the way.
 */
export const request = async (query, variables) => {
  const { signal } = visit;
  const { workspaceId } = session;
  const accessToken = await session.accessToken();
  try {
    return await post(query, variables, { accessToken, workspaceId, signal });
  } catch (error) {
    if (error.code !== "UNAUTHENTICATED" || signal.aborted) throw error;
    return post(query, variables, { accessToken: await session.accessToken(accessToken), workspaceId, signal });
  }
};
