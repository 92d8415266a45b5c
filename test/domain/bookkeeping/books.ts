import { parseJson } from "../../../src/contract/json.ts";
import { parseIngest } from "../../../src/contract/tape/ingest.ts";
import {
  type BookedCategory,
  type BooksState,
  noBooksState,
} from "../../../src/domain/bookkeeping/booked.ts";
import { type Booking, bookRecord } from "../../../src/domain/bookkeeping/decide.ts";
import { applyBooking, termsAfter } from "../../../src/domain/bookkeeping/writes.ts";
import { noWrites } from "../../../src/domain/command.ts";
import { eventId } from "../../../src/domain/core/event-id.ts";
import type { Problem } from "../../../src/domain/core/problem.ts";
import type { Result } from "../../../src/domain/core/result.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../../src/domain/core/settings.ts";
import { ledgerLoanId, tenantNamespace } from "../../../src/domain/core/uuid.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import { noLedgerState } from "../../../src/domain/ledger/state.ts";
import type { Accepted } from "../../../src/domain/tape/state.ts";
import { Ledger } from "../../support/decisions.ts";
import { individual } from "../../support/examples.ts";

export const NAMESPACE = tenantNamespace("acme");
export const LOAN_ID = ledgerLoanId(NAMESPACE, "L-1");

/** False for an event that the schema refuses. */
function isReadable(category: BookedCategory, data: object): boolean {
  const json = parseJson(JSON.stringify({ category, data }));
  return json.ok && parseIngest(json.value).ok;
}

/** A tenant whose books follow its records, in memory. */
export class Books {
  readonly records = new Ledger();
  readonly state: BooksState;
  readonly ledger = noLedgerState();
  settings: Settings = DEFAULT_SETTINGS;
  /** The last day of the closed period. */
  closed_through: string | null = null;
  #sequence = 0;

  constructor(settle_bank: string | null = null) {
    this.state = noBooksState({ mode: "records", settle_bank, version: 1 }, NAMESPACE);
    this.records.accept("client", individual);
    for (const id of ["L-1", "L-2", "P-1"]) this.state.asked.add(ledgerLoanId(NAMESPACE, id));
  }

  /** Accepts an event of a record and decides what the books make of it, without booking it. */
  decide(category: BookedCategory, data: object): Result<Booking | null, Problem> {
    return this.#decide(category, data, this.records.accept(category, data));
  }

  #decide(category: BookedCategory, data: object, { effects }: Accepted): Result<Booking | null, Problem> {
    this.#sequence += 1;
    const stamp = this.#stamp();
    const id = String((data as Record<string, unknown>)[`${category}_id`]);
    const added = effects.flatMap((effect) =>
      effect.type === "terms" ? [{ ...effect, sequence: stamp.sequence }] : [],
    );
    const isCreated = (data as { readonly step: string }).step === "create";
    const terms = termsAfter(this.state.terms.get(id) ?? [], added, isCreated);
    if (category === "disbursement") this.state.terms.set(id, terms);
    return bookRecord(
      { books: this.state, ledger: this.ledger, state: this.records.state },
      { category, id, terms },
      stamp,
      "somebody",
    );
  }

  /** Accepts an event and books it. */
  book(category: BookedCategory, data: object): Booking | null {
    const decided = this.decide(category, data);
    if (!decided.ok) throw new Error(decided.error.detail);
    if (decided.value) applyBooking(this.state, this.ledger, noWrites(), decided.value);
    return decided.value;
  }

  /** Books an event if it is accepted; null if it is refused. */
  bookIfAccepted(category: BookedCategory, data: object): readonly Entry[] | null {
    if (!isReadable(category, data)) return null;
    const { accepted } = this.records.send(category, data);
    if (!accepted) return null;
    const decided = this.#decide(category, data, accepted);
    if (!decided.ok) throw new Error(decided.error.detail);
    if (decided.value) applyBooking(this.state, this.ledger, noWrites(), decided.value);
    return decided.value?.entries ?? [];
  }

  /** Books a record as it is, without an event of it. */
  open(category: BookedCategory, id: string): Booking | null {
    this.#sequence += 1;
    const terms = this.state.terms.get(id) ?? [];
    const opened = bookRecord(
      { books: this.state, ledger: this.ledger, state: this.records.state },
      { category, id, terms },
      this.#stamp(),
      null,
    );
    if (!opened.ok) throw new Error(opened.error.detail);
    if (opened.value) applyBooking(this.state, this.ledger, noWrites(), opened.value);
    return opened.value;
  }

  #stamp() {
    const sequence = this.#sequence;
    const random = new Uint8Array(16);
    const journal_entry_id = eventId(sequence * 1000, sequence, random);
    return {
      sequence,
      event_id: `event-${sequence}`,
      journal_entry_id,
      now: sequence * 1000,
      settings: this.settings,
      closed_through: this.closed_through,
    };
  }
}
