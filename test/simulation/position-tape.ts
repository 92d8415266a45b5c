import fc from "fast-check";
import type { Step } from "./events.ts";
import type { Category } from "./fields.ts";
import type { Wire } from "./values.ts";

/** An event of a tape that positions follow from. */
export interface TapeEvent {
  readonly category: Category;
  readonly step: Step;
  readonly members: Readonly<Record<string, Wire>>;
}

const event = (category: Category, step: Step, members: object): TapeEvent => ({
  category,
  step,
  members: Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        { json: JSON.stringify(value), value: typeof value === "number" ? String(value) : value },
      ]),
  ),
});

const DAYS = [
  "2024-01-31",
  "2024-02-01",
  "2024-02-28",
  "2024-02-29",
  "2024-03-01",
  "2024-03-31",
  "2024-05-01",
] as const;
const EVE = ["2024-02-29T23:59:59.5Z", "2024-03-01T00:00:00Z"] as const;
const day = fc.constantFrom(...DAYS, ...EVE);
const maturity = fc.constantFrom("2024-03-01", "2024-05-01", "2024-12-31");
const loans = fc.constantFrom("D-0", "D-1", "D-2", "D-3");
const payments = fc.constantFrom("P-0", "P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "P-7");
const number = fc.constantFrom(undefined, undefined, 0, 1, 1, 2, 2, 3);
const amount = fc.constantFrom(100, 200, 250, 550, 600, 1100);
const person = { name: "Ann", email: "a@b.co", phone: "+1234567890", address: "1 St", gender: "female" };

/** The clients that every tape starts with, and the loans: two in dollars, one in yen, a purchase of two clients. */
export const OPENING: readonly TapeEvent[] = [
  ...[
    ["C-0", "US"],
    ["C-1", "FR"],
  ].map(([client_id, country]) =>
    event("client", "create", { ...person, client_id, country, is_company: false, registration_number: "R" }),
  ),
  ...["D-0", "D-1", "D-2"].map((disbursement_id) =>
    loanEvent(disbursement_id, disbursement_id === "D-2" ? "JPY" : "USD", 1000),
  ),
  purchaseEvent("D-3", 600),
];

function loanEvent(disbursement_id: string, currency: string, disbursement_amount: number): TapeEvent {
  const dates = { disbursement_date: "2024-01-31", maturity_date: "2024-03-31" };
  const terms = { disbursement_amount, total_expected_margin: 100, currency };
  return event("disbursement", "create", {
    disbursement_id,
    kind: "loan",
    client_id: "C-0",
    ...dates,
    ...terms,
  });
}

function purchaseEvent(disbursement_id: string, disbursement_amount: number): TapeEvent {
  return event("disbursement", "create", {
    disbursement_id,
    kind: "purchase",
    purchase_clients: [{ client_id: "C-0" }, { client_id: "C-1" }],
    operation_date: "2024-01-01",
    payment_date: "2024-02-01",
    estimated_delivery_date: "2024-06-01",
    goods_description: "Tractor",
    goods_status: "ordered",
    disbursement_amount,
    total_expected_margin: 50,
    currency: "USD",
  });
}

const newPayment = fc
  .record({
    payment_id: payments,
    disbursement_id: loans,
    payment_total: amount,
    payment_fee: fc.constantFrom(undefined, 0, 50, 100),
    status: fc.constantFrom("expected", "expected", "expected", "paid"),
    due_date: day,
    installment_number: number,
    payment_date: fc.option(day, { nil: undefined }),
  })
  .map((members) =>
    event("payment", "create", {
      ...members,
      currency: members.disbursement_id === "D-2" ? "JPY" : "USD",
      client_id: members.disbursement_id === "D-3" ? "C-1" : undefined,
    }),
  );

const changedPayment = fc
  .record({
    payment_id: payments,
    status: fc.constantFrom("paid", "paid", "paid", "expected", "canceled", undefined),
    payment_total: fc.option(amount, { nil: undefined, freq: 2 }),
    payment_date: fc.option(day, { nil: undefined }),
    due_date: fc.option(day, { nil: undefined, freq: 6 }),
    installment_number: fc.option(number, { nil: undefined, freq: 6 }),
  })
  .map((members) => event("payment", "update", members));

const changedTerms = fc
  .record({
    disbursement_id: loans,
    disbursement_amount: fc.option(fc.constantFrom(0, 400, 800, 1000, 1500), { nil: undefined }),
    total_expected_margin: fc.option(fc.constantFrom(0, 60, 100, 150), { nil: undefined }),
    maturity_date: fc.option(maturity, { nil: undefined }),
    change_date: day,
  })
  .map(({ maturity_date, ...members }) =>
    event("disbursement", "update", {
      ...members,
      maturity_date: members.disbursement_id === "D-3" ? undefined : maturity_date,
      change_reason: "Agreed",
    }),
  );

const recreated = fc.oneof(
  loans.map((id) => (id === "D-3" ? purchaseEvent(id, 700) : loanEvent(id, "USD", 1200))),
  loans.map((disbursement_id) => event("disbursement", "delete", { disbursement_id })),
);
const moved = fc
  .record({ disbursement_id: loans, disbursement_date: day })
  .map(({ disbursement_id, disbursement_date }) =>
    event("disbursement", "update", {
      disbursement_id,
      ...(disbursement_id === "D-3" ? { payment_date: disbursement_date } : { disbursement_date }),
    }),
  );
const emigrated = fc
  .constantFrom("US", "DE")
  .map((country) => event("client", "update", { client_id: "C-0", country }));
const removed = payments.map((payment_id) => event("payment", "delete", { payment_id }));

/** A tape of so many events; some of them are refused. */
export const tapeOf = (length: number): fc.Arbitrary<readonly TapeEvent[]> =>
  fc.array(
    fc.oneof(
      { weight: 10, arbitrary: newPayment },
      { weight: 12, arbitrary: changedPayment },
      { weight: 5, arbitrary: changedTerms },
      { weight: 1, arbitrary: recreated },
      { weight: 1, arbitrary: moved },
      { weight: 1, arbitrary: emigrated },
      { weight: 1, arbitrary: removed },
    ),
    { minLength: length, maxLength: length },
  );
