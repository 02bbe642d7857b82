import { post } from "./graphql.js";
import { session } from "./session.js";

/** One operation in the name of whoever is signed in; a token that has just ended is renewed on the way. */
export const request = async (query, variables) => {
  const token = await session.accessToken();
  try {
    return await post(query, variables, token);
  } catch (error) {
    if (error.code !== "UNAUTHENTICATED" || !session.isOpen) throw error;
    return post(query, variables, await session.accessToken(token));
  }
};
