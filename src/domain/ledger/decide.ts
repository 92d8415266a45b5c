import type { Stamp } from "../core/event.ts";
import { INT64_MAX } from "../core/money.ts";
import type { FieldError, Problem } from "../core/problem.ts";
import { invalid } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { AccountCode } from "./accounts.ts";
import { addTotals, type Entry, mirror, NO_TOTAL, type Posting, type Total, totalsOf } from "./journal.ts";

/** A checked `POST /v1/disbursements` (docs/api.md#ledger). */
export interface DisbursementPosting {
  readonly type: "post_disbursement";
  readonly loan_id: string;
  readonly borrower_id: string;
  /** 0 to 9223372036854775807. */
  readonly amount_minor: bigint;
  readonly currency: string;
  readonly effective_at: string;
  readonly method: string;
  readonly destination_ref: string;
  readonly actor: string | null;
}

/** A checked `POST /v1/reversals` (docs/api.md#ledger). */
export interface Reversal {
  readonly type: "reverse";
  readonly reverses_entry_id: string;
  readonly reason_code: string;
  readonly reason_description: string | null;
  /** Not before the entry's own; null: the day of the posting, UTC, or the entry's own where that is later. */
  readonly effective_at: string | null;
  readonly actor: string | null;
}

export type LedgerCommand = DisbursementPosting | Reversal;

/** What a loan keeps for life: one borrower and one currency. */
export interface LedgerLoan {
  readonly borrower_id: string;
  readonly currency: string;
}

/** What ledger commands may look at. Commands of one group see each other's entries through it. */
export interface LedgerState {
  readonly loans: Map<string, LedgerLoan>;
  /** All-time totals of the tenant's accounts, by `totalKey`. */
  readonly totals: Map<string, Total>;
  readonly entries: Map<string, Entry>;
  /** Sequences of entries that have a reversal. */
  readonly reversed: Set<number>;
}

export const noLedgerState = (): LedgerState => ({
  loans: new Map(),
  totals: new Map(),
  entries: new Map(),
  reversed: new Set(),
});

export const totalKey = (account: AccountCode, currency: string, layer: string): string =>
  `${account} ${currency} ${layer}`;

/** A posted entry and the body of its answer, the same on every replay. */
export interface Posted {
  readonly entry: Entry;
  readonly answer: Readonly<Record<string, string>>;
}

/** Decides one ledger command (docs/api.md#ledger). Pure; refusals in the order 404, 409, fields, overflow. */
export function decideLedger(
  state: LedgerState,
  command: LedgerCommand,
  stamp: Stamp,
): Result<Posted, Problem> {
  const decided =
    command.type === "reverse"
      ? decideReversal(state, command, stamp)
      : decideDisbursement(state, command, stamp);
  if (!decided.ok) return decided;
  const overflow = overflowOf(state, decided.value.entry);
  return overflow ? err(overflow) : decided;
}

function decideDisbursement(
  state: LedgerState,
  command: DisbursementPosting,
  stamp: Stamp,
): Result<Posted, Problem> {
  const { loan_id, borrower_id, currency, amount_minor } = command;
  const errors = loanErrors(state.loans.get(loan_id), command);
  if (errors.length > 0) return err(invalid(errors));
  const postings: readonly Posting[] = [{ debit: "1100", credit: "2100", amount_minor }];
  const entry: Entry = {
    ...placeOf(stamp),
    event_type: "disbursement",
    loan_id,
    borrower_id,
    currency,
    layer: "SETTLED",
    effective_at: command.effective_at,
    correlation_id: stamp.event_id,
    reverses_entry_id: null,
    reverses_sequence: null,
    external_ref: command.destination_ref,
    description: `Loan disbursement by ${command.method}`,
    actor: command.actor,
    postings,
  };
  const answer = {
    disbursement_event_id: stamp.event_id,
    journal_entry_id: entry.journal_entry_id,
    posted_at: instant(entry.posted_at),
  };
  return ok({ entry, answer });
}

function loanErrors(loan: LedgerLoan | undefined, command: DisbursementPosting): FieldError[] {
  if (!loan) return [];
  const errors: FieldError[] = [];
  if (command.borrower_id !== loan.borrower_id) {
    const message = "must be the borrower of the loan's earlier postings";
    errors.push({ field: "borrower_id", code: "borrower_mismatch", message });
  }
  if (command.currency !== loan.currency) {
    const message = `must be ${loan.currency}, as in the loan's earlier postings`;
    errors.push({ field: "currency", code: "currency_mismatch", message });
  }
  return errors;
}

function decideReversal(state: LedgerState, command: Reversal, stamp: Stamp): Result<Posted, Problem> {
  const id = command.reverses_entry_id;
  const reversed = state.entries.get(id);
  if (!reversed) return err({ code: "not_found", detail: `The journal entry ${id} does not exist.` });
  if (reversed.event_type === "reversal") {
    return err({
      code: "not_reversible",
      detail: "The entry is itself a reversal. Post the original transaction again.",
    });
  }
  if (state.reversed.has(reversed.sequence)) {
    return err({ code: "already_reversed", detail: `The journal entry ${id} is already reversed.` });
  }
  const { correlation_id } = reversed;
  const today = instant(stamp.now).slice(0, 10);
  const earliest = reversed.effective_at;
  const effective_at = command.effective_at ?? (today < earliest ? earliest : today);
  if (effective_at < earliest) {
    const message = `must not be before ${earliest}, the effective_at of the entry`;
    return err(invalid([{ field: "effective_at", code: "inconsistent_dates", message }]));
  }
  const entry: Entry = {
    ...reversed,
    ...placeOf(stamp),
    event_type: "reversal",
    effective_at,
    reverses_entry_id: reversed.journal_entry_id,
    reverses_sequence: reversed.sequence,
    description: command.reason_description ?? `Reversal: ${command.reason_code}`,
    actor: command.actor,
    postings: mirror(reversed.postings),
  };
  const { journal_entry_id } = entry;
  const posted_at = instant(entry.posted_at);
  const answer = {
    journal_entry_id,
    reverses_entry_id: reversed.journal_entry_id,
    posted_at,
    correlation_id,
  };
  return ok({ entry, answer });
}

const instant = (ms: number) => new Date(ms).toISOString();

const placeOf = (stamp: Stamp) => ({
  sequence: stamp.sequence,
  journal_entry_id: stamp.journal_entry_id,
  posted_at: stamp.now,
});

/** The sums of an account's debits and of its credits stay within 64 bits each, and so does all that is made of them. */
function overflowOf(state: LedgerState, { postings, currency, layer }: Entry): Problem | null {
  for (const [account, added] of totalsOf(postings)) {
    const total = addTotals(state.totals.get(totalKey(account, currency, layer)) ?? NO_TOTAL, added);
    if (total.dr_minor <= INT64_MAX && total.cr_minor <= INT64_MAX) continue;
    const detail = `The turnover of account ${account} in ${currency} would exceed ${INT64_MAX} minor units.`;
    return { code: "amount_overflow", detail };
  }
  return null;
}

/** Lets the group's next command see the entry. */
export function applyEntry(state: LedgerState, entry: Entry): void {
  const { loan_id, borrower_id, currency, layer } = entry;
  state.entries.set(entry.journal_entry_id, entry);
  if (!state.loans.has(loan_id)) state.loans.set(loan_id, { borrower_id, currency });
  if (entry.reverses_sequence !== null) state.reversed.add(entry.reverses_sequence);
  for (const [account, added] of totalsOf(entry.postings)) {
    const key = totalKey(account, currency, layer);
    state.totals.set(key, addTotals(state.totals.get(key) ?? NO_TOTAL, added));
  }
}
