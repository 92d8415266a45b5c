import { LosslessNumber } from "lossless-json";
import type { Beside } from "../../domain/analytics/beside.ts";
import { renderDate } from "../../domain/core/dates.ts";
import { toMajor } from "../../domain/core/money.ts";
import type { CoveredInstallment } from "../../domain/position/coverage.ts";
import { type Day, daysLate } from "../../domain/position/days.ts";
import { clientOf } from "../../domain/position/facts.ts";
import { less, type Parts } from "../../domain/position/parts.ts";
import { installmentsAt, type Measure, type Position, positionAt } from "../../domain/position/position.ts";
import type { Ready } from "../../domain/position/ready.ts";
import { seriesOf } from "../../domain/position/series.ts";
import type { Terms } from "../../domain/position/terms.ts";
import type { AnswerOf } from "../answer-types.ts";
import { rawNumber } from "../json.ts";
import type { installment, position, seriesDay } from "./answers.ts";

/** Converts minor units to an exact amount in major units, as JSON. */
export const amountIn = (currency: string) => (minor: bigint) => new LosslessNumber(toMajor(minor, currency));

/** Amounts in their wire forms, each of which `amount` makes. */
function forms<A>(amount: (minor: bigint) => A) {
  return {
    amount,
    parts: ({ total, principal, fee }: Parts) => ({
      total: amount(total),
      principal: amount(principal),
      fee: amount(fee),
    }),
    terms: ({ amount: agreed, margin, maturity_date }: Terms) => ({
      amount: amount(agreed),
      margin: amount(margin),
      maturity_date: maturity_date === null ? null : renderDate(maturity_date),
    }),
  };
}

/** The id by which the ledger knows a disbursement of the tenant (core/uuid.ts). */
type LedgerIds = (disbursement_id: string) => string;

/** What a line shows. */
interface Line {
  readonly one: Ready;
  readonly position: Position;
  readonly day: Day;
  readonly ledgerIds: LedgerIds;
}

/** A disbursement's position as a line of a list (docs/api.md#positions), without each change of its terms. */
function lineOf<A>({ one, position, day, ledgerIds }: Line, amountOf: (minor: bigint) => A) {
  const { disbursement } = one.loan;
  const { amount, parts, terms } = forms(amountOf);
  const { next_due, last_received } = position;
  return {
    disbursement_id: disbursement.disbursement_id,
    kind: disbursement.kind,
    client_id: clientOf(disbursement),
    currency: disbursement.currency,
    as_of_date: day,
    state: position.state,
    bucket: position.bucket,
    days_past_due: position.days_past_due,
    terms: {
      first_agreed: terms(position.terms.first_agreed),
      as_of: terms(position.terms),
    },
    scheduled: parts(position.scheduled),
    received: parts(position.received),
    refunded: amount(position.refunded),
    arrears: parts(position.arrears),
    outstanding_principal: amount(position.outstanding_principal),
    margin_due: amount(position.margin_due),
    recovered: amount(position.recovered),
    overpaid: amount(position.overpaid),
    next_due: next_due && { due_date: next_due.due, amount: amount(next_due.amount) },
    last_received: last_received && {
      payment_date: last_received.day,
      amount: amount(last_received.amount),
    },
    ledger_loan_id: ledgerIds(disbursement.disbursement_id),
  };
}

/** What a list shows beside a position. */
function besideOf<A>({ from, past, future }: Beside, amountOf: (minor: bigint) => A) {
  const { amount, parts } = forms(amountOf);
  return {
    ...(from && { from: { ...from, outstanding_principal: amount(from.outstanding_principal) } }),
    ...(past && {
      past: {
        month: past.month,
        to: past.to,
        due: parts(past.due),
        received: parts(past.received),
        covered_by_end: parts(past.covered),
      },
    }),
    ...(future && {
      future: { month: future.month, due: parts(future.due), unscheduled: amount(future.unscheduled) },
    }),
  };
}

/** The line as JSON text, with what the list shows beside the position. */
export function positionLineText(line: Line, beside: Beside): string {
  const { currency } = line.one.loan.disbursement;
  const amountOf = (minor: bigint) => rawNumber(toMajor(minor, currency));
  return JSON.stringify({ ...lineOf(line, amountOf), ...besideOf(beside, amountOf) });
}

/** A disbursement's position with its installments. */
export function positionView(
  one: Ready,
  day: Day,
  measure: Measure,
  ledgerIds: LedgerIds,
): AnswerOf<typeof position>["data"] {
  const at = positionAt(one, day, measure);
  const { amount, parts, terms } = forms(amountIn(one.loan.disbursement.currency));
  const { ledger_loan_id, ...line } = lineOf({ one, position: at, day, ledgerIds }, amount);
  const changes = at.terms.changes.map((change) => ({
    sequence: change.sequence,
    change_date: renderDate(change.change_date),
    ...terms(change),
  }));
  const installmentView = (at: CoveredInstallment): AnswerOf<typeof installment> => ({
    payment_id: at.payment_id,
    installment_number: at.installment_number,
    due_date: at.due,
    expected: parts(at.expected),
    reduced: parts(less(at.expected, at)),
    covered: amount(at.covered),
    days_late: daysLate(at, day),
    paid_on: at.paid_on,
    self_scheduled: at.self_scheduled,
  });
  return {
    ...line,
    terms: { ...line.terms, changes },
    installments: installmentsAt(one, day, measure).map(installmentView),
    ledger_loan_id,
  };
}

/** The days of a disbursement on which its figures change. */
export function seriesView(one: Ready, measure: Measure): AnswerOf<typeof seriesDay>[] {
  const amount = amountIn(one.loan.disbursement.currency);
  return seriesOf(one, measure).map(({ day, state, changes_schedule, ...money }) => ({
    as_of_date: day,
    state,
    scheduled: amount(money.scheduled),
    received: amount(money.received),
    outstanding_principal: amount(money.outstanding_principal),
    changes_schedule,
  }));
}
