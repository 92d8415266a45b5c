import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import { paymentFindings } from "../tape/warnings.ts";
import type { Attributes } from "./attributes.ts";
import type { Loan } from "./facts.ts";
import { concerns, type Filters, fittingPosition, type Selectable } from "./filters.ts";
import { type Measure, USUAL } from "./position.ts";
import { DISBURSEMENT_RULES, PAYMENT_RULES, QUALITY_CODES, type QualityCode } from "./quality-rules.ts";
import { isCounted, ready } from "./ready.ts";

/** The ids of the record that a finding is about; no other data. */
export type Example =
  | { readonly disbursement_id: string; readonly payment_id?: string }
  | { readonly client_ids: readonly string[] };

interface Finding {
  readonly code: QualityCode;
  readonly example: Example;
}

/** What a question about quality examines, and how. */
export interface QualityView {
  readonly day: Day;
  /** Money after it is in the future: today, or the day of `known_at`. */
  readonly today: Day;
  readonly calendar: Calendar;
  readonly measure?: Measure;
  /** The disbursements that count. */
  readonly filters?: Filters;
}

/**
 * The findings of a disbursement and its payments as of a day; none where the filters leave it out. Each rule counts a
 * payment or disbursement once.
 */
export function findingsOf(
  selectable: Selectable,
  { day, today, measure = USUAL, filters = {} }: QualityView,
): Finding[] {
  if (!concerns(selectable, filters)) return [];
  const position = fittingPosition(selectable, day, { measure, filters });
  if (position === null) return [];
  const { one } = selectable;
  const { loan, calendar } = one;
  const { disbursement_id } = loan.disbursement;
  const found: Finding[] = [];
  const add = (code: QualityCode, payment_id?: string) =>
    found.push({
      code,
      example: payment_id === undefined ? { disbursement_id } : { disbursement_id, payment_id },
    });
  for (const [code, applies] of entries(DISBURSEMENT_RULES)) if (applies(one, position, day)) add(code);
  for (const [code, paymentsOf] of entries(PAYMENT_RULES))
    for (const id of paymentsOf(one, day)) add(code, id);
  for (const payment of loan.payments) {
    const findings = paymentFindings(payment, loan.disbursement, { day: today, calendar });
    for (const { code } of findings) add(code, payment.payment_id);
    // A disbursement created anew in another currency still has the payments of its earlier life.
    if (!isCounted(loan, payment)) add("currency_differs", payment.payment_id);
  }
  return found;
}

const entries = <K extends string, V>(record: Readonly<Record<K, V>>) => Object.entries(record) as [K, V][];

/** Examples of a rule in the answer about all rules. */
export const EXAMPLES_MAX = 20;

/** How often a rule applies, and the first examples. */
export interface QualityCount {
  readonly code: QualityCode;
  readonly count: number;
  readonly examples: readonly Example[];
}

/** Collects the findings of a tenant's loans, one after another. */
export class Quality {
  readonly #view: QualityView;
  readonly #counts: Map<QualityCode, { count: number; examples: Example[] }>;

  constructor(view: QualityView, saved: readonly QualityCount[] = []) {
    this.#view = view;
    this.#counts = new Map(
      saved.map(({ code, count, examples }) => [code, { count, examples: [...examples] }]),
    );
  }

  add(loan: Loan, attributes: Attributes): void {
    const one = ready(loan, this.#view.calendar);
    for (const finding of findingsOf({ one, attributes }, this.#view)) this.count(finding);
  }

  count({ code, example }: Finding): void {
    const counted = this.#counts.get(code) ?? { count: 0, examples: [] };
    this.#counts.set(code, counted);
    counted.count += 1;
    if (counted.examples.length < EXAMPLES_MAX) counted.examples.push(example);
  }

  /** Sets the count of a rule over other records. */
  set({ code, count, examples }: QualityCount): void {
    this.#counts.set(code, { count, examples: [...examples] });
  }

  /** Every rule in its order, including those without findings. */
  counts(): readonly QualityCount[] {
    return QUALITY_CODES.map((code) => ({ code, count: 0, examples: [], ...this.#counts.get(code) }));
  }
}
