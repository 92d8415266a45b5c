import type { Context } from "hono";
import type { ApiKeys } from "../auth/api-keys.ts";
import type { Principal } from "../auth/principal.ts";
import type { Expected } from "../domain/core/precondition.ts";
import type { TraceContext } from "./trace.ts";

/** What a request carries from guard to handler. */
export interface AppEnv {
  Bindings: Cloudflare.Env;
  Variables: {
    trace: TraceContext;
    principal: Principal;
    api_keys: ApiKeys;
    /** Code of the problem that answered, for the log line. */
    problem_code: string;
    /** Entries of Server-Timing: name and milliseconds. */
    timings: [name: string, ms: number][];
    /** The checked Idempotency-Key; empty where the request may lack one, and does. */
    idempotency_key: string;
    /** What the request expects of the thing that it changes; undefined where it does not say. */
    expected: Expected | undefined;
    body_bytes: Uint8Array;
    /** The parsed body: numbers as LosslessNumber, so that no digit is lost. */
    body: unknown;
    /** The body as the route's schema made it. */
    checked_body: unknown;
  };
}

/**
 * One check of a request: answers where it refuses, and may leave what it has read for the handler. Unlike a middleware it
 * does not surround what follows, so that a request costs no promise for a check that has nothing to wait for.
 */
export type Guard = (c: Context<AppEnv>) => Response | undefined | Promise<Response | undefined>;
