import type { Command } from "../domain/command.ts";
import type { RequestOfEvent, SeenEvent } from "../domain/core/event.ts";
import type { Problem } from "../domain/core/problem.ts";

/**
 * The version of what a Worker sends to a gate. Both change during a deployment, so a gate also reads what the version
 * before sent, and does not guess what a newer one means (docs/operate.md#order-of-deployments). Version 0 had no member for it.
 */
export const CALL_VERSION = 1;

/** A checked write on its way to the tenant's gate. The gate trusts it: the Worker has parsed it. */
export interface Submission extends Omit<RequestOfEvent, "key_hash"> {
  readonly version: typeof CALL_VERSION;
  /** The hash of its idempotency key: the gate knows no key. */
  readonly key: RequestOfEvent["key_hash"];
  /** Its request has no key: `key` only tells it from others, and that of its event is made of the event's step and sequence. */
  readonly isKeyless?: true;
  /** This service's span in the caller's trace; the queue's message continues it. */
  readonly traceparent: string;
  readonly command: Command;
}

/** What tells a submission without a key from others. */
export const keyless = () =>
  ({ key: crypto.getRandomValues(new Uint8Array(32)).toHex(), isKeyless: true }) as const;

/** What an accepted write is answered with, the first time and on every replay. */
export type EventAnswer = Omit<SeenEvent, "key_hash" | "fingerprint">;

/** Milliseconds spent in the gate, for Server-Timing. */
export interface GateTimings {
  readonly queue: number;
  readonly load: number;
  readonly commit: number;
}

/** The gate's verdict. A tagged value: a class thrown across RPC would arrive as a bare Error. */
export type Verdict =
  | {
      readonly kind: "accepted";
      readonly answer: EventAnswer;
      readonly replayed: boolean;
      readonly bookmark: string | null;
    }
  /** All is as the command asks for: there is no event, and its key stays unused. */
  | { readonly kind: "unchanged"; readonly bookmark: string | null }
  | { readonly kind: "rejected"; readonly problem: Problem };

export type SubmitReply = Verdict & { readonly timings: GateTimings };

/** An idempotency key that a request takes which is no event. */
export interface KeyReservation {
  readonly version: typeof CALL_VERSION;
  readonly tenant: string;
  /** The hash of the key. */
  readonly key: string;
  readonly fingerprint: string;
}

/** True for an argument whose meaning only a newer gate knows. */
export const isNewer = ({ version }: { readonly version: number }): boolean => version > CALL_VERSION;

export const NO_TIMINGS: GateTimings = { queue: 0, load: 0, commit: 0 };

export const UNAVAILABLE: Problem = {
  code: "unavailable",
  detail:
    "The database did not answer. Retry with the same Idempotency-Key. The event will not be stored twice.",
};

/** The answer to a write that met a bug. */
export const INTERNAL: Problem = {
  code: "internal_error",
  detail:
    "Internal error. Quote the trace_id when you report it. You can retry with the same Idempotency-Key.",
};

/** A group is bounded so that its batch stays small for D1 (30 s a batch) and its answers soon. */
export const GROUP_COMMANDS_MAX = 100;
export const GROUP_BYTES_MAX = 1_000_000;
/** A gate that holds this much, callers who wait for another's key included, says `overloaded` at once. */
export const WAITING_COMMANDS_MAX = 2_000;
export const WAITING_BYTES_MAX = 16_000_000;
/** How long a caller waits for its gate; the outcome is unknown after that. What has not begun by then is not run. */
export const GATE_DEADLINE_MS = 25_000;
