import { type StoredDate, storedInstant } from "../core/dates.ts";
import type { DraftEvent, EventFacts } from "../core/event.ts";

/** The members of an accepted event from which history is derived. */
export type HistoryEvent = Pick<
  DraftEvent,
  "sequence" | "event_id" | "category" | "step" | "record_id" | "facts" | "created_at"
>;

/** The event that a row comes from, and the date that the row is about. */
interface Origin {
  readonly sequence: number;
  readonly event_id: string;
  readonly on_date: StoredDate;
  readonly created_at: number;
}

interface Reason {
  readonly change_date: StoredDate | null;
  readonly change_reason: string | null;
}

/** Each table's own columns; amounts are minor units. */
interface HistoryColumns {
  disbursement_status: {
    readonly disbursement_id: string;
    readonly status: "ongoing" | "canceled";
  };
  extensions: Reason & {
    readonly disbursement_id: string;
    readonly previous_maturity_date: StoredDate | null;
    readonly new_maturity_date: StoredDate | null;
  };
  rebates: Reason & {
    readonly disbursement_id: string;
    readonly previous_margin: bigint;
    readonly new_margin: bigint;
    readonly rebate_amount: bigint;
    readonly currency: string;
  };
  write_offs: Reason & {
    readonly disbursement_id: string;
    readonly previous_amount: bigint;
    readonly new_amount: bigint;
    readonly write_off_amount: bigint;
    readonly currency: string;
  };
  restructures: Reason & {
    readonly disbursement_id: string;
    readonly previous_maturity_date: StoredDate | null;
    readonly new_maturity_date: StoredDate | null;
    readonly previous_margin: bigint;
    readonly new_margin: bigint;
    readonly previous_amount: bigint;
    readonly new_amount: bigint;
    readonly currency: string;
  };
  asset_status: {
    readonly operation_id: string;
    readonly disbursement_id: string;
    readonly asset_id: string | null;
    readonly asset_condition: string;
  };
}

export type HistoryTable = keyof HistoryColumns;

export type HistoryValues<T extends HistoryTable> = Origin & HistoryColumns[T];

/** A row to be written. */
export type HistoryRow = {
  [T in HistoryTable]: { readonly table: T; readonly values: HistoryValues<T> };
}[HistoryTable];

type Rule = {
  [T in HistoryTable]: {
    readonly table: T;
    /** The sentence of docs/api.md that asks for the row. */
    readonly because: string;
    /** The row's own columns, or null when the event makes none. */
    readonly row: (event: HistoryEvent) => HistoryColumns[T] | null;
  };
}[HistoryTable];

const RULES: readonly Rule[] = [
  {
    table: "disbursement_status",
    because:
      "Creating a disbursement also creates an ongoing disbursement status. (docs/api.md#disbursements)",
    row: (event) =>
      is(event, "disbursement", "create") ? { disbursement_id: event.record_id, status: "ongoing" } : null,
  },
  {
    table: "disbursement_status",
    because: "disbursement created: ongoing; deleted: canceled (docs/api.md#history)",
    row: (event) =>
      is(event, "disbursement", "delete") ? { disbursement_id: event.record_id, status: "canceled" } : null,
  },
  {
    table: "extensions",
    because: "Updating maturity_date [...] creates history rows. (docs/api.md#disbursements)",
    row: (event) => {
      const { previous, next, changed } = termsOf(event);
      if (!changed.has("maturity_date")) return null;
      return {
        disbursement_id: event.record_id,
        previous_maturity_date: previous.maturity_date,
        new_maturity_date: next.maturity_date,
        ...reasonOf(event),
      };
    },
  },
  {
    table: "rebates",
    because: "[...] reducing total_expected_margin [...] creates history rows. (docs/api.md#disbursements)",
    row: (event) => {
      const { previous, next } = termsOf(event);
      if (next.margin >= previous.margin) return null;
      return {
        disbursement_id: event.record_id,
        previous_margin: previous.margin,
        new_margin: next.margin,
        rebate_amount: previous.margin - next.margin,
        currency: currencyOf(event),
        ...reasonOf(event),
      };
    },
  },
  {
    table: "write_offs",
    because: "[...] or reducing disbursement_amount creates history rows. (docs/api.md#disbursements)",
    row: (event) => {
      const { previous, next } = termsOf(event);
      if (next.amount >= previous.amount) return null;
      return {
        disbursement_id: event.record_id,
        previous_amount: previous.amount,
        new_amount: next.amount,
        write_off_amount: previous.amount - next.amount,
        currency: currencyOf(event),
        ...reasonOf(event),
      };
    },
  },
  {
    table: "restructures",
    because: "one update changes two or more of the three terms (docs/api.md#history)",
    row: (event) => {
      const { previous, next, changed } = termsOf(event);
      if (changed.size < 2) return null;
      return {
        disbursement_id: event.record_id,
        previous_maturity_date: previous.maturity_date,
        new_maturity_date: next.maturity_date,
        previous_margin: previous.margin,
        new_margin: next.margin,
        previous_amount: previous.amount,
        new_amount: next.amount,
        currency: currencyOf(event),
        ...reasonOf(event),
      };
    },
  },
  {
    table: "asset_status",
    because: "operation created or updated with a non-empty asset_condition (docs/api.md#history)",
    row: (event) => {
      const { asset_condition, asset_id = null } = event.facts;
      if (event.category !== "operation" || event.step === "delete" || !asset_condition) return null;
      const disbursement_id = required(event, "disbursement_id");
      return { operation_id: event.record_id, disbursement_id, asset_id, asset_condition };
    },
  },
];

/** The history rows that an event makes, each with the values as they were at that event (docs/api.md#history). Pure. */
export function deriveHistory(event: HistoryEvent): readonly HistoryRow[] {
  const { sequence, event_id, created_at } = event;
  const origin = { sequence, event_id, created_at, on_date: onDate(event) };
  return RULES.flatMap(({ table, row }) => {
    const own = row(event);
    // The compiler does not see that `table` and `own` come from one rule.
    return own ? [{ table, values: { ...origin, ...own } } as HistoryRow] : [];
  });
}

/** Whether an event makes any history rows. Pure. */
export const makesHistory = (event: HistoryEvent): boolean => RULES.some(({ row }) => row(event) !== null);

/** `change_date` where there is one, else the event's date field, else the time of the event (docs/api.md#history). */
function onDate({ facts, created_at }: HistoryEvent): StoredDate {
  return facts.on_date ?? storedInstant(created_at);
}

const is = (event: HistoryEvent, category: string, step: string) =>
  event.category === category && event.step === step;

const reasonOf = ({ facts }: HistoryEvent) => ({
  change_date: facts.change_date ?? null,
  change_reason: facts.change_reason ?? null,
});

/** A fact that every event of the kind has; without it the row would be wrong. */
function required({ facts, event_id }: HistoryEvent, name: "currency" | "disbursement_id"): string {
  const fact = facts[name];
  if (fact === undefined) throw new Error(`event ${event_id} lacks its ${name}`);
  return fact;
}

const currencyOf = (event: HistoryEvent) => required(event, "currency");

interface TermValues {
  readonly maturity_date: StoredDate | null;
  readonly margin: bigint;
  readonly amount: bigint;
}

/** The three terms before and after a disbursement update, and which of them changed. */
interface TermsChange {
  readonly previous: TermValues;
  readonly next: TermValues;
  readonly changed: ReadonlySet<string>;
}

const NO_TERMS: TermValues = { maturity_date: null, margin: 0n, amount: 0n };
const NO_CHANGE: TermsChange = { previous: NO_TERMS, next: NO_TERMS, changed: new Set() };

function termsOf(event: HistoryEvent): TermsChange {
  const { terms, changes = {} } = event.facts;
  if (!is(event, "disbursement", "update") || !terms) return NO_CHANGE;
  const before = { ...terms };
  for (const [name, { from }] of Object.entries(changes))
    if (name in terms) Object.assign(before, { [name]: from });
  return {
    previous: valuesOf(before),
    next: valuesOf(terms),
    changed: new Set(Object.keys(changes).filter((name) => name in terms)),
  };
}

const valuesOf = (terms: NonNullable<EventFacts["terms"]>): TermValues => ({
  maturity_date: terms.maturity_date,
  margin: BigInt(terms.total_expected_margin),
  amount: BigInt(terms.disbursement_amount),
});
