import { minorOf } from "./decimals.ts";
import { type Category, FIELDS, isAmount } from "./fields.ts";
import type { Faults } from "./schema.ts";

/** A record: amounts in minor units, dates as a lookup shows them, null where nothing is known. */
export type Rec = Readonly<Record<string, unknown>>;

export interface Merged {
  readonly record: Rec;
  readonly faults: Faults;
}

interface Input {
  readonly category: Category;
  readonly current: Rec | null;
  readonly change: ReadonlyMap<string, unknown>;
  /** Members that no rule may look at. */
  readonly unread: ReadonlySet<string>;
  /** The currency to read amounts in, or null when it is not known. */
  readonly currency: string | null;
}

/** The rules of docs/api.md#ingest over a change laid on a record, without any other record. */
export function applyRules(input: Input): Merged {
  const { category, current, change, unread, currency } = input;
  const faults: Faults = new Map();
  const unreadable = new Set(unread);
  const record: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(FIELDS[category])) {
    const value = change.get(name);
    record[name] = value === undefined ? (current?.[name] ?? null) : value;
    if (value === undefined || value === null || !isAmount(rule)) continue;
    const minor = currency === null ? null : minorOf(String(value), currency);
    record[name] = minor;
    if (minor === null) unreadable.add(name);
    if (minor === null && currency !== null) faults.set(name, "invalid_value");
  }
  for (const [name, rule] of Object.entries(FIELDS[category])) {
    const applies = rule.required && (!rule.kind || rule.kind === record.kind);
    if (applies && record[name] === null && !unreadable.has(name)) faults.set(name, "required");
  }
  const readable = (...names: string[]) => names.every((name) => !unreadable.has(name));
  const context: Context = { record, current, change, readable, faults, unread };
  RULES[category](context);
  return { record, faults };
}

interface Context {
  readonly record: Record<string, unknown>;
  readonly current: Rec | null;
  readonly change: ReadonlyMap<string, unknown>;
  readonly readable: (...names: string[]) => boolean;
  readonly faults: Faults;
  readonly unread: ReadonlySet<string>;
}

const RULES: Readonly<Record<Category, (context: Context) => void>> = {
  client: clientRules,
  disbursement: disbursementRules,
  payment: paymentRules,
  operation: operationRules,
};

function clientRules({ record, change, readable, faults }: Context): void {
  if (!readable("is_company") || record.is_company === null) return;
  const sent = readable("gender") ? (change.get("gender") ?? null) : null;
  if (record.is_company === true) {
    if (sent === "male" || sent === "female") faults.set("gender", "invalid_value");
    if (readable("contact_person") && record.contact_person === null)
      faults.set("contact_person", "required");
    record.gender = "company";
    return;
  }
  if (!readable("gender")) return;
  if (sent === "company") faults.set("gender", "invalid_value");
  else if (record.gender === null || record.gender === "company") faults.set("gender", "required");
}

/** Dates as a lookup shows them; a date without a time is compared by its day. */
function isEarlier(left: unknown, right: unknown): boolean {
  if (typeof left !== "string" || typeof right !== "string") return false;
  if (left.length === 10 || right.length === 10) return left.slice(0, 10) < right.slice(0, 10);
  return Date.parse(left) < Date.parse(right);
}

const TERMS = ["maturity_date", "total_expected_margin", "disbursement_amount"];

function disbursementRules({ record, current, change, readable, faults }: Context): void {
  const { gross_value: gross, upfront_fee: fee } = record;
  const agreed = current ? current.first_agreed_amount : record.disbursement_amount;
  record.first_agreed_amount = agreed;
  if (
    readable("disbursement_date", "maturity_date") &&
    isEarlier(record.maturity_date, record.disbursement_date)
  ) {
    faults.set("maturity_date", "inconsistent_dates");
  }
  const given = ["gross_value", "upfront_fee"].some((name) => record[name] !== (current?.[name] ?? null));
  if (given && readable("gross_value", "upfront_fee") && (current || readable("disbursement_amount"))) {
    const known = typeof gross === "bigint" && typeof fee === "bigint" && typeof agreed === "bigint";
    if (known && gross - agreed !== fee) faults.set("upfront_fee", "inconsistent_amounts");
  }
  if (!current) return;
  const changes = TERMS.some((term) => change.has(term) && record[term] !== current[term]);
  for (const name of ["change_date", "change_reason"]) {
    if (changes && (change.get(name) ?? null) === null) faults.set(name, "required");
  }
}

const EXPECTED = {
  payment_total: "expected_total",
  payment_principal: "expected_principal",
  payment_fee: "expected_fee",
  due_date: "expected_due_date",
} as const;

/** What was due is what the record had when it was last expected. */
function keepExpected(record: Record<string, unknown>, current: Rec | null): void {
  for (const [name, kept] of Object.entries(EXPECTED)) {
    record[kept] = record.status === "expected" ? record[name] : (current?.[kept] ?? null);
  }
}

/** A payment that is due again is due as it was in what the event does not say, and is no receipt. */
function restore({ record, current, change }: Context): void {
  if (!current || current.status === "expected" || record.status !== "expected") return;
  for (const name of ["payment_date", "bank_ref", "recovery"]) if (!change.has(name)) record[name] = null;
  if (current.expected_total === null) return;
  const restoreOne = (name: keyof typeof EXPECTED, value: unknown) => {
    if (!change.has(name)) record[name] = value;
  };
  restoreOne("payment_total", current.expected_total);
  restoreOne("due_date", current.expected_due_date);
  const isSame = record.payment_total === current.expected_total;
  restoreOne("payment_principal", isSame ? current.expected_principal : null);
  restoreOne("payment_fee", isSame ? current.expected_fee : null);
}

/** A refund or a recovery: one of the two, and never expected. */
function mark({ record, current, change, readable, faults }: Context): void {
  for (const name of ["refund", "recovery"]) record[name] = record[name] === true;
  const { refund, recovery, status } = record;
  if (!refund && !recovery) return;
  const name = refund ? "refund" : "recovery";
  const isLate = current !== null && current.recovery !== true && recovery && change.get("status") !== "paid";
  if (refund && recovery) faults.set("recovery", "invalid_value");
  else if (status === "expected") {
    if (readable("status")) faults.set(change.get(name) === true ? name : "status", "invalid_value");
  } else if (isLate) faults.set("recovery", "invalid_value");
}

function paymentRules(context: Context): void {
  const { record, current, change, readable } = context;
  record.source ??= "client";
  restore(context);
  mark(context);
  if (!readable("payment_total", "payment_principal", "payment_fee")) return;
  const unsplit =
    change.has("payment_total") && !change.has("payment_principal") && !change.has("payment_fee");
  const { payment_principal: known, payment_fee: rest } = record;
  const contradict =
    typeof known === "bigint" && typeof rest === "bigint" && known + rest !== record.payment_total;
  if (record.status === "paid" && unsplit && contradict) {
    record.payment_principal = null;
    record.payment_fee = null;
  }
  splitTotal(context);
  keepExpected(record, current);
}

function splitTotal({ record, faults }: Context): void {
  const { payment_total: total, payment_principal: principal, payment_fee: fee } = record;
  if (typeof total !== "bigint") return;
  if (typeof principal === "bigint" && typeof fee === "bigint") {
    if (principal + fee !== total) faults.set("payment_fee", "inconsistent_amounts");
  } else if (typeof principal === "bigint") {
    if (principal > total) faults.set("payment_principal", "inconsistent_amounts");
    record.payment_fee = total - principal;
  } else if (typeof fee === "bigint") {
    if (fee > total) faults.set("payment_fee", "inconsistent_amounts");
    record.payment_principal = total - fee;
  }
}

function operationRules({ record, change, readable, faults, unread }: Context): void {
  if (
    readable("operation_start_date", "operation_end_date") &&
    isEarlier(record.operation_end_date, record.operation_start_date)
  ) {
    faults.set("operation_end_date", "inconsistent_dates");
  }
  // Presence is what counts, so an amount of an unknown currency is there all the same.
  const isThere = (name: string) => !unread.has(name) && (change.get(name) ?? record[name] ?? null) !== null;
  const depreciates = ["depreciation_amount", "depreciation_period", "depreciation_method"].some(isThere);
  if (unread.has("asset_id") || unread.has("asset_value")) return;
  if (depreciates && !isThere("asset_id") && !isThere("asset_value")) faults.set("asset_id", "required");
}
