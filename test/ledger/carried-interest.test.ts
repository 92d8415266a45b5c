import { expect, it } from "vitest";
import type { Answer } from "../support/api.ts";
import { Api } from "../support/api.ts";
import { accrue, DAY, disbursed, entryIdOf, LOAN, refusalOf, reverse } from "./post.ts";
import { accountSums, loanParts } from "./read-books.ts";
import { expectSoundBooks } from "./stored-books.ts";

const QUESTION = {
  program_id: "22222222-2222-4222-8222-222222222222",
  accrual_date: DAY,
  day_count_convention: "ACT_365",
  currency: "USD",
  annual_rate: "0.05",
};

const preview = (api: Api, change: object = {}) =>
  api.post("/v1/accruals/preview", { ...QUESTION, ...change });
const batch = (api: Api, body: object) => api.post("/v1/accruals/batch", body);
/** Interest and remainder of the one loan of a preview. */
const figures = ({ body }: Answer) => [body.loans[0].interest_minor, body.loans[0].interest_remainder];
const dayOf = (number: number) => new Date(Date.UTC(2023, 0, number)).toISOString().slice(0, 10);

/** Posts what is previewed for a day. */
async function accrued(api: Api, accrual_date: string, change: object = {}): Promise<string> {
  return entryIdOf(await batch(api, (await preview(api, { accrual_date, ...change })).body));
}

/** A loan of USD 35.00: a day at 5 % is 0.479452054794520… cents. */
async function smallLoan(): Promise<Api> {
  const api = new Api();
  await disbursed(api, { amount_minor: "3500", effective_at: "2022-12-31" });
  return api;
}

it.each([
  ["USD", "3500", "0.05", "35"],
  ["JPY", "10000", "0.03", "60"],
])(
  "a fifth of a year in days of %s %s at %s accrues %s",
  async (currency, amount_minor, annual_rate, interest) => {
    const api = new Api();
    await disbursed(api, { amount_minor, currency, effective_at: "2022-12-31" });
    for (let number = 1; number <= 73; number += 1) {
      const answer = await preview(api, { accrual_date: dayOf(number), currency, annual_rate });
      expect(Math.abs(Number(figures(answer)[1]))).toBeLessThanOrEqual(0.5);
      entryIdOf(await batch(api, answer.body));
    }
    expect(await accountSums(api, "4100", currency)).toBe(`0 ${interest} ${interest}`);
    await expectSoundBooks(api.tenant);
  },
);

it("the remainder of a day is carried to the next, and what is posted without one counts as exact", async () => {
  const api = await smallLoan();
  expect(figures(await preview(api, { accrual_date: dayOf(1) }))).toEqual(["0", "0.479452054795"]);
  await accrued(api, dayOf(1));
  expect(figures(await preview(api, { accrual_date: dayOf(2) }))).toEqual(["1", "-0.04109589041"]);
  await accrued(api, dayOf(2));
  expect(figures(await preview(api, { accrual_date: dayOf(3) }))).toEqual(["0", "0.438356164385"]);
  entryIdOf(await accrue(api, [[LOAN, "3500", "7"]], { accrual_date: dayOf(3) }));
  expect(figures(await preview(api, { accrual_date: dayOf(4) }))).toEqual(["0", "0.438356164385"]);
});

it("the reversal of a day restores the remainder, whichever day it is", async () => {
  const api = await smallLoan();
  const first = await accrued(api, dayOf(1));
  const second = await accrued(api, dayOf(2));
  entryIdOf(await reverse(api, second));
  expect(figures(await preview(api, { accrual_date: dayOf(2) }))).toEqual(["1", "-0.04109589041"]);
  const again = await accrued(api, dayOf(2));
  entryIdOf(await reverse(api, first));
  // Only the second day stands: 0.479452054795 was exact, 1 was posted.
  expect(figures(await preview(api, { accrual_date: dayOf(1) }))).toEqual(["0", "-0.04109589041"]);
  entryIdOf(await reverse(api, again));
  expect(figures(await preview(api, { accrual_date: dayOf(1) }))).toEqual(["0", "0.479452054795"]);
});

it("after reversals that leave more than half a unit to be owed back, a preview still is a body of the batch", async () => {
  const api = await smallLoan();
  const days: string[] = [];
  for (const number of [1, 2, 3, 4, 5, 6]) days.push(await accrued(api, dayOf(number)));
  // Days 1, 3 and 5 posted nothing; without them 3 is posted for three days of 0.479452054795.
  for (const place of [0, 2, 4]) entryIdOf(await reverse(api, days[place] ?? ""));
  const answer = await preview(api, { accrual_date: dayOf(1) });
  expect(figures(answer)).toEqual(["0", "-1.08219178082"]);
  entryIdOf(await batch(api, answer.body));
  await accrued(api, dayOf(3));
  await accrued(api, dayOf(5));
  expect(await loanParts(api)).toEqual(["3500", "3", "0", "0"]);
  // 6 days are 2.8767…
  expect(figures(await preview(api, { accrual_date: dayOf(7) }))).toEqual(["0", "0.356164383565"]);
});

it.each([
  ["0.6", "invalid_value"],
  ["-0.500000000001", "invalid_value"],
  ["0.0000000000001", "invalid_value"],
  ["1e-3", "invalid_value"],
  ["", "invalid_value"],
  [".5", "invalid_value"],
  [0.25, "invalid_type"],
])("a remainder of %j is refused", async (interest_remainder, code) => {
  const api = await smallLoan();
  const loans = [
    { loan_id: LOAN, outstanding_principal_minor: "3500", interest_minor: "1", interest_remainder },
  ];
  const refused = await accrue(api, [], { loans });
  expect(refusalOf(refused)).toEqual([400, "validation_error", `loans.0.interest_remainder ${code}`]);
});

it("a page token holds for the same question only, and an empty one for none", async () => {
  const api = await smallLoan();
  expect(refusalOf(await preview(api, { page_token: "" }))).toEqual([
    400,
    "validation_error",
    "page_token invalid_value",
  ]);
});
