import type { Command } from "../domain/command.ts";
import type { Problem } from "../domain/core/problem.ts";

/** A checked write on its way to the tenant's gate. The gate trusts it: the Worker has parsed it. */
export interface Submission {
  readonly key: string;
  /** SHA-256 of method, path and canonical body (docs/api.md#idempotency, "same request"). */
  readonly fingerprint: string;
  /** The event's data as JSON text, kept in the log. */
  readonly data: string;
  /** The subject of the caller's token, kept in the log. */
  readonly actor: string | null;
  readonly trace_id: string;
  /** This service's span in the caller's trace; the queue's message continues it. */
  readonly traceparent: string;
  readonly command: Command;
}

/** What an accepted write is answered with, the first time and on every replay. */
export interface Answer {
  readonly event_id: string;
  readonly sequence: number;
  readonly category: string;
  readonly step: string;
  readonly id: string;
  /** The whole body as JSON text, for a ledger route; an ingest answer is told by the members above. */
  readonly body: string | null;
}

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
      readonly answer: Answer;
      readonly replayed: boolean;
      readonly bookmark: string | null;
    }
  | { readonly kind: "rejected"; readonly problem: Problem };

export type SubmitReply = Verdict & { readonly timings: GateTimings };

/** A group is bounded so that its batch stays small for D1 (30 s a batch) and its answers soon. */
export const GROUP_COMMANDS_MAX = 100;
export const GROUP_BYTES_MAX = 1_000_000;
/** A gate that holds this much says `overloaded` at once; nothing waits without a bound. */
export const WAITING_COMMANDS_MAX = 2_000;
export const WAITING_BYTES_MAX = 16_000_000;
/** How long a caller waits for its gate; the outcome is unknown after that. */
export const GATE_DEADLINE_MS = 25_000;
