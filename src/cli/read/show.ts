import type { ParsedOf } from "../../contract/answer-types.ts";
import type { PositionJson, position, TermsJson } from "../../contract/position/answers.ts";
import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { listText, money, print, tableText } from "./format.ts";
import { getExact } from "./get.ts";

export interface ShowOptions extends ServiceOptions {
  readonly id: string;
  readonly asOf: string | undefined;
  readonly json: boolean;
}

const NOTHING = "-";

/** The screen of one disbursement. */
export function positionText(position: PositionJson): string {
  const { currency, arrears, received, scheduled, next_due, last_received } = position;
  const amount = (value: unknown) => money(value, currency);
  const late = String(position.days_past_due) === "0" ? "" : `, ${position.days_past_due} days past due`;
  const facts = listText([
    ["State", `${position.state}${late}`],
    ["Client", position.client_id ?? "those of the purchase"],
    [
      "Outstanding",
      `${amount(position.outstanding_principal)} principal, ${amount(position.margin_due)} margin`,
    ],
    [
      "Arrears",
      `${amount(arrears.total)} (${amount(arrears.principal)} principal, ${amount(arrears.fee)} fee)`,
    ],
    ["Received", `${amount(received.total)} of ${amount(scheduled.total)} scheduled so far`],
    ...named("Refunded", position.refunded, amount),
    ...named("Recovered", position.recovered, amount),
    [
      "Last received",
      last_received ? `${amount(last_received.amount)} on ${last_received.payment_date}` : NOTHING,
    ],
    ["Next due", next_due ? `${amount(next_due.amount)} on ${next_due.due_date}` : NOTHING],
    ...named("Overpaid", position.overpaid, amount),
  ]);
  const title = `${position.disbursement_id}: ${position.kind} in ${currency}, as of ${position.as_of_date}\n`;
  return [title, facts, termsText(position), installmentsText(position)].join("\n");
}

/** A figure that most disbursements have not. */
const named = (name: string, value: unknown, amount: (value: unknown) => string) =>
  String(value) === "0" ? [] : [[name, amount(value)] as const];

function termsText({ terms, currency }: PositionJson): string {
  const row = (name: string, { amount, margin, maturity_date }: TermsJson) => [
    name,
    money(amount, currency),
    money(margin, currency),
    maturity_date ?? NOTHING,
  ];
  return tableText(
    [
      { title: "Terms", align: "left" },
      { title: "amount", align: "right" },
      { title: "margin", align: "right" },
      { title: "maturity", align: "left" },
    ],
    [
      row("first agreed", terms.first_agreed),
      ...terms.changes.map((change) => row(change.change_date, change)),
    ],
  );
}

function installmentsText({ installments, currency }: PositionJson): string {
  if (installments.length === 0) return "No installments.\n";
  const isReduced = installments.some(({ reduced }) => String(reduced.total) !== "0");
  return tableText(
    [
      { title: "No", align: "right" },
      { title: "due", align: "left" },
      { title: "expected", align: "right" },
      ...(isReduced ? [{ title: "reduced by", align: "right" } as const] : []),
      { title: "covered", align: "right" },
      { title: "paid on", align: "left" },
      { title: "late", align: "right" },
      { title: "payment", align: "left" },
    ],
    installments.map((one) => [
      String(one.installment_number ?? NOTHING),
      one.due_date,
      money(one.expected.total, currency),
      ...(isReduced ? [money(one.reduced.total, currency)] : []),
      money(one.covered, currency),
      one.paid_on ?? NOTHING,
      String(one.days_late) === "0" ? "" : `${one.days_late} d`,
      one.payment_id,
    ]),
  );
}

/** Prints one disbursement: terms, schedule against received, arrears. Resolves with the exit code. */
export async function show({ id, asOf, json, ...options }: ShowOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const query = asOf === undefined ? "" : `?as_of_date=${asOf}`;
  const found = await getExact<ParsedOf<typeof position>>(
    service.value,
    `/api/positions/${encodeURIComponent(id)}${query}`,
  );
  if (!found.ok) return report(found.error);
  print(found.value.data, json, positionText);
  return EXIT.done;
}
