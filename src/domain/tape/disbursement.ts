import { isBefore, type StoredDate } from "../core/dates.ts";
import type { EventFacts } from "../core/event.ts";
import type { FieldError } from "../core/problem.ts";
import type { CategoryRules, CheckContext, Judged, Turned } from "./category.ts";
import {
  changeFields,
  type Disbursement,
  type DisbursementChange,
  disbursementFields,
  type LatestChanges,
} from "./fields.ts";
import { soleClient } from "./parent.ts";
import { type Assessed, type Checked, isLive, merge, missingErrors } from "./record.ts";
import { changedTermsWithout, maturityBeforeDisbursement, otherFee, unknownReference } from "./refusals.ts";
import type { AgreedTerms, Link, RecordState } from "./state.ts";
import { changeOutOfOrder, type Warning } from "./warnings.ts";

/** The three terms whose change is history (docs/api.md#disbursements). */
const TERMS = ["maturity_date", "total_expected_margin", "disbursement_amount"] as const;

const CHANGED_ON = {
  disbursement_amount: "amount_changed_on",
  total_expected_margin: "margin_changed_on",
  maturity_date: "maturity_changed_on",
} as const satisfies Record<(typeof TERMS)[number], keyof LatestChanges>;

/** Rules of a disbursement that need no other record (docs/api.md#disbursements). */
function checkDisbursement(
  current: Disbursement | null,
  change: DisbursementChange,
  { unread = new Set() }: CheckContext = {},
): Checked<Disbursement> {
  const currency = current?.currency ?? (unread.has("currency") ? null : (change.currency ?? null));
  const merged = merge<Disbursement>(disbursementFields, current, change, currency);
  const first_agreed_amount = current?.first_agreed_amount ?? merged.record.disbursement_amount;
  const record = {
    ...merged.record,
    ...latestChanges(current, change, merged.record),
    first_agreed_amount,
    changed_hands:
      current !== null && (current.changed_hands || soleClient(current) !== soleClient(merged.record)),
  };
  const broken = new Set([...unread, ...merged.broken]);
  const errors = [...merged.errors];
  errors.push(...missingErrors(disbursementFields, record, broken));
  errors.push(...dateErrors(record, broken), ...feeErrors(current, record, broken));
  if (current) errors.push(...reasonErrors(current, record, change));
  return { record, errors };
}

/** The latest `change_date` of each term after the event. */
function latestChanges(
  current: Disbursement | null,
  { change_date }: DisbursementChange,
  record: Disbursement,
): LatestChanges {
  const latest = (term: (typeof TERMS)[number]) => {
    const before = current?.[CHANGED_ON[term]] ?? null;
    if (!current || !change_date || record[term] === current[term]) return before;
    return before !== null && isBefore(change_date, before) ? before : change_date;
  };
  return {
    amount_changed_on: latest("disbursement_amount"),
    margin_changed_on: latest("total_expected_margin"),
    maturity_changed_on: latest("maturity_date"),
  };
}

function dateErrors(record: Disbursement, broken: ReadonlySet<string>): FieldError[] {
  const { disbursement_date, maturity_date } = record;
  if (broken.has("disbursement_date") || broken.has("maturity_date")) return [];
  if (!disbursement_date || !maturity_date || !isBefore(maturity_date, disbursement_date)) return [];
  return [maturityBeforeDisbursement()];
}

/**
 * The upfront fee is a fact of origination (docs/api.md#disbursements): it is checked against the amount as first
 * agreed when an event gives it or the gross value another value, and not when a write-off lowers the amount later.
 */
function feeErrors(
  current: Disbursement | null,
  record: Disbursement,
  broken: ReadonlySet<string>,
): FieldError[] {
  const { gross_value, upfront_fee, first_agreed_amount: agreed, currency } = record;
  const states =
    gross_value !== (current?.gross_value ?? null) || upfront_fee !== (current?.upfront_fee ?? null);
  const named = ["gross_value", "upfront_fee", ...(current ? [] : ["disbursement_amount"])];
  if (!states || named.some((name) => broken.has(name))) return [];
  if (gross_value === null || upfront_fee === null || agreed === null) return [];
  const expected = gross_value - agreed;
  return upfront_fee === expected ? [] : [otherFee(expected, agreed, currency)];
}

function reasonErrors(current: Disbursement, record: Disbursement, change: DisbursementChange): FieldError[] {
  const changed = TERMS.filter((term) => change[term] !== undefined && record[term] !== current[term]);
  if (changed.length === 0) return [];
  return (["change_date", "change_reason"] as const)
    .filter((name) => change[name] === undefined || change[name] === null)
    .map((name) => changedTermsWithout(name, changed));
}

/** A disbursement's own rules and its clients. */
function assessDisbursement(
  state: RecordState,
  current: Disbursement | null,
  change: DisbursementChange,
): Assessed<Disbursement> {
  const { record, errors } = checkDisbursement(current, change);
  return { record, own: errors, references: referenceErrors(state, current, record) };
}

/** Clients that the event newly refers to must be live; a deleted client keeps the loans it has. */
function referenceErrors(
  state: RecordState,
  current: Disbursement | null,
  record: Disbursement,
): FieldError[] {
  const errors: FieldError[] = [];
  const { client_id } = record;
  if (client_id !== null && client_id !== current?.client_id && !isLive(state.client.get(client_id))) {
    errors.push(unknownReference("client_id", "client", client_id));
  }
  const before = new Set(current?.purchase_clients ?? []);
  for (const [index, id] of (record.purchase_clients ?? []).entries()) {
    if (before.has(id) || isLive(state.client.get(id))) continue;
    errors.push(unknownReference(`purchase_clients.${index}.client_id`, "client", id));
  }
  return errors;
}

/** What an event of a disbursement does to its terms, client links and payments. */
function disbursementLinks({ before: found, after: stored, change }: Turned<Disbursement>): Link[] {
  const before = found?.record ?? null;
  const after = isLive(stored) ? stored.record : null;
  const { disbursement_id } = stored.record;
  const had = before?.purchase_clients ?? [];
  const has = after?.purchase_clients ?? [];
  const gone = had.filter((id) => !has.includes(id));
  const added = has.filter((id) => !had.includes(id));
  const terms = after && agreedTerms(before, after, change);
  const links: Link[] = terms ? [{ type: "terms", ...terms }] : [];
  if (gone.length > 0) links.push({ type: "unlink", disbursement_id, client_ids: gone });
  if (added.length > 0) links.push({ type: "link", disbursement_id, client_ids: added });
  if (before && after) links.push(...reassignment(before, after));
  return links;
}

/** Before every day: on it begins what holds on all days, also where the start is corrected to an earlier one. */
const ALL_DAYS: StoredDate = "0001-01-01";

/**
 * The terms to write down: when they are first agreed, and with each change of one of them or of the creditor to whom
 * the disbursement is pledged; else null. A change of only the creditor, without a day, holds on all days.
 */
function agreedTerms(
  before: Disbursement | null,
  after: Disbursement,
  change: DisbursementChange,
): AgreedTerms | null {
  const { disbursement_id, disbursement_amount, total_expected_margin, maturity_date, pledge_creditor } =
    after;
  if (before && !changesTerms(before, after) && before.pledge_creditor === pledge_creditor) return null;
  const on_date = before ? (change.change_date ?? ALL_DAYS) : startOf(after);
  return {
    disbursement_id,
    on_date,
    disbursement_amount,
    total_expected_margin,
    maturity_date,
    pledge_creditor,
  };
}

/** When a loan is paid out, and a purchase to its supplier. */
const startOf = ({ disbursement_date, payment_date }: Disbursement): StoredDate =>
  disbursement_date ?? payment_date ?? "";

const changesTerms = (before: Disbursement, after: Disbursement): boolean =>
  TERMS.some((term) => after[term] !== before[term]);

/** Changes of terms that are dated before the start, or before an earlier event's change of the same term. */
function disbursementWarnings(
  _: RecordState,
  { before, record, change, today }: Judged<Disbursement>,
): Warning[] {
  const { change_date }: DisbursementChange = change;
  if (!before || !change_date) return [];
  const { dayOf } = today.calendar;
  const start = startOf(record);
  return TERMS.flatMap((term) => {
    if (record[term] === before[term]) return [];
    const latest = before[CHANGED_ON[term]];
    if (dayOf(change_date) < dayOf(start)) return [changeOutOfOrder(term, change_date, { start })];
    if (latest === null || dayOf(change_date) >= dayOf(latest)) return [];
    return [changeOutOfOrder(term, change_date, { latest })];
  });
}

/** A loan's payments follow its client, also when a new loan takes the id of a deleted one (docs/api.md#payments). */
function reassignment(before: Disbursement, after: Disbursement): Link[] {
  const { disbursement_id, client_id } = after;
  if (client_id === null || client_id === before.client_id) return [];
  return [{ type: "reassign", disbursement_id, client_id }];
}

/** What history needs of an event: its own date, and the terms after it where it changed one. */
function disbursementFacts(
  record: Disbursement,
  change: DisbursementChange,
  before: Disbursement | null,
): EventFacts {
  const { currency, disbursement_id } = record;
  const { change_date, change_reason } = change;
  const on_date = change_date ?? change.disbursement_date ?? change.operation_date;
  const changed = before !== null && changesTerms(before, record);
  const terms = {
    maturity_date: record.maturity_date,
    total_expected_margin: record.total_expected_margin.toString(),
    disbursement_amount: record.disbursement_amount.toString(),
  };
  return {
    currency,
    disbursement_id,
    ...(on_date ? { on_date } : {}),
    ...(change_date ? { change_date } : {}),
    ...(change_reason ? { change_reason } : {}),
    ...(changed ? { terms } : {}),
  };
}

export const disbursementRules: CategoryRules<"disbursement"> = {
  fields: disbursementFields,
  eventFields: { steps: ["update"], fields: changeFields },
  idField: "disbursement_id",
  table: "disbursements",
  check: checkDisbursement,
  assess: assessDisbursement,
  facts: disbursementFacts,
  about: (_, record) => soleClient(record),
  isOnePersons: (_, { record }) => !record.changed_hands,
  warnings: disbursementWarnings,
  links: disbursementLinks,
  succeed: reassignment,
};
