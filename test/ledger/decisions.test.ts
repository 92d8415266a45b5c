import { expect, it } from "vitest";
import { type Answer, Api } from "../support/api.ts";
import {
  accrue,
  DAY,
  disburse,
  disbursement,
  INT64_MAX,
  LOAN,
  postTo,
  refusalOf,
  reverse,
  settle,
} from "./post.ts";
import { expectSoundBooks, storedBooks } from "./stored-books.ts";

/** A request; `done` has the answers of the requests before it, in order. */
type Request = (api: Api, done: readonly Answer[]) => Promise<Answer>;

const entryOf = (done: readonly Answer[], index: number): string => done[index]?.body.journal_entry_id;

const lend = (amount_minor: string = disbursement.amount_minor, effective_at = "2023-12-25"): Request =>
  change({ amount_minor, effective_at });
const change =
  (members: object): Request =>
  (api) =>
    disburse(api, members);
const pay = (amount_minor: string, effective_at = DAY): Request =>
  to("payments", { amount_minor, effective_at });
const fee = (amount_minor = "500"): Request => to("fees", { amount_minor });
const apply = (amount_minor?: string): Request => to("suspense-applications", { amount_minor });
const waive = (amount_minor: string, effective_at = DAY): Request =>
  to("fee-waivers", { amount_minor, effective_at });
const chargeOff = (effective_at = DAY): Request => to("charge-offs", { effective_at });
const recover = (effective_at = DAY): Request => to("recoveries", { effective_at });
const accrueOn = (accrual_date: string, interest = "1", ...loans: readonly string[]): Request => {
  const items = (loans.length > 0 ? loans : [LOAN]).map((id) => [id, "88849", interest] as const);
  return (api) => accrue(api, items, { accrual_date });
};
function to(path: Parameters<typeof postTo>[1], members: object): Request {
  return (api) => postTo(api, path, members);
}
/** Of the entry that the request with this index posted. */
const reverseEntry =
  (index: number, effective_at?: string): Request =>
  (api, done) =>
    reverse(api, entryOf(done, index), { effective_at });
const settleEntry =
  (index: number, effective_at = DAY): Request =>
  (api, done) =>
    settle(api, entryOf(done, index), { effective_at });

const OTHER = "44444444-4444-4444-8444-444444444444";
const FULL = [lend("0"), pay(`${INT64_MAX}`)];
const SUSPENSE = [lend("0"), pay("50"), fee("20")];
const FEE = [lend(), fee()];
const LOST = [lend(), chargeOff()];
const RECOVERED = [...LOST, recover()];
const REVERSED = [lend(), reverseEntry(0)];
const ACCRUED = [lend(), accrueOn(DAY, "0")];
const INVALID = "400 validation_error";

/** Accepted is 201. A refusal is its status, its code and the codes of its fields. */
const DECISIONS: readonly (readonly [
  command: string,
  state: readonly Request[],
  request: Request,
  expected: string,
])[] = [
  [
    "a disbursement by another borrower",
    REVERSED,
    change({ borrower_id: OTHER }),
    `${INVALID} borrower_id borrower_mismatch`,
  ],
  [
    "a disbursement in another currency",
    REVERSED,
    change({ currency: "EUR" }),
    `${INVALID} currency currency_mismatch`,
  ],
  [
    "a disbursement of both kinds",
    REVERSED,
    change({ borrower_id: OTHER, currency: "EUR" }),
    `${INVALID} borrower_id borrower_mismatch currency currency_mismatch`,
  ],
  ["a payment that fills suspense to 64 bits", [lend("0")], pay(`${INT64_MAX}`), "201"],
  ["a payment beyond them", FULL, pay("1"), "422 amount_overflow"],
  ["a suspense application of 1 less than is owed", SUSPENSE, apply("19"), "201"],
  ["one of what is owed", SUSPENSE, apply("20"), "201"],
  ["one of 1 more", SUSPENSE, apply("21"), "422 exceeds_balance"],
  ["one of empty suspense", [lend("10")], apply(), "422 exceeds_balance"],
  ["one where nothing is owed", [lend("10"), pay("15")], apply(), "422 exceeds_balance"],
  ["one of an amount where nothing is owed", [lend("10"), pay("15")], apply("1"), "422 exceeds_balance"],
  ["a waiver of 499 of 500", FEE, waive("499"), "201"],
  ["a waiver of 500", FEE, waive("500"), "201"],
  ["a waiver of 501", FEE, waive("501"), "422 exceeds_balance"],
  ["a waiver before its fee", FEE, waive("100", "2024-01-09"), "422 exceeds_balance"],
  [
    "a charge-off before anything is owed",
    [lend("5", "2024-02-01")],
    chargeOff("2024-01-31"),
    "422 exceeds_balance",
  ],
  ["a charge-off on the day of the disbursement", [lend("5", "2024-02-01")], chargeOff("2024-02-01"), "201"],
  ["a second charge-off", LOST, chargeOff(), "422 exceeds_balance"],
  ["a recovery before a charge-off", [lend()], recover(), "422 not_charged_off"],
  ["a recovery on the day before it", LOST, recover("2024-01-09"), "422 not_charged_off"],
  ["a recovery on its day", LOST, recover(), "201"],
  ["a recovery on a later day", LOST, recover("2024-01-11"), "201"],
  ["a recovery after its reversal", [...LOST, reverseEntry(1)], recover(), "422 not_charged_off"],
  ["the reversal of a charge-off with a recovery", RECOVERED, reverseEntry(1), "409 not_reversible"],
  ["that reversal after the recovery's", [...RECOVERED, reverseEntry(2)], reverseEntry(1), "201"],
  [
    "a settlement on the day before the disbursement",
    [lend()],
    settleEntry(0, "2023-12-24"),
    `${INVALID} effective_at inconsistent_dates`,
  ],
  ["a settlement on its day", [lend()], settleEntry(0, "2023-12-25"), "201"],
  ["a settlement on a later day", [lend()], settleEntry(0, "2023-12-26"), "201"],
  ["a settlement of an unknown entry", [], (api) => settle(api, crypto.randomUUID()), "404 not_found"],
  ["a settlement of a fee", FEE, settleEntry(1), "409 not_settleable"],
  ["a settlement of a reversal", REVERSED, settleEntry(1), "409 not_settleable"],
  ["a settlement of a reversed disbursement", REVERSED, settleEntry(0), "409 already_reversed"],
  ["one of another tenant's", [lend()], (_, done) => settle(new Api(), entryOf(done, 0)), "404 not_found"],
  [
    "a second accrual of a loan and day",
    ACCRUED,
    accrueOn(DAY),
    `${INVALID} loans.0.loan_id already_accrued`,
  ],
  ["an accrual of the next day", ACCRUED, accrueOn("2024-01-11"), "201"],
  ["an accrual after the reversal of the first", [...ACCRUED, reverseEntry(1)], accrueOn(DAY), "201"],
  [
    "an accrual that names a loan twice",
    [lend()],
    accrueOn(DAY, "1", LOAN, LOAN.toUpperCase()),
    `${INVALID} loans.1 invalid_value`,
  ],
  ["a second reversal", REVERSED, reverseEntry(0), "409 already_reversed"],
  [
    "a second reversal of an amount of 0",
    [lend("0"), reverseEntry(0)],
    reverseEntry(0),
    "409 already_reversed",
  ],
  ["the reversal of a reversal", REVERSED, reverseEntry(1), "409 not_reversible"],
  ["the reversal of an unknown entry", [lend()], (api) => reverse(api, crypto.randomUUID()), "404 not_found"],
  ["the reversal of a loan's id", [lend()], (api) => reverse(api, LOAN), "404 not_found"],
  [
    "the reversal of an event's id",
    [lend()],
    (api, [loan]) => reverse(api, loan?.body.disbursement_event_id),
    "404 not_found",
  ],
  [
    "the reversal of an id with the entry's sequence and another time",
    [lend()],
    (api, done) => reverse(api, entryOf(done, 0).replace(/^......../, "00000000")),
    "404 not_found",
  ],
];

it.each(DECISIONS)("%s", async (_command, state, request, expected) => {
  const api = new Api();
  const done: Answer[] = [];
  for (const before of state) {
    const answer = await before(api, done);
    expect(answer.status, answer.text).toBe(201);
    done.push(answer);
  }
  const books = await storedBooks(api.tenant);
  const answer = await request(api, done);
  expect(refusalOf(answer).filter(Boolean).join(" ")).toBe(expected);
  if (expected !== "201") expect(await storedBooks(api.tenant)).toEqual(books);
  await expectSoundBooks(api.tenant);
});
