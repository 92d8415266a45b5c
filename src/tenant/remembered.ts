import { type BookedPart, recordKey } from "../domain/bookkeeping/booked.ts";
import { addNeeds, type Command, noNeeds } from "../domain/command.ts";
import type { DayBook } from "../domain/ledger/loan-book.ts";
import type { LedgerLoan } from "../domain/ledger/state.ts";
import { CATEGORY_NAMES } from "../domain/tape/categories.ts";
import type { Category } from "../domain/tape/fields.ts";
import type { RecordState } from "../domain/tape/state.ts";
import type { Loaded } from "../store/load.ts";

/**
 * What a gate remembers: the records by category; `loan` with its book; a `bank` account that exists; the `parts` that
 * the books hold of a payment; the `booked` loan of a disbursement. The `terms` of a disbursement, with its parts and its
 * settlement, are never remembered: they are many and change seldom.
 */
type Kind = Category | "loan" | "bank" | "parts" | "booked" | "terms";

/** Names one thing that deciding reads. */
export interface Key {
  readonly kind: Kind;
  readonly id: string;
  /** The day from which the book of a loan is needed. */
  readonly day?: string;
}

export const nameOf = ({ kind, id }: Key): string => `${kind} ${id}`;

/** One thing that is remembered. */
export interface Remembered {
  /** Roughly. */
  readonly bytes: number;
  /** Adds it to what a group is decided on. */
  readonly put: (into: Loaded) => void;
  /** What a command on it reads as well. */
  readonly with: readonly Key[];
  /** The first day on which the book of a loan is known. */
  readonly from?: string;
}

const NEVER_REMEMBERED: ReadonlySet<Command["type"]> = new Set([
  "opening",
  "switch",
  "close",
  "erase",
  "account_named",
  "facility",
]);

/** What deciding some commands reads; null where some of it is never remembered. */
export function keysOf(commands: readonly Command[], now: number, withBooks: boolean): readonly Key[] | null {
  if (commands.some(({ type }) => NEVER_REMEMBERED.has(type))) return null;
  const needs = noNeeds();
  for (const command of commands) addNeeds(needs, command, now);
  const { loans, banks, ...others } = needs.ledger;
  for (const name in others) if (others[name as keyof typeof others].size > 0) return null;
  const keys: Key[] = [];
  for (const kind of CATEGORY_NAMES) for (const id of needs[kind]) keys.push({ kind, id });
  for (const id of banks) keys.push({ kind: "bank", id });
  for (const [id, day] of loans) keys.push({ kind: "loan", id, day });
  if (!withBooks) return keys;
  for (const id of needs.books.disbursement) keys.push({ kind: "terms", id }, { kind: "booked", id });
  for (const id of needs.books.loans) keys.push({ kind: "booked", id });
  return keys;
}

/** Takes over a row, or null for what is known to be no longer true. */
type Keep = (key: Key, row: Remembered | null) => void;

const NOTHING_ELSE: readonly Key[] = [];

/** Hands over what can be remembered of a group's state. */
export function keepState({ state, ledger, books }: Loaded, keep: Keep): void {
  const withBooks = books.mode === "records";
  for (const category of CATEGORY_NAMES) keepRecords(state, category, withBooks, keep);
  for (const [id, loan] of ledger.loans) {
    const book = ledger.books.get(id);
    // No command is decided on the balances of a loan that follows the records. An outline serves one command.
    const isKnown = book !== undefined && "later" in book && !loan.follows_records;
    keep({ kind: "loan", id }, isKnown ? rememberedLoan(id, loan, book) : null);
  }
  for (const id of ledger.banks.known) {
    const put = (into: Loaded) => into.ledger.banks.known.add(id);
    keep({ kind: "bank", id }, { bytes: BYTES_OF_ANY, put, with: NOTHING_ELSE });
  }
  if (!withBooks) return;
  for (const [id, loan] of books.loans) {
    const bytes = BYTES_OF_ANY + loan.gross.size * BYTES_OF_A_DAY;
    keep(
      { kind: "booked", id },
      { bytes, put: (into) => into.books.loans.set(id, loan), with: NOTHING_ELSE },
    );
  }
  for (const id of state.payment.keys()) {
    const parts = books.parts.get(recordKey("payment", id));
    keep({ kind: "parts", id }, parts ? rememberedParts(id, parts) : null);
  }
}

function keepRecords<C extends Category>(
  records: RecordState,
  kind: C,
  withBooks: boolean,
  keep: Keep,
): void {
  for (const [id, stored] of records[kind]) {
    const put = ({ state }: Loaded) => {
      const into: RecordState = state;
      into[kind].set(id, stored);
    };
    const { record } = stored;
    keep({ kind, id }, { bytes: bytesOf(record), put, with: parentsOf(kind, id, record, withBooks) });
  }
}

/** A command on a payment or an operation reads the disbursement that it belongs to, and a payment's what is booked. */
function parentsOf(category: Category, id: string, record: object, withBooks: boolean): readonly Key[] {
  if (category === "disbursement" || !("disbursement_id" in record)) return NOTHING_ELSE;
  const parent = String(record.disbursement_id);
  const keys: Key[] = [{ kind: "disbursement", id: parent }];
  if (category === "payment" && withBooks) keys.push({ kind: "parts", id }, { kind: "booked", id: parent });
  return keys;
}

const rememberedLoan = (id: string, loan: LedgerLoan, book: DayBook): Remembered => ({
  bytes: BYTES_OF_ANY + book.later.length * BYTES_OF_A_DAY,
  put({ ledger }) {
    ledger.loans.set(id, loan);
    ledger.books.set(id, book);
  },
  with: NOTHING_ELSE,
  from: book.from,
});

const rememberedParts = (id: string, parts: readonly BookedPart[]): Remembered => ({
  bytes: BYTES_OF_ANY + parts.length * BYTES_OF_A_PART,
  put: ({ books }) => books.parts.set(recordKey("payment", id), parts),
  with: parts.map(({ disbursement_id }) => ({ kind: "booked", id: disbursement_id })),
});

const BYTES_OF_ANY = 600;
const BYTES_OF_A_DAY = 200;
const BYTES_OF_A_PART = 800;
const BYTES_OF_AN_ITEM = 300;

function bytesOf(record: object): number {
  let bytes = BYTES_OF_ANY;
  for (const value of Object.values(record)) {
    if (typeof value === "string") bytes += 2 * value.length;
    else if (Array.isArray(value)) bytes += BYTES_OF_AN_ITEM * value.length;
  }
  return bytes;
}
