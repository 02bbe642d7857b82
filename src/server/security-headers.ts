import type { Config } from "#src/platform/config.js";

const oneYear = 31_536_000;

/** Headers of every answer: no scripts and frames from elsewhere, no guessing of types, no sharing with other origins. */
export const securityHeaders = ({ http }: Config): Readonly<Record<string, string>> => ({
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy":
    "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  // The console records speech.
  "permissions-policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // Said over plain HTTP it means nothing, and on a developer's localhost it would stick.
  ...(http.publicUrl?.startsWith("https:") ? { "strict-transport-security": `max-age=${oneYear}` } : {}),
});
