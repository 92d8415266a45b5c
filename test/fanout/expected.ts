/**
 * History as docs/api.md#history words it, derived again only from the accepted events: an oracle that shares no
 * code with the service. Amounts are in dollars, with two decimals.
 */

/** An accepted event as `GET /api/tables/events` shows it. */
export interface WireEvent {
  readonly event_id: string;
  readonly sequence: number;
  readonly category: string;
  readonly step: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

export const HISTORY = [
  "disbursement_status",
  "extensions",
  "rebates",
  "write_offs",
  "restructures",
  "asset_status",
] as const;

export type WireRow = Readonly<Record<string, unknown>>;
export type WireHistory = Readonly<Record<(typeof HISTORY)[number], WireRow[]>>;

export const noHistory = (): WireHistory => ({
  disbursement_status: [],
  extensions: [],
  rebates: [],
  write_offs: [],
  restructures: [],
  asset_status: [],
});

interface Loan {
  readonly maturity_date: unknown;
  readonly margin: number;
  readonly amount: number;
  readonly currency: unknown;
}

/** Every history row that these events, all of a tenant's and in order, must have made; each table in that order. */
export function expectedHistory(events: readonly WireEvent[]): WireHistory {
  const history = noHistory();
  const loans = new Map<string, Loan>();
  const operations = new Map<string, { disbursement_id: unknown; asset_id: unknown }>();
  for (const event of events) {
    if (event.category === "disbursement") disbursementRows(history, loans, event);
    if (event.category === "operation") operationRows(history, operations, event);
  }
  return history;
}

/** A timestamp of whole seconds loses its fraction, any other the zeros at its end: that is how dates are answered. */
const shortened = (instant: string) => instant.replace(/\.?0+Z$/, "Z");

const cents = (dollars: number) => Math.round(dollars * 100);
const difference = (from: number, to: number) => (cents(from) - cents(to)) / 100;

function originOf({ event_id, data, created_at }: WireEvent): WireRow {
  const on_date = data.change_date ?? data.disbursement_date ?? data.operation_date ?? shortened(created_at);
  return { event_id, on_date, created_at };
}

function disbursementRows(history: WireHistory, loans: Map<string, Loan>, event: WireEvent): void {
  const { data, id: disbursement_id, step } = event;
  const row = { ...originOf(event), disbursement_id };
  const before = loans.get(disbursement_id);
  if (step === "delete") {
    history.disbursement_status.push({ ...row, status: "canceled" });
    return;
  }
  if (step === "create" || !before) {
    history.disbursement_status.push({ ...row, status: "ongoing" });
    loans.set(disbursement_id, {
      maturity_date: data.maturity_date ?? null,
      margin: Number(data.total_expected_margin),
      amount: Number(data.disbursement_amount),
      currency: data.currency,
    });
    return;
  }
  const after = {
    ...before,
    maturity_date: data.maturity_date ?? before.maturity_date,
    margin: Number(data.total_expected_margin ?? before.margin),
    amount: Number(data.disbursement_amount ?? before.amount),
  };
  loans.set(disbursement_id, after);
  termRows(history, row, before, after, data);
}

function termRows(history: WireHistory, row: WireRow, before: Loan, after: Loan, data: WireRow): void {
  const { change_date = null, change_reason = null } = data;
  const reason = { change_date, change_reason };
  const { currency } = before;
  const maturity = {
    previous_maturity_date: before.maturity_date,
    new_maturity_date: after.maturity_date,
  };
  const margin = { previous_margin: before.margin, new_margin: after.margin };
  const amount = { previous_amount: before.amount, new_amount: after.amount };
  const changes = [
    before.maturity_date !== after.maturity_date,
    before.margin !== after.margin,
    before.amount !== after.amount,
  ];
  if (changes[0]) history.extensions.push({ ...row, ...maturity, ...reason });
  if (after.margin < before.margin) {
    const rebate_amount = difference(before.margin, after.margin);
    history.rebates.push({ ...row, ...margin, rebate_amount, currency, ...reason });
  }
  if (after.amount < before.amount) {
    const write_off_amount = difference(before.amount, after.amount);
    history.write_offs.push({ ...row, ...amount, write_off_amount, currency, ...reason });
  }
  if (changes.filter(Boolean).length > 1) {
    history.restructures.push({ ...row, ...maturity, ...margin, ...amount, currency, ...reason });
  }
}

function operationRows(
  history: WireHistory,
  operations: Map<string, { disbursement_id: unknown; asset_id: unknown }>,
  event: WireEvent,
): void {
  const { id: operation_id, data, step } = event;
  if (step === "delete") return;
  const known = step === "create" ? undefined : operations.get(operation_id);
  const asset_id = data.asset_id === undefined ? (known?.asset_id ?? null) : data.asset_id;
  const now = { disbursement_id: known?.disbursement_id ?? data.disbursement_id, asset_id };
  operations.set(operation_id, now);
  const { asset_condition } = data;
  if (typeof asset_condition !== "string" || asset_condition.trim() === "") return;
  history.asset_status.push({
    ...originOf(event),
    operation_id,
    ...now,
    asset_condition: asset_condition.trim(),
  });
}
