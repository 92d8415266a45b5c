import { LosslessNumber } from "lossless-json";
import { renderDate } from "../../domain/core/dates.ts";
import type { EventFacts } from "../../domain/core/event.ts";
import { sequenceOf } from "../../domain/core/event-id.ts";
import type { StoredRow } from "../../domain/core/lookup.ts";
import { toMajor } from "../../domain/core/money.ts";
import { type EventKind, eventKind } from "../../domain/event-kinds.ts";
import { dataOf, type EventTexts, factsOf } from "../../domain/log/texts.ts";
import { CATEGORIES, isCategory } from "../../domain/tape/categories.ts";
import type { FieldType } from "../../domain/tape/fields.ts";
import type { Cell as CsvCell } from "../csv.ts";
import { DERIVED_FROM, type LookupTable, type WireType } from "./tables.ts";

/** The caller, as far as a row depends on who reads it. */
export interface Reader {
  /** True for a scope that the caller's token has. */
  readonly grants: (scope: EventKind["readableWith"][number]) => boolean;
  /** The id by which the ledger knows a disbursement. */
  readonly ledgerLoanId: (disbursement_id: string) => string;
}

/** A cell as JSON text. */
type Cell = (value: string | number, row: StoredRow, reader: Reader) => string;

/**
 * Writes rows of a table as JSON text (docs/api.md#lookups): exact numbers, dates as sent, null where nothing is known.
 * Stored JSON goes out as the text that it is: parsing it would build trees of many times its size.
 */
export function rowRenderer(table: LookupTable, reader: Reader): (row: StoredRow) => string {
  const members = membersOf(table);
  return (row) => {
    let text = "";
    for (const [name, label, cell] of members) {
      const value = row[name];
      text += text === "" ? label : `,${label}`;
      text += value === null || value === undefined ? "null" : cell(value, row, reader);
    }
    return `{${text}}`;
  };
}

type Member = readonly [name: string, label: string, cell: Cell];
const memberLists = new WeakMap<LookupTable, readonly Member[]>();

/** What a row's JSON is written from, made once for each table: the column, the name as JSON and the form of the value. */
function membersOf(table: LookupTable): readonly Member[] {
  const made =
    memberLists.get(table) ??
    Object.entries(table.columns).map(
      ([name, type]): Member => [DERIVED_FROM[type] ?? name, `${JSON.stringify(name)}:`, CELLS[type]],
    );
  memberLists.set(table, made);
  return made;
}

/** Reads a row of a table as the cells of a CSV line, by column; what is an object or a list in JSON is its text. */
export function cellReader(table: LookupTable, reader: Reader): (row: StoredRow) => Record<string, CsvCell> {
  const columns = Object.entries(table.columns);
  return (row) =>
    Object.fromEntries(
      columns.map(([name, type]) => {
        const value = row[DERIVED_FROM[type] ?? name];
        if (value === null || value === undefined) return [name, null];
        return [name, csvCell(CELLS[type](value, row, reader))];
      }),
    );
}

function csvCell(json: string): CsvCell {
  switch (json[0]) {
    case '"':
    case "n":
    case "t":
    case "f":
      return JSON.parse(json);
    case "{":
    case "[":
      return json;
    default:
      return new LosslessNumber(json);
  }
}

const CELLS: Readonly<Record<WireType, Cell>> = {
  text: (value) => JSON.stringify(value),
  boolean: (value) => (value === 0 ? "false" : "true"),
  integer: (value) => String(value),
  decimal: (value) => String(value),
  amount: (value, row) => amountText(value, row.currency),
  date: (value) => JSON.stringify(renderDate(String(value))),
  instant: (value) => instantText(Number(value)),
  object: (value) => String(value),
  clients: (value) => clientsText(JSON.parse(String(value))),
  ledger_loan_id: (value, _, { ledgerLoanId }) => JSON.stringify(ledgerLoanId(String(value))),
  event_data: (_, row, { grants }) =>
    eventKind(String(row.category), String(row.step))?.readableWith.some(grants)
      ? dataOf(textsOf(row))
      : "null",
  event_changes: (_, row) => changesText(row.category, factsOf(textsOf(row))),
  event_entries: (_, row) => entriesText(row, factsOf(textsOf(row))),
};

const textsOf = ({ data, private: own }: StoredRow): EventTexts => ({
  data: String(data),
  private: own === null || own === undefined ? null : String(own),
});

/** The entries that an event posted, null for none: that of a ledger route gave the event its id. */
function entriesText({ category, event_id, id }: StoredRow, { journal_entry_ids }: EventFacts): string {
  if (journal_entry_ids) return JSON.stringify(journal_entry_ids);
  const isEntry = category === "ledger" && id !== event_id && sequenceOf(String(id)) !== null;
  return isEntry ? JSON.stringify([id]) : "null";
}

const lastInstant = { ms: Number.NaN, text: "" };

/** The events of a group have one time, so the instant before is often the same. */
function instantText(ms: number): string {
  if (ms !== lastInstant.ms) {
    lastInstant.ms = ms;
    lastInstant.text = `"${new Date(ms).toISOString()}"`;
  }
  return lastInstant.text;
}

const amountText = (minor: unknown, currency: unknown): string =>
  toMajor(BigInt(String(minor)), String(currency));

const clientsText = (ids: unknown): string =>
  Array.isArray(ids) ? JSON.stringify(ids.map((client_id) => ({ client_id }))) : "null";

/** What an update changed, in the wire forms of the record's fields; null for an event that changed no field. */
function changesText(category: unknown, facts: EventFacts): string {
  if (!isCategory(category) || !facts.changes) return "null";
  const { fields } = CATEGORIES[category];
  const { currency, changes: changed } = facts;
  const changes = Object.entries(fields).flatMap(([name, { type }]) => {
    const change = changed[name];
    if (!change) return [];
    const text = (value: unknown) => changedText(type, value, currency);
    const was = change.from === undefined ? "" : `"from":${text(change.from)},`;
    return [`${JSON.stringify(name)}:{${was}"to":${text(change.to)}}`];
  });
  return `{${changes.join(",")}}`;
}

/** A value of a change: as stored, with amounts as decimal text of minor units. */
function changedText(type: FieldType, value: unknown, currency: string | undefined): string {
  if (value === null || value === undefined) return "null";
  switch (type) {
    case "amount":
      return amountText(value, currency);
    case "decimal":
    case "object":
      return String(value);
    case "date":
      return JSON.stringify(renderDate(String(value)));
    case "clients":
      return clientsText(value);
    default:
      return JSON.stringify(value);
  }
}
