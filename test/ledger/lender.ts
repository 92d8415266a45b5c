import { expect } from "vitest";
import { type Answer, Api, newKey, newTenant } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import { BORROWER, disburse, disbursementCommand, entryIdOf, LOAN, postInBulk } from "./bookkeeper.ts";

/** Valid bodies of the routes that post to a loan, on a day after the seed's disbursement. */
export const DAY = "2024-01-10";
const loan = { loan_id: LOAN, borrower_id: BORROWER, currency: "USD", effective_at: DAY };

export const BODIES = {
  payments: { ...loan, amount_minor: "100", source_method: "ach" },
  "suspense-applications": loan,
  fees: { ...loan, amount_minor: "500", fee_type: "late_fee" },
  "fee-waivers": { ...loan, amount_minor: "100", reason: "goodwill" },
  "charge-offs": { ...loan, reason: "90 days past due" },
  recoveries: { ...loan, amount_minor: "7", source_method: "wire" },
  funding: { currency: "USD", amount_minor: "1000", direction: "in", effective_at: DAY },
} as const;

export type LedgerPath = keyof typeof BODIES;

export const send = (api: Api, path: LedgerPath, change: object = {}, key = newKey()): Promise<Answer> =>
  api.post(`/v1/${path}`, { ...BODIES[path], ...change }, key);

/** Posts what the test takes for granted: the id of the entry. */
export const sent = async (api: Api, path: LedgerPath, change: object = {}): Promise<string> =>
  entryIdOf(await send(api, path, change));

export const settle = (api: Api, disbursement_entry_id: string, change: object = {}, key = newKey()) =>
  api.post("/v1/disbursement-settlements", { disbursement_entry_id, effective_at: DAY, ...change }, key);

const PROGRAM = "22222222-2222-4222-8222-222222222222";

/** Accrues interest of one day on some loans: `[loan, principal, interest]`. */
export const accrue = (
  api: Api,
  loans: readonly (readonly [loan_id: string, principal: string, interest: string])[],
  change: object = {},
  key = newKey(),
): Promise<Answer> => {
  const items = loans.map(([loan_id, outstanding_principal_minor, interest_minor]) => ({
    loan_id,
    outstanding_principal_minor,
    interest_minor,
  }));
  const body = {
    program_id: PROGRAM,
    accrual_date: DAY,
    day_count_convention: "ACT_365",
    currency: "USD",
    loans: items,
    ...change,
  };
  return api.post("/v1/accruals/batch", body, key);
};

/** A loan that owes principal 88849, interest 10000 and fees 500 on `DAY`. */
export async function lend(api: Api): Promise<{ disbursement: string; fee: string; accrual: string }> {
  const disbursement = entryIdOf(await disburse(api));
  const fee = await sent(api, "fees");
  const accrual = entryIdOf(await accrue(api, [[LOAN, "88849", "10000"]]));
  return { disbursement, fee, accrual };
}

/** The lines of an entry as `account direction amount`, with the loan's id where it is another one than `LOAN`. */
export async function linesOf(api: Api, id: string): Promise<readonly string[]> {
  const { status, body, text } = await api.get(`/v1/journal-entries/${id}`);
  expect(status, text).toBe(200);
  return body.lines.map(
    (line: { account_code: string; direction: string; amount_minor: string }) =>
      `${line.account_code} ${line.direction} ${line.amount_minor}`,
  );
}

/** Principal, interest, fees and suspense of a loan as of a day. */
export async function partsOf(api: Api, loan_id: string = LOAN, as_of_date = "9999-12-31") {
  const { status, body, text } = await api.get(`/v1/loans/${loan_id}/balance?as_of_date=${as_of_date}`);
  expect(status, text).toBe(200);
  return [
    body.principal_outstanding_minor,
    body.interest_receivable_minor,
    body.fees_receivable_minor,
    body.suspense_minor,
  ];
}

export const loanOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** A tenant with so many loans of 1,000 each. */
export async function lendMany(count: number): Promise<Api> {
  const tenant = newTenant();
  const commands = oneTo(count).map((number) => ({
    ...disbursementCommand,
    loan_id: loanOf(number),
    borrower_id: BORROWER,
    amount_minor: 1_000n,
  }));
  await postInBulk(tenant, commands);
  return new Api(tenant);
}

export const batchOf = (count: number, principal = "1000", interest = "3") =>
  oneTo(count).map((number) => [loanOf(number), principal, interest] as const);
