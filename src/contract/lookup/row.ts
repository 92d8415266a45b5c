import { LosslessNumber } from "lossless-json";
import { renderDate } from "../../domain/core/dates.ts";
import type { Changed, EventFacts } from "../../domain/core/event.ts";
import { toMajor } from "../../domain/core/money.ts";
import { type Category, type Fields, type FieldType, RECORDS } from "../../domain/tape/fields.ts";
import { parseJson } from "../json.ts";
import type { LookupTable, WireType } from "./tables.ts";

/** A stored row under the wire's column names: amounts in minor units (bigint), instants in milliseconds since 1970. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** What the caller may see beyond the records. */
export interface Reader {
  /** Has the scope `hpts:ledger:read`: sees the data of ledger events. */
  readonly readsLedger: boolean;
}

/** A row as the API writes it (docs/api.md#lookups): exact numbers, dates as sent, null where nothing is known. */
export function renderRow(table: LookupTable, row: StoredRow, reader: Reader): Record<string, unknown> {
  const members = Object.entries(table.columns).map(([name, type]) => {
    const value = row[name];
    return [name, value === null || value === undefined ? null : renderValue(type, value, row, reader)];
  });
  return Object.fromEntries(members);
}

function renderValue(type: WireType, value: unknown, row: StoredRow, reader: Reader): unknown {
  switch (type) {
    case "text":
    case "boolean":
    case "integer":
      return value;
    case "decimal":
      return new LosslessNumber(String(value));
    case "amount":
      return renderAmount(value as bigint, row.currency);
    case "date":
      return renderDate(String(value));
    case "instant":
      return new Date(Number(value)).toISOString();
    case "object":
      return storedJson(value);
    case "clients":
      return renderClients(storedJson(value));
    case "event_data":
      return isCategory(row.category) || reader.readsLedger ? storedJson(value) : null;
    case "event_changes":
      return renderChanges(row.category, JSON.parse(String(value)));
  }
}

function renderAmount(minor: bigint, currency: unknown): LosslessNumber {
  return new LosslessNumber(toMajor(minor, String(currency)));
}

const renderClients = (ids: unknown) => (Array.isArray(ids) ? ids.map((client_id) => ({ client_id })) : null);

function storedJson(text: unknown): unknown {
  const parsed = parseJson(String(text));
  if (!parsed.ok) throw new Error(`A stored value is not the JSON that was accepted: ${parsed.error}`);
  return parsed.value;
}

function isCategory(category: unknown): category is Category {
  return typeof category === "string" && Object.hasOwn(RECORDS, category);
}

/** What an update changed, in the wire forms of the record's fields; null for an event that changed no field. */
function renderChanges(category: unknown, facts: EventFacts): Record<string, Changed> | null {
  if (!isCategory(category) || !facts.changes) return null;
  const fields: Fields = RECORDS[category].fields;
  const changes = Object.entries(facts.changes).map(([name, { from, to }]) => {
    const render = (value: unknown) => renderChanged(fields[name]?.type, value, facts.currency);
    return [name, { from: render(from), to: render(to) }];
  });
  return Object.fromEntries(changes);
}

function renderChanged(type: FieldType | undefined, value: unknown, currency: string | undefined): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "amount":
      return renderAmount(BigInt(String(value)), currency);
    case "decimal":
      return new LosslessNumber(String(value));
    case "date":
      return renderDate(String(value));
    case "object":
      return storedJson(value);
    case "clients":
      return renderClients(value);
    default:
      return value;
  }
}
