import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toMinor } from "../../../src/domain/core/money.ts";
import {
  type Loan,
  type PaymentFacts,
  PLAIN_PAYMENT,
  type TermsRow,
} from "../../../src/domain/position/facts.ts";

export type Line = Readonly<Record<string, string>>;

/** A CSV file beside this one as records; its cells hold no commas and no quotes. */
export function csvLines(name: string): readonly Line[] {
  const [head = "", ...lines] = readFileSync(join(import.meta.dirname, name), "utf8")
    .trim()
    .split("\n");
  const columns = head.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    if (cells.length !== columns.length) throw new Error(`${name}: ${line}`);
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ""]));
  });
}

export function minor(text: string, currency: string): bigint {
  const amount = toMinor(text, currency);
  if (!amount.ok) throw new Error(amount.error);
  return amount.value;
}

const orNull = (text: string | undefined) => (text === "" || text === undefined ? null : text);

/** The loan of one case of tapes.csv. */
export function loanOfCase(lines: readonly Line[]): Loan {
  const first = lines.find(({ row }) => row === "loan");
  if (!first) throw new Error("a case has a loan");
  const { currency = "", kind, start = "" } = first;
  const purchase = kind === "purchase";
  const amountOf = (text: string | undefined, of = currency) =>
    orNull(text) === null ? null : minor(text ?? "", of);
  const termsOf = (line: Line, sequence: number): TermsRow => ({
    sequence,
    on_date: line.start ?? "",
    disbursement_amount: minor(line.amount ?? "", currency),
    total_expected_margin: minor(line.margin ?? "", currency),
    maturity_date: orNull(line.maturity),
  });
  const changes = lines.filter(({ row }) => row === "change");
  const payments = lines.filter(({ row }) => row === "payment");
  return {
    disbursement: {
      disbursement_id: first.case ?? "",
      kind: purchase ? "purchase" : "loan",
      currency,
      client_id: purchase ? null : "C-1",
      purchase_clients: purchase ? ["C-1", "C-2"] : null,
      disbursement_date: purchase ? null : start,
      payment_date: purchase ? start : null,
    },
    terms: [termsOf(first, 1), ...changes.map((line, index) => termsOf(line, index + 2))],
    payments: payments.map(
      (line): PaymentFacts => ({
        ...PLAIN_PAYMENT,
        payment_id: line.id ?? "",
        status: line.status as PaymentFacts["status"],
        currency: line.currency ?? "",
        installment_number: orNull(line.number) === null ? null : Number(line.number),
        due_date: line.due ?? "",
        payment_date: orNull(line.paid_on),
        payment_total: minor(line.total ?? "", line.currency ?? ""),
        payment_principal: amountOf(line.principal, line.currency),
        payment_fee: amountOf(line.fee, line.currency),
        expected_total: amountOf(line.expected, line.currency),
        expected_principal: amountOf(line.expected_principal, line.currency),
        expected_fee: amountOf(line.expected_fee, line.currency),
        expected_due_date: orNull(line.expected_due),
      }),
    ),
  };
}
