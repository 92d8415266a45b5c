import { expect } from "vitest";
import { type Answer, type Api, newKey } from "../support/api.ts";

/*
 * POSTs to the routes of the ledger. `postTo` and `disburse` answer also a refusal; `posted` and
 * `disbursed` expect 201 and answer the id of the entry.
 */

export const LOAN = "3c90c3cc-0d44-4b50-8888-8dd25736052a";
export const BORROWER = "11111111-1111-1111-1111-111111111111";
export const INT64_MAX = 9_223_372_036_854_775_807n;

/** The day of the bodies below, after that of the seed's disbursement. */
export const DAY = "2024-01-10";

/** A valid body of `POST /v1/disbursements`: the seed's, with values for its placeholders. */
export const disbursement = {
  loan_id: LOAN,
  borrower_id: BORROWER,
  amount_minor: "88849",
  currency: "USD",
  effective_at: "2023-12-25",
  method: "ach",
  destination_ref: "acct-1",
  metadata: {},
} as const;

export const disburse = (api: Api, change: object = {}, key = newKey()): Promise<Answer> =>
  api.post("/v1/disbursements", { ...disbursement, ...change }, key);

export const reverse = (
  api: Api,
  reverses_entry_id: string,
  change: object = {},
  key = newKey(),
): Promise<Answer> =>
  api.post("/v1/reversals", { reverses_entry_id, reason_code: "error_correction", ...change }, key);

/** The id of a posted entry; says so when the posting was refused. */
export function entryIdOf(answer: Answer): string {
  expect(answer.status, answer.text).toBe(201);
  return answer.body.journal_entry_id;
}

export const disbursed = async (api: Api, change: object = {}) => entryIdOf(await disburse(api, change));

/** Status and code of an answer, and of a body's field errors `field code`. */
export const refusalOf = ({ status, body }: Answer) => [
  status,
  body.code,
  ...(body.errors ?? []).map((error: { field: string; code: string }) => `${error.field} ${error.code}`),
];

/** Valid bodies of the other routes. */
const ON_LOAN = { loan_id: LOAN, borrower_id: BORROWER, currency: "USD", effective_at: DAY };

export const BODIES = {
  payments: { ...ON_LOAN, amount_minor: "100", source_method: "ach" },
  "suspense-applications": ON_LOAN,
  fees: { ...ON_LOAN, amount_minor: "500", fee_type: "late_fee" },
  "fee-waivers": { ...ON_LOAN, amount_minor: "100", reason: "goodwill" },
  "interest-waivers": { ...ON_LOAN, amount_minor: "100", reason: "goodwill" },
  "charge-offs": { ...ON_LOAN, reason: "90 days past due" },
  recoveries: { ...ON_LOAN, amount_minor: "7", source_method: "wire" },
  refunds: { ...ON_LOAN, amount_minor: "1", method: "ach" },
  funding: { currency: "USD", amount_minor: "1000", direction: "in", effective_at: DAY },
} as const;

export type LedgerPath = keyof typeof BODIES;

export const postTo = (api: Api, path: LedgerPath, change: object = {}, key = newKey()): Promise<Answer> =>
  api.post(`/v1/${path}`, { ...BODIES[path], ...change }, key);

export const posted = async (api: Api, path: LedgerPath, change: object = {}): Promise<string> =>
  entryIdOf(await postTo(api, path, change));

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

/** Makes a loan that owes principal 88849, interest 10000 and fees 500 on `DAY`. */
export async function postLoanWithCharges(
  api: Api,
): Promise<{ disbursement: string; fee: string; accrual: string }> {
  const disbursement = entryIdOf(await disburse(api));
  const fee = await posted(api, "fees");
  const accrual = entryIdOf(await accrue(api, [[LOAN, "88849", "10000"]]));
  return { disbursement, fee, accrual };
}
