import { expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";

const codesOf = (answer: { body: { warnings: { code: string }[] } }) =>
  answer.body.warnings.map(({ code }) => code);

async function withLoan(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  return api;
}

it("an answer without a finding has no warnings", async () => {
  const api = await withLoan();
  expect(codesOf(await api.accept("payment", payment))).toEqual([]);
  const paid = { step: "update", payment_id: "PAY-1", status: "paid", payment_date: "2024-11-20" };
  expect(codesOf(await api.accept("payment", paid))).toEqual([]);
});

it.each([
  ["paid_more_than_expected", { status: "paid", payment_date: "2024-11-20", payment_total: 500.01 }],
  ["received_before_disbursement", { status: "paid", payment_date: "2024-10-19T23:59:59Z" }],
  ["received_in_future", { status: "paid", payment_date: "2999-01-01" }],
  ["paid_without_date", { status: "paid" }],
])("warns of %s and accepts the event", async (code, change) => {
  const api = await withLoan();
  await api.accept("payment", payment);
  const key = newKey();
  const event = { step: "update", payment_id: "PAY-1", ...change };
  const answer = await api.ingest("payment", event, key);
  expect(answer.status).toBe(200);
  expect(codesOf(answer)).toEqual([code]);
  expect(answer.body.warnings[0].message).toMatch(/^\S.+[^.]$/);
  const replay = await api.ingest("payment", event, key);
  expect([replay.body.status, replay.body.warnings]).toEqual(["duplicate", answer.body.warnings]);
});

it("warns of a payment that is created paid, and of several findings at once", async () => {
  const api = await withLoan();
  const answer = await api.accept("payment", { ...payment, status: "paid", due_date: "2024-01-01" });
  expect(codesOf(answer)).toEqual(["received_before_disbursement", "paid_without_date"]);
});
