import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { listText, money, tableText } from "./format.ts";
import { getExact } from "./get.ts";

export interface ShowOptions extends ServiceOptions {
  readonly id: string;
  readonly asOf: string | undefined;
}

interface Parts {
  readonly total: unknown;
  readonly principal: unknown;
  readonly fee: unknown;
}

interface Terms {
  readonly amount: unknown;
  readonly margin: unknown;
  readonly maturity_date: string | null;
}

/** The members of `GET /api/positions/{disbursement_id}` that the command reads (docs/portfolio.md). */
export interface Position {
  readonly disbursement_id: string;
  readonly kind: string;
  readonly client_id: string | null;
  readonly currency: string;
  readonly as_of_date: string;
  readonly state: string;
  readonly bucket: string | null;
  readonly days_past_due: unknown;
  readonly terms: {
    readonly first_agreed: Terms;
    readonly changes: readonly (Terms & { readonly change_date: string })[];
  };
  readonly scheduled: Parts;
  readonly received: Parts;
  readonly arrears: Parts;
  readonly outstanding_principal: unknown;
  readonly margin_due: unknown;
  readonly overpaid: unknown;
  readonly next_due: { readonly due_date: string; readonly amount: unknown } | null;
  readonly last_received: { readonly payment_date: string; readonly amount: unknown } | null;
  readonly installments: readonly Installment[];
}

interface Installment {
  readonly payment_id: string;
  readonly installment_number: unknown;
  readonly due_date: string;
  readonly expected: Parts;
  readonly covered: unknown;
  readonly days_late: unknown;
  readonly paid_on: string | null;
}

const NOTHING = "-";

/** The screen of one disbursement. */
export function positionText(position: Position): string {
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
    [
      "Last received",
      last_received ? `${amount(last_received.amount)} on ${last_received.payment_date}` : NOTHING,
    ],
    ["Next due", next_due ? `${amount(next_due.amount)} on ${next_due.due_date}` : NOTHING],
    ...(String(position.overpaid) === "0" ? [] : [["Overpaid", amount(position.overpaid)] as const]),
  ]);
  const title = `${position.disbursement_id}: ${position.kind} in ${currency}, as of ${position.as_of_date}\n`;
  return [title, facts, termsText(position), installmentsText(position)].join("\n");
}

function termsText({ terms, currency }: Position): string {
  const row = (name: string, { amount, margin, maturity_date }: Terms) => [
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

function installmentsText({ installments, currency }: Position): string {
  if (installments.length === 0) return "No installments.\n";
  return tableText(
    [
      { title: "No", align: "right" },
      { title: "due", align: "left" },
      { title: "expected", align: "right" },
      { title: "covered", align: "right" },
      { title: "paid on", align: "left" },
      { title: "late", align: "right" },
      { title: "payment", align: "left" },
    ],
    installments.map((one) => [
      String(one.installment_number ?? NOTHING),
      one.due_date,
      money(one.expected.total, currency),
      money(one.covered, currency),
      one.paid_on ?? NOTHING,
      String(one.days_late) === "0" ? "" : `${one.days_late} d`,
      one.payment_id,
    ]),
  );
}

/** Prints one disbursement: terms, schedule against received, arrears. Resolves with the exit code. */
export async function show({ id, asOf, ...options }: ShowOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const query = asOf === undefined ? "" : `?as_of_date=${asOf}`;
  const found = await getExact<{ readonly data: Position }>(
    service.value,
    `/api/positions/${encodeURIComponent(id)}${query}`,
  );
  if (!found.ok) return report(found.error);
  process.stdout.write(positionText(found.value.data));
  return EXIT.done;
}
