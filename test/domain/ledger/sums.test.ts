import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import {
  type AccountNames,
  accountNamedEvent,
  nameOfAccount,
  namesAfter,
} from "../../../src/domain/ledger/account-names.ts";
import { ACCOUNT_CODES, type AccountCode } from "../../../src/domain/ledger/accounts.ts";
import { accountChanges, loanChanges } from "../../../src/domain/ledger/books.ts";
import { entryOf } from "../../../src/domain/ledger/entry.ts";
import { compareLoans } from "../../../src/domain/ledger/integrity.ts";
import type { Entry, Posting } from "../../../src/domain/ledger/journal.ts";
import { NO_AMOUNTS } from "../../../src/domain/ledger/loan-book.ts";
import { receiptOf, statementItems } from "../../../src/domain/ledger/statement.ts";
import { summaryOf } from "../../../src/domain/ledger/summary.ts";
import { PARTY } from "./ledger-in-memory.ts";

const STAMP = {
  sequence: 7,
  event_id: "event-7",
  journal_entry_id: "entry-7",
  now: 1_000,
  settings: DEFAULT_SETTINGS,
};

const entry = (postings: readonly Posting[], change: Partial<Entry> = {}): Entry =>
  entryOf(STAMP, {
    event_type: "payment_received",
    currency: "USD",
    effective_at: "2024-01-02",
    actor: null,
    postings,
    ...change,
  });

const paid = (credit: Posting["credit"], amount_minor: bigint): Posting => ({
  debit: "1000",
  credit,
  amount_minor,
  loan: PARTY,
});

describe("the accounts that an entry changes", () => {
  const place = { currency: "USD", layer: "SETTLED" };

  it("are those of the whole ledger, and the cash of its bank account", () => {
    const one = entry([paid("1300", 5n), paid("1100", 20n)], { bank_account_ref: "ops" });
    expect(accountChanges(one)).toEqual([
      { book: "", account_code: "1000", ...place, total: { dr_minor: 25n, cr_minor: 0n } },
      { book: "bank:ops", account_code: "1000", ...place, total: { dr_minor: 25n, cr_minor: 0n } },
      { book: "", account_code: "1300", ...place, total: { dr_minor: 0n, cr_minor: 5n } },
      { book: "", account_code: "1100", ...place, total: { dr_minor: 0n, cr_minor: 20n } },
    ]);
  });

  it("without a bank account are those of the whole ledger alone", () => {
    expect(accountChanges(entry([paid("1300", 5n)])).map(({ book }) => book)).toEqual(["", ""]);
  });

  it("add both sides of an account, and the lines of several loans", () => {
    const other = { loan_id: "loan-2", borrower_id: "borrower" };
    const one = entry([
      { debit: "1200", credit: "4100", amount_minor: 3n, loan: PARTY },
      { debit: "1200", credit: "4100", amount_minor: 4n, loan: other },
      { debit: "4100", credit: "1200", amount_minor: 1n, loan: other },
    ]);
    expect(accountChanges(one)).toEqual([
      { book: "", account_code: "1200", ...place, total: { dr_minor: 7n, cr_minor: 1n } },
      { book: "", account_code: "4100", ...place, total: { dr_minor: 1n, cr_minor: 7n } },
    ]);
    expect([...loanChanges(one)]).toEqual([
      ["loan", { ...NO_AMOUNTS, interest: 3n }],
      ["loan-2", { ...NO_AMOUNTS, interest: 3n }],
    ]);
  });

  it("of the lender's own money change no loan", () => {
    const funding = entry([{ debit: "1000", credit: "3000", amount_minor: 9n, loan: null }]);
    expect([...loanChanges(funding)]).toEqual([]);
  });
});

describe("a statement's items", () => {
  it("add up what each entry changes of the loan", () => {
    const other = { loan_id: "loan-2", borrower_id: "borrower" };
    const lent: Posting = { debit: "1100", credit: "2100", amount_minor: 50n, loan: PARTY };
    const entries = [entry([lent]), entry([{ ...lent, loan: other }]), entry([paid("1100", 20n)])];
    const opening = { ...NO_AMOUNTS, principal: 7n, fees: 2n };
    const items = statementItems("loan", opening, entries);
    expect(items.map(({ change }) => [change.principal, change.clearing])).toEqual([
      [50n, 50n],
      [0n, 0n],
      [-20n, 0n],
    ]);
    expect(items.map(({ balance }) => [balance.principal, balance.clearing, balance.fees])).toEqual([
      [57n, 50n, 2n],
      [57n, 50n, 2n],
      [37n, 50n, 2n],
    ]);
  });

  it("are receipts with the money on 1000, and what of it is a recovery", () => {
    const parts = [paid("1100", 20n), paid("4300", 5n)];
    expect(receiptOf(entry(parts))).toEqual({ amount: 25n, recovery: 5n });
    expect(receiptOf(entry(parts, { event_type: "recovery" }))).toEqual({ amount: 25n, recovery: 5n });
    expect(receiptOf(entry(parts, { event_type: "refund" }))).toBeNull();
    const back = parts.map((one): Posting => ({ ...one, debit: one.credit, credit: one.debit }));
    expect(receiptOf(entry(back))).toEqual({ amount: -25n, recovery: -5n });
    const earned: Posting = { debit: "2300", credit: "4100", amount_minor: 3n, loan: PARTY };
    expect(receiptOf(entry([...parts, earned]))).toEqual({ amount: 25n, recovery: 5n });
  });
});

const OWN = { name: "Till", external_code: "57", external_name: "Caja" };
const names = new Map<AccountCode, AccountNames>([
  ["1000", OWN],
  ["1100", { name: null, external_code: "43", external_name: null }],
  ["1200", { name: "Interest", external_code: "43", external_name: "Clientes" }],
  ["1300", { name: "Late fees", external_code: null, external_name: null }],
]);

describe("names of accounts", () => {
  it("are the tenant's, or else those of the chart", () => {
    expect((["1000", "1100", "2100"] as const).map((code) => nameOfAccount(names, code))).toEqual([
      "Till",
      "Principal Receivable",
      "Disbursement Clearing",
    ]);
    expect(ACCOUNT_CODES).toEqual([...ACCOUNT_CODES].sort());
  });

  it("change by what is sent: null takes back, and what is left out stays", () => {
    expect(namesAfter(OWN, {})).toEqual(OWN);
    expect(namesAfter(OWN, { name: null, external_code: "570" })).toEqual({
      name: null,
      external_code: "570",
      external_name: "Caja",
    });
    expect(namesAfter(OWN, { external_name: null })).toEqual({ ...OWN, external_name: null });
  });

  it("are in the event's answer, which is about nobody", () => {
    const request = { key_hash: "k", fingerprint: "f", data: '{"name":"Till"}', actor: "me", trace_id: "t" };
    expect(accountNamedEvent("1000", OWN, STAMP, request)).toEqual({
      ...request,
      sequence: 7,
      event_id: "event-7",
      category: "ledger",
      step: "account_named",
      record_id: "event-7",
      previous_sequence: null,
      facts: {},
      about: null,
      makes_history: false,
      answer: '{"account_code":"1000","name":"Till","external_code":"57","external_name":"Caja"}',
      created_at: 1_000,
    });
  });
});

it("a summary adds up the accounts of one external code, by period and currency", () => {
  const total = (period: string, account_code: AccountCode, dr_minor: bigint, cr_minor = 1n) =>
    ({ period, currency: "USD", account_code, dr_minor, cr_minor }) as const;
  const totals = [
    total("2024-01", "1100", 5n),
    total("2024-01", "1200", 7n, 2n),
    total("2024-02", "1200", 9n),
    total("2024-01", "1300", 4n),
    total("2024-01", "2100", 3n),
    { ...total("2024-01", "2100", 8n), currency: "EUR" },
  ];
  expect(summaryOf(totals, names)).toEqual([
    {
      ...{ period: "2024-01", currency: "USD", account_codes: ["1100", "1200"] },
      ...{ name: "Clientes", external_code: "43", dr_minor: 12n, cr_minor: 3n },
    },
    {
      ...{ period: "2024-02", currency: "USD", account_codes: ["1200"] },
      ...{ name: "Clientes", external_code: "43", dr_minor: 9n, cr_minor: 1n },
    },
    {
      ...{ period: "2024-01", currency: "USD", account_codes: ["1300"] },
      ...{ name: "Late fees", external_code: null, dr_minor: 4n, cr_minor: 1n },
    },
    {
      ...{ period: "2024-01", currency: "USD", account_codes: ["2100"] },
      ...{ name: "Disbursement Clearing", external_code: null, dr_minor: 3n, cr_minor: 1n },
    },
    {
      ...{ period: "2024-01", currency: "EUR", account_codes: ["2100"] },
      ...{ name: "Disbursement Clearing", external_code: null, dr_minor: 8n, cr_minor: 1n },
    },
  ]);
  const unnamed: typeof names = new Map([
    ...names,
    ["1200", { ...OWN, external_code: "43", external_name: null }],
  ] as never);
  expect(summaryOf(totals.slice(0, 2), unnamed)).toMatchObject([{ name: "Principal Receivable, Till" }]);
});

it("the integrity check names each part of a loan that differs, also of a loan that one side lacks", () => {
  const sum = (fees: bigint, loss: bigint, loan_id = "loan") => ({
    loan_id,
    currency: "USD",
    amounts: { ...NO_AMOUNTS, fees, loss },
  });
  const of = (account: string, book = "loan:loan") => ({
    ...{ table: "loan_balances", book, account, currency: "USD", day: "", entry: "", place: null },
  });
  expect(compareLoans([sum(1n, 2n)], [sum(1n, 2n)])).toEqual([]);
  expect(compareLoans([sum(1n, 2n)], [sum(1n, 3n)])).toEqual([of("5100")]);
  expect(compareLoans([sum(1n, 2n)], [])).toEqual([of("1300"), of("5100")]);
  expect(compareLoans([], [sum(0n, 2n, "x")])).toEqual([of("5100", "loan:x")]);
  expect(compareLoans([sum(1n, 0n)], [{ ...sum(1n, 0n), currency: "EUR" }])).toEqual([
    of("1300"),
    { ...of("1300"), currency: "EUR" },
  ]);
});
