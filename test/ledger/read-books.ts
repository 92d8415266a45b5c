import { expect } from "vitest";
import type { Answer, Api } from "../support/api.ts";
import { LOAN } from "./post.ts";

/* Reads balances and entries over the API. */

export async function loanBalanceOf(api: Api, loan_id = LOAN, as_of_date?: string): Promise<Answer> {
  return api.get(`/v1/loans/${loan_id}/balance${as_of_date ? `?as_of_date=${as_of_date}` : ""}`);
}

/** What is owed on a loan, in minor units, as of a day. */
export async function principalOwed(api: Api, loan_id = LOAN, as_of_date?: string): Promise<string> {
  const answer = await loanBalanceOf(api, loan_id, as_of_date);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.principal_outstanding_minor;
}

export async function accountBalanceOf(
  api: Api,
  account: string,
  currency = "USD",
  as_of_date?: string,
): Promise<Answer> {
  const until = as_of_date ? `&as_of_date=${as_of_date}` : "";
  return api.get(`/v1/accounts/${account}/balance?currency=${currency}${until}`);
}

/** The sums `debits credits normal` of an account. */
export async function accountSums(api: Api, account: string, currency = "USD", as_of_date?: string) {
  const answer = await accountBalanceOf(api, account, currency, as_of_date);
  expect(answer.status, answer.text).toBe(200);
  const { dr_balance_minor, cr_balance_minor, normal_balance_minor } = answer.body;
  return `${dr_balance_minor} ${cr_balance_minor} ${normal_balance_minor}`;
}

/** The lines of an entry as `account direction amount`, with the loan's id where it is another one than `LOAN`. */
export async function entryLines(api: Api, id: string): Promise<readonly string[]> {
  const { status, body, text } = await api.get(`/v1/journal-entries/${id}`);
  expect(status, text).toBe(200);
  return body.lines.map(
    (line: { account_code: string; direction: string; amount_minor: string }) =>
      `${line.account_code} ${line.direction} ${line.amount_minor}`,
  );
}

/** Principal, interest, fees and suspense of a loan as of a day. */
export async function loanParts(api: Api, loan_id: string = LOAN, as_of_date = "9999-12-31") {
  const { status, body, text } = await api.get(`/v1/loans/${loan_id}/balance?as_of_date=${as_of_date}`);
  expect(status, text).toBe(200);
  return [
    body.principal_outstanding_minor,
    body.interest_receivable_minor,
    body.fees_receivable_minor,
    body.suspense_minor,
  ];
}
