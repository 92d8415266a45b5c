import { isBefore } from "../core/dates.ts";
import type { EventFacts } from "../core/event.ts";
import type { FieldError } from "../core/problem.ts";
import type { CategoryRules, CheckContext } from "./category.ts";
import { type Operation, type OperationChange, operationFields } from "./fields.ts";
import { parentOf, parentOfOneHand, soleClient } from "./parent.ts";
import { type Assessed, type Checked, merge, missingErrors } from "./record.ts";
import { depreciationWithoutAsset, endBeforeStart, otherCurrency, unknownReference } from "./refusals.ts";
import type { RecordState } from "./state.ts";

const DEPRECIATION = ["depreciation_amount", "depreciation_period", "depreciation_method"] as const;

/**
 * Rules of an operation (docs/api.md#ingest). Without a currency of its own it has its parent's; if that
 * is not known either, the amounts are not read.
 */
function checkOperation(
  current: Operation | null,
  change: OperationChange,
  { unread = new Set(), parentCurrency = null }: CheckContext = {},
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
function assessOperation(
  state: RecordState,
  current: Operation | null,
  change: OperationChange,
): Assessed<Operation> {
  const parentId = current?.disbursement_id ?? change.disbursement_id ?? "";
  const parent = parentOf(state, current, parentId);
  const { record, errors } = checkOperation(current, change, { parentCurrency: parent?.currency ?? null });
  if (!parent) {
    const references = [unknownReference("disbursement_id", "disbursement", parentId)];
    return { record, own: errors, references };
  }
  const hasCurrency = current !== null || record.currency === parent.currency;
  return { record, own: errors, references: hasCurrency ? [] : [otherCurrency(parent.currency)] };
}

function periodErrors(record: Operation, broken: ReadonlySet<string>): FieldError[] {
  const { operation_start_date: start, operation_end_date: end } = record;
  if (broken.has("operation_start_date") || broken.has("operation_end_date")) return [];
  if (!start || !end || !isBefore(end, start)) return [];
  return [endBeforeStart()];
}

/** Asks only for presence, so an amount that cannot be read in the currency counts as there. */
function depreciationErrors(record: Operation, unread: ReadonlySet<string>): FieldError[] {
  if (unread.has("asset_id") || unread.has("asset_value")) return [];
  const depreciates = DEPRECIATION.find((name) => !unread.has(name) && record[name] !== null);
  if (!depreciates || record.asset_id !== null || record.asset_value !== null) return [];
  return [depreciationWithoutAsset(depreciates)];
}

/** What history needs of an event: the asset's condition, where the event states one. */
function operationFacts(record: Operation, change: OperationChange): EventFacts {
  const { disbursement_id, currency, asset_id } = record;
  const { asset_condition } = change;
  return { disbursement_id, currency, asset_id, ...(asset_condition ? { asset_condition } : {}) };
}

export const operationRules: CategoryRules<"operation"> = {
  fields: operationFields,
  idField: "operation_id",
  table: "operations",
  check: checkOperation,
  assess: assessOperation,
  facts: operationFacts,
  about: (state, { disbursement_id }) => {
    const parent = state.disbursement.get(disbursement_id);
    return parent ? soleClient(parent.record) : null;
  },
  isOnePersons: (state, operation) =>
    parentOfOneHand(state, operation, operation.record.disbursement_id) !== null,
};
