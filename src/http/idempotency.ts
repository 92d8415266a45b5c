import type { MiddlewareHandler } from "hono";
import { canonicalText } from "../contract/canonical.ts";
import { isIdempotencyKey, KEY_RULE } from "../contract/idempotency-key.ts";
import type { AppEnv } from "./app-env.ts";
import { renderProblem } from "./problem.ts";

/** Requires an Idempotency-Key (docs/api.md#idempotency) and keeps it for the handler. */
export const idempotencyKey: MiddlewareHandler<AppEnv> = async (c, next) => {
  const key = c.req.header("Idempotency-Key");
  if (isIdempotencyKey(key)) {
    c.set("idempotency_key", key);
    return next();
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
export const optionalIdempotencyKey: MiddlewareHandler<AppEnv> = (c, next) => {
  if (c.req.header("Idempotency-Key") !== undefined) return idempotencyKey(c, next);
  c.set("idempotency_key", "");
  return next();
};

const encoder = new TextEncoder();

/**
 * The fingerprint of a request (docs/api.md#idempotency, "same request"): SHA-256, in hex, over method, path and the body's
 * canonical form.
 */
export async function fingerprint(method: string, path: string, body: unknown): Promise<string> {
  const canonical = canonicalText([method, path, body]);
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(canonical));
  return new Uint8Array(digest).toHex();
}
