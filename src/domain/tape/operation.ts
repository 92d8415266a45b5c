import { isBefore } from "../core/dates.ts";
import type { EventFacts } from "../core/event.ts";
import type { FieldError } from "../core/problem.ts";
import { type Operation, type OperationChange, operationFields } from "./fields.ts";
import { parentOf, unknownParent } from "./parent.ts";
import { type Assessed, type Checked, merge, missingErrors, refuse } from "./record.ts";
import type { RecordState } from "./state.ts";

const DEPRECIATION = ["depreciation_amount", "depreciation_period", "depreciation_method"] as const;

/**
 * Rules of an operation (docs/api.md#ingest). `parentCurrency` stands in when the event names none; null when the parent is
 * not known, which leaves the amounts unread.
 */
export function checkOperation(
  current: Operation | null,
  change: OperationChange,
  parentCurrency: string | null,
  unread: ReadonlySet<string> = new Set(),
): Checked<Operation> {
  const named = unread.has("currency") ? null : (change.currency ?? parentCurrency);
  const currency = current?.currency ?? named;
  const merged = merge<Operation>(operationFields, current, change, currency);
  const broken = new Set([...unread, ...merged.broken]);
  const record = { ...merged.record, currency: currency ?? merged.record.currency };
  const errors = [...merged.errors];
  errors.push(...missingErrors(operationFields, record, broken));
  errors.push(...periodErrors(record, broken), ...depreciationErrors(record, unread));
  return { record, errors };
}

/** An operation's own rules and its tie to the disbursement, whose currency it shares. */
export function assessOperation(
  state: RecordState,
  current: Operation | null,
  change: OperationChange,
): Assessed<Operation> {
  const parentId = current?.disbursement_id ?? change.disbursement_id ?? "";
  const parent = parentOf(state, current, parentId);
  const { record, errors } = checkOperation(current, change, parent?.currency ?? null);
  if (!parent) return { record, own: errors, references: [unknownParent(parentId)] };
  if (current || record.currency === parent.currency) return { record, own: errors, references: [] };
  const mismatch = refuse(
    "currency",
    "currency_mismatch",
    `must be ${parent.currency}, the currency of the disbursement`,
  );
  return { record, own: errors, references: [mismatch] };
}

function periodErrors(record: Operation, broken: ReadonlySet<string>): FieldError[] {
  const { operation_start_date: start, operation_end_date: end } = record;
  if (broken.has("operation_start_date") || broken.has("operation_end_date")) return [];
  if (!start || !end || !isBefore(end, start)) return [];
  return [refuse("operation_end_date", "inconsistent_dates", "must not be before operation_start_date")];
}

/** Asks only for presence, so an amount that cannot be read in the currency counts as there. */
function depreciationErrors(record: Operation, unread: ReadonlySet<string>): FieldError[] {
  if (unread.has("asset_id") || unread.has("asset_value")) return [];
  const depreciates = DEPRECIATION.find((name) => !unread.has(name) && record[name] !== null);
  if (!depreciates || record.asset_id !== null || record.asset_value !== null) return [];
  return [refuse("asset_id", "required", `is required with ${depreciates}, unless asset_value is given`)];
}

/** What an event tells history: the asset's condition, where the event states one. */
export function operationFacts(record: Operation, change: OperationChange): EventFacts {
  const { disbursement_id, currency, asset_id } = record;
  const { asset_condition } = change;
  return { disbursement_id, currency, asset_id, ...(asset_condition ? { asset_condition } : {}) };
}
