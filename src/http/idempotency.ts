import { canonicalText } from "../contract/canonical.ts";
import { isIdempotencyKey, KEY_RULE } from "../contract/idempotency-key.ts";
import { sha256 } from "../domain/log/hash.ts";
import type { Guard } from "./app-env.ts";
import { renderProblem } from "./problem.ts";

/** Requires an Idempotency-Key (docs/api.md#idempotency) and keeps it for the handler. */
export const idempotencyKey: Guard = (c) => {
  const key = c.req.header("Idempotency-Key");
  if (isIdempotencyKey(key)) {
    c.set("idempotency_key", key);
    return undefined;
  }
  if (key === undefined) {
    const detail =
      "Send an Idempotency-Key header: a new key with each new event, the same key with each retry.";
    return renderProblem(c, { code: "missing_idempotency_key", detail });
  }
  return renderProblem(c, {
    code: "invalid_idempotency_key",
    detail: `The Idempotency-Key must ${KEY_RULE}.`,
  });
};

/** Takes an Idempotency-Key if one is sent. */
export const optionalIdempotencyKey: Guard = (c) => {
  if (c.req.header("Idempotency-Key") !== undefined) return idempotencyKey(c);
  c.set("idempotency_key", "");
  return undefined;
};

/**
 * The fingerprint of a request (docs/api.md#idempotency, "same request"): SHA-256, in hex, over method, path and the body's
 * canonical form.
 */
export const fingerprint = (method: string, path: string, body: unknown): string =>
  sha256(canonicalText([method, path, body]));
