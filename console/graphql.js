/**
 * What the API, or the way to it, said no with. `field` is the input's path, such as `input.email`; `secondFactor` what can
 * prove who signs in, beside the password that was right; `reauthenticate` that the same would be done after that.
 */
export class ApiError extends Error {
  constructor(code, message, { field, secondFactor, reauthenticate, requestId } = {}) {
    super(code === "INTERNAL" && requestId ? `${message} (${requestId})` : message);
    this.name = "ApiError";
    this.code = code;
    this.field = field;
    this.secondFactor = secondFactor;
    this.reauthenticate = reauthenticate;
  }

  static from({ message, extensions = {} }) {
    return new ApiError(extensions.code ?? "INTERNAL", message, extensions);
  }
}

/** One operation over HTTP: its data, or the first of its errors thrown. */
export const post = async (query, variables, { accessToken, workspaceId, signal } = {}) => {
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  if (accessToken) headers.Authorization = `Bearer ${accessToken}`;
  if (workspaceId) headers["X-Workspace-Id"] = workspaceId;
  const answer = await fetch("/graphql", {
    method: "POST",
    headers,
    signal,
    body: JSON.stringify({ query, variables }),
  })
    .then((response) => response.json())
    .catch(() => {
      throw new ApiError("UNREACHABLE", "Atrium does not answer. Is it running, and is the network there?");
    });
  if (answer.errors?.[0]) throw ApiError.from(answer.errors[0]);
  return answer.data;
};
