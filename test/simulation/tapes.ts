import fc from "fast-check";
import { individual } from "../support/examples.ts";

/** An event of a tape that is mostly accepted; `twice`: a second sender has the same request and key. */
export interface Sent {
  readonly category: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly twice: boolean;
}

/** Rounds of events; those of one round are sent at once. */
export type Tape = readonly (readonly Sent[])[];

const day = fc.integer({ min: 1, max: 5 }).map((number) => `2025-01-0${number}`);
const date = fc.oneof(
  day,
  day.map((one) => `${one}T23:30:00-02:00`),
);
const amount = fc.constantFrom(0.01, 100, 250.5, 1000, 5000);
const amountOrNothing = fc.oneof(amount, fc.constant(0));
const currency = fc.constantFrom("USD", "USD", "USD", "EUR");
const client_id = fc.constantFrom("C-1", "C-2");
const disbursement_id = fc.constantFrom("D-1", "D-2", "D-3");
const payment_id = fc.constantFrom("P-1", "P-2", "P-3", "P-4", "P-5", "P-6");
const changed = { change_date: date, change_reason: fc.constant("Agreed") };

const loan = fc.record({
  step: fc.constant("create"),
  disbursement_id,
  kind: fc.constant("loan"),
  client_id,
  disbursement_amount: amount,
  total_expected_margin: amountOrNothing,
  currency,
  disbursement_date: date,
  maturity_date: fc.constant("2026-01-01"),
});

const purchase = fc.record({
  step: fc.constant("create"),
  disbursement_id,
  kind: fc.constant("purchase"),
  purchase_clients: fc.constant([{ client_id: "C-1" }, { client_id: "C-2" }]),
  disbursement_amount: amount,
  total_expected_margin: amountOrNothing,
  currency,
  operation_date: date,
  payment_date: date,
  estimated_delivery_date: fc.constant("2026-01-01"),
  goods_description: fc.constant("Tractor"),
  goods_status: fc.constant("ordered"),
});

const termsChanged = fc.record(
  {
    step: fc.constant("update"),
    disbursement_id,
    ...changed,
    disbursement_amount: amountOrNothing,
    total_expected_margin: amountOrNothing,
    maturity_date: fc.constantFrom("2026-02-01", "2026-03-01"),
  },
  { requiredKeys: ["step", "disbursement_id", "change_date", "change_reason"] },
);

const moved = fc.record(
  { step: fc.constant("update"), disbursement_id, disbursement_date: date, client_id, bank_ref: fc.string() },
  { requiredKeys: ["step", "disbursement_id"] },
);

const payment = fc.record(
  {
    step: fc.constant("create"),
    payment_id,
    disbursement_id,
    client_id,
    payment_total: amount,
    currency,
    status: fc.constantFrom("expected", "expected", "paid", "paid", "canceled"),
    due_date: date,
    payment_date: date,
    payment_fee: fc.constantFrom(0, 0.01, 50),
    installment_number: fc.constantFrom(0, 1, 2),
  },
  {
    requiredKeys: [
      "step",
      "payment_id",
      "disbursement_id",
      "payment_total",
      "currency",
      "status",
      "due_date",
    ],
  },
);

const marked = fc
  .tuple(payment, fc.constantFrom({ refund: true }, { recovery: true }))
  .map(([one, mark]) => ({ ...one, ...mark, status: "paid" }));

const paid = fc.record(
  {
    step: fc.constant("update"),
    payment_id,
    status: fc.constantFrom("expected", "paid", "paid", "paid", "canceled"),
    payment_date: date,
    payment_total: amount,
    installment_number: fc.constantFrom(0, 1, 2),
  },
  { requiredKeys: ["step", "payment_id"] },
);

const removed = (id: string, ids: fc.Arbitrary<string>) => ids.map((one) => ({ step: "delete", [id]: one }));

const of = (category: string, weight: number, data: fc.Arbitrary<object>) => ({
  weight,
  arbitrary: fc.record({
    category: fc.constant(category),
    data: data as fc.Arbitrary<Readonly<Record<string, unknown>>>,
    twice: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  }),
});

const sent: fc.Arbitrary<Sent> = fc.oneof(
  of("disbursement", 4, loan),
  of("disbursement", 2, purchase),
  of("disbursement", 4, termsChanged),
  of("disbursement", 2, moved),
  of("disbursement", 1, removed("disbursement_id", disbursement_id)),
  of("payment", 9, payment),
  of("payment", 2, marked),
  of("payment", 12, paid),
  of("payment", 1, removed("payment_id", payment_id)),
);

const START: Tape = ["C-1", "C-2"].map((id) => [
  { category: "client", data: { ...individual, client_id: id, registration_number: id }, twice: false },
]);

/** Time zones, which are set before the first event. */
export const zones = fc.constantFrom("UTC", "Asia/Tokyo", "America/New_York");

/** Tapes of a small lender whose few records live, change, are deleted and live again. */
export const tapes = (rounds: number): fc.Arbitrary<Tape> =>
  fc
    .array(fc.array(sent, { minLength: 1, maxLength: 5 }), { minLength: rounds, maxLength: rounds })
    .map((tape) => [...START, ...tape]);
