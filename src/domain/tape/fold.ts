import { checkClient } from "./client.ts";
import { checkDisbursement } from "./disbursement.ts";
import type { Category, Client, Disbursement, Operation, Payment, Step } from "./fields.ts";
import { checkOperation } from "./operation.ts";
import { checkPayment } from "./payment.ts";
import { created, deleted, updated } from "./record.ts";
import type { Stored } from "./state.ts";

/** The records of each category. */
export interface RecordTypes {
  readonly client: Client;
  readonly disbursement: Disbursement;
  readonly payment: Payment;
  readonly operation: Operation;
}

/** An accepted event of the log, as far as it changes its own record. */
export interface PastEvent {
  readonly step: Step;
  /** What the event set, as ingest reads it. */
  readonly change: Readonly<Record<string, unknown>>;
  /** The record's currency as the event's facts tell it, for an operation that took its parent's. */
  readonly currency?: string | undefined;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

type Check<T> = (current: T | null, change: PastEvent["change"], event: PastEvent) => T;

const CHECKS: { readonly [C in Category]: Check<RecordTypes[C]> } = {
  client: (current, change) => checkClient(current, change).record,
  disbursement: (current, change) => checkDisbursement(current, change).record,
  payment: (current, change) => checkPayment(current, change).record,
  operation: (current, change, { currency }) => checkOperation(current, change, currency ?? null).record,
};

/**
 * A record as one of its own events left it: folding a record's events in their order gives the record as the log knew
 * it. The events were accepted once, so nothing is refused here. What follows from another record's event is left out:
 * a loan's payments take their client from the loan.
 */
export function foldRecord<C extends Category>(
  category: C,
  before: Stored<RecordTypes[C]> | undefined,
  event: PastEvent,
): Stored<RecordTypes[C]> {
  const stamp = { sequence: event.sequence, now: event.created_at };
  if (event.step === "create") return created(CHECKS[category](null, event.change, event), stamp);
  if (!before) throw new Error(`the log has no create before event ${event.sequence}`);
  if (event.step === "delete") return deleted(before, stamp);
  return updated(before, CHECKS[category](before.record, event.change, event), stamp);
}
