import { zValidator } from "@hono/zod-validator";
import type { Context } from "hono";
import * as z from "zod";
import { canonicalText } from "../contract/canonical.ts";
import { isIdempotencyKey, KEY_RULE } from "../contract/idempotency-key.ts";
import type { AppEnv } from "./app-env.ts";
import { renderProblem } from "./problem.ts";

const headerSchema = z.object({ "idempotency-key": z.custom<string>(isIdempotencyKey) });

/** Requires an Idempotency-Key (docs/api.md#idempotency) and keeps it for the handler. */
export const idempotencyKey = zValidator("header", headerSchema, (result, c) => {
  const context = c as unknown as Context<AppEnv>;
  if (result.success) {
    context.set("idempotency_key", result.data["idempotency-key"]);
    return undefined;
  }
  if (context.req.header("Idempotency-Key") === undefined) {
    const detail =
      "Send an Idempotency-Key header: a new key with each new event, the same key with each retry.";
    return renderProblem(context, { code: "missing_idempotency_key", detail });
  }
  const detail = `The Idempotency-Key must ${KEY_RULE}.`;
  return renderProblem(context, { code: "invalid_idempotency_key", detail });
});

/**
 * The fingerprint of a request (docs/api.md#idempotency, "same request"): SHA-256, in hex, over method, path and the body's
 * canonical form.
 */
export async function fingerprint(method: string, path: string, body: unknown): Promise<string> {
  const canonical = canonicalText([method, path, body]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
