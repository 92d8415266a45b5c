import type { ParsedOf } from "../../contract/answer-types.ts";
import type { loanBalance } from "../../contract/ledger/answers.ts";
import type { loanAmounts, statement, statementItem } from "../../contract/ledger/statement-answer.ts";
import { isCurrency, minorUnits } from "../../domain/core/currency.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { type Column, money, print, tableText } from "./format.ts";
import { getExact } from "./get.ts";

export interface StatementOptions extends ServiceOptions {
  /** A loan of the ledger, or the disbursement that it belongs to. */
  readonly loan: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly json: boolean;
}

type Amounts = ParsedOf<typeof loanAmounts>;

/** A loan's statement, all pages of it. */
export interface Statement {
  readonly loan_id: string;
  readonly currency: string;
  readonly opening: Amounts;
  readonly items: readonly ParsedOf<typeof statementItem>[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Minor units as an amount of the currency. */
function amountOf(minor: string | bigint, currency: string): string {
  const decimals = isCurrency(currency) ? minorUnits(currency) : 0;
  const [, sign = "", digits = ""] = /^(-?)(\d+)$/.exec(String(minor)) ?? [];
  const padded = digits.padStart(decimals + 1, "0");
  const split = padded.length - decimals;
  return money(`${sign}${padded.slice(0, split)}${decimals > 0 ? `.${padded.slice(split)}` : ""}`, currency);
}

const PARTS = [
  ["principal_minor", "principal"],
  ["interest_minor", "interest"],
  ["fees_minor", "fees"],
  ["margin_minor", "margin"],
  ["suspense_minor", "suspense"],
] as const;

/** The screen of a loan's statement: the total, principal, and each other part that the loan ever had. */
export function statementText({ loan_id, currency, opening, items }: Statement): string {
  const all = [opening, ...items.map(({ balance }) => balance)];
  const parts = PARTS.filter(
    ([part]) => part === "principal_minor" || all.some((amounts) => amounts[part] !== "0"),
  );
  const balances = (amounts: Amounts) =>
    [amounts.total_minor, ...parts.map(([part]) => amounts[part])].map((minor) => amountOf(minor, currency));
  const rows = items.map(({ event_type, effective_at, change, balance }) => [
    effective_at,
    event_type,
    amountOf(change.total_minor, currency),
    ...balances(balance),
  ]);
  const table = tableText(
    [
      { title: "Date", align: "left" },
      { title: "entry", align: "left" },
      { title: "change", align: "right" },
      { title: "total", align: "right" },
      ...parts.map(([, title]): Column => ({ title, align: "right" })),
    ],
    [["", "opening", "", ...balances(opening)], ...rows],
  );
  return `Loan ${loan_id} in ${currency}\n\n${table}`;
}

/** The ledger's loan: the argument itself, or the loan of that disbursement. */
async function loanIdOf(service: Service, loan: string): Promise<Result<string, CommandFailure>> {
  if (UUID.test(loan)) return ok(loan.toLowerCase());
  const path = `/api/tables/disbursements/${encodeURIComponent(loan)}`;
  const found = await getExact<{ readonly data: { readonly ledger_loan_id?: string } }>(service, path);
  if (!found.ok) return found;
  const { ledger_loan_id } = found.value.data;
  return ledger_loan_id === undefined
    ? err(failed(`${loan} has no loan in the ledger.`))
    : ok(ledger_loan_id);
}

async function read(
  service: Service,
  { loan, from, to }: StatementOptions,
): Promise<Result<Statement, CommandFailure>> {
  const id = await loanIdOf(service, loan);
  if (!id.ok) return id;
  const path = `/v1/loans/${id.value}`;
  const balance = await getExact<ParsedOf<typeof loanBalance>>(service, `${path}/balance`);
  if (!balance.ok) return balance;
  const query = new URLSearchParams({ ...(from && { from_date: from }), ...(to && { to_date: to }) });
  const items: ParsedOf<typeof statementItem>[] = [];
  let opening: Amounts | null = null;
  for (;;) {
    const page = await getExact<ParsedOf<typeof statement>>(service, `${path}/statement?${query}`);
    if (!page.ok) return page;
    opening ??= page.value.opening;
    items.push(...page.value.items);
    if (page.value.next_page_token === undefined) break;
    query.set("page_token", page.value.next_page_token);
  }
  return ok({ loan_id: id.value, currency: balance.value.currency, opening, items });
}

/** Prints a loan's statement from the ledger. Resolves with the exit code. */
export async function showStatement(options: StatementOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const found = await read(service.value, options);
  if (!found.ok) return report(found.error);
  print(found.value, options.json, statementText);
  return EXIT.done;
}
