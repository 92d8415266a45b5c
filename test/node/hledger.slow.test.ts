import fc from "fast-check";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { hledgerCommodity, hledgerEntry, hledgerHead } from "../../src/contract/ledger/hledger.ts";
import { ACCOUNTS } from "../../src/domain/ledger/accounts.ts";
import type { Entry } from "../../src/domain/ledger/journal.ts";
import { Accountant } from "./accountant.ts";
import {
  hledger,
  INSTALL_DEADLINE_MS,
  judgedBalances,
  summonJudge,
  transactionsIn,
} from "./hledger-judge.ts";
import { ImportService, tokenOf } from "./import/service.ts";

const SEED = 20_261_002;

/** Why the judge is not to be had; null when it sits. */
let absence: string | null = null;

beforeAll(async () => {
  absence = await summonJudge();
  if (absence !== null) console.log(`hledger does not judge the books: ${absence}`);
}, INSTALL_DEADLINE_MS + 10_000);

/** Texts that mean something to hledger, or to a reader of lines. */
const ODD_TEXTS = [
  "(unclosed",
  "(code) text",
  "payee | note | more",
  "a ; b, c: d",
  "=2030-01-01",
  "! pending",
  "* cleared",
  "date:2030-01-01, date2:2030-01-01",
  "[2030-01-01=2030-01-02]",
  "[2030-13-45]",
  "type:X",
  "include /etc/passwd",
  "assets:1100 Principal Receivable  99 USD",
  "two  spaces  @ 5 USD = 7 USD",
  "~ monthly",
  "comment",
  "a\u2028    assets:1000 Cash  5 USD",
  "a\u2029b\u00a0c\u3000d\ufeffe",
  '"quoted" \\ #{%} <b>',
  "ächzend 振込 😀",
] as const;

const CURRENCIES = ["USD", "JPY", "BHD", "EUR"] as const;

/** EUR takes amounts of 19 digits, a few of which fit into 64 bits together. */
const amountIn = (currency: string) =>
  currency === "EUR"
    ? fc.bigInt({ min: 10n ** 18n, max: 2n * 10n ** 18n })
    : fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 10n ** 12n }));

const disbursementIn = (currency: string) =>
  fc.record({
    loan_id: fc.uuid(),
    borrower_id: fc.uuid(),
    amount_minor: amountIn(currency).map(String),
    currency: fc.constant(currency),
    effective_at: fc.integer({ min: 0, max: 27 }).map((day) => `2024-02-${String(day + 1).padStart(2, "0")}`),
    method: fc.constantFrom("ach", "wire", "card_push", "internal_transfer"),
    destination_ref: fc.constantFrom(...ODD_TEXTS),
  });

/** Leaves entries of each currency without a reversal, and USD without any. */
const REVERSED_FROM = 17;

const LIFE_LOANS = ["0b9f8a6e-0000-4000-8000-000000000001", "0b9f8a6e-0000-4000-8000-000000000002"];

/** The life of two loans in USD, with an entry of every type but reversals. */
async function postLife(post: (path: string, body: object) => Promise<string>): Promise<void> {
  const borrower_id = "11111111-1111-4111-8111-111111111111";
  for (const loan_id of LIFE_LOANS) {
    const loan = { loan_id, borrower_id, currency: "USD", effective_at: "2024-02-10" };
    const disbursement_entry_id = await post("/v1/disbursements", {
      ...loan,
      amount_minor: "100000",
      method: "ach",
    });
    await post("/v1/disbursement-settlements", { disbursement_entry_id, effective_at: "2024-02-11" });
    await post("/v1/fees", { ...loan, amount_minor: "500", fee_type: "late_fee" });
    await post("/v1/fee-waivers", { ...loan, amount_minor: "30", reason: "goodwill; really, (yes" });
  }
  const loans = LIFE_LOANS.map((loan_id, index) => ({
    loan_id,
    outstanding_principal_minor: "100000",
    interest_minor: `${index * 77}`,
  }));
  const batch = {
    program_id: borrower_id,
    accrual_date: "2024-02-12",
    day_count_convention: "30_360",
    currency: "USD",
  };
  await post("/v1/accruals/batch", { ...batch, loans });
  const [loan_id] = LIFE_LOANS;
  const loan = { loan_id, borrower_id, currency: "USD", effective_at: "2024-02-20" };
  await post("/v1/payments", {
    ...loan,
    amount_minor: "120000",
    source_method: "wire",
    bank_account_ref: "ops",
  });
  await post("/v1/fees", { ...loan, amount_minor: "9", fee_type: "late_fee" });
  await post("/v1/suspense-applications", loan);
  const lost = { ...loan, loan_id: LIFE_LOANS[1] };
  await post("/v1/charge-offs", { ...lost, reason: "past due" });
  await post("/v1/recoveries", { ...lost, amount_minor: "5", source_method: "check" });
  await post("/v1/funding", {
    currency: "USD",
    amount_minor: "7",
    direction: "in",
    effective_at: "2024-02-20",
  });
  await post("/v1/funding", {
    currency: "USD",
    amount_minor: "9",
    direction: "out",
    effective_at: "2024-02-21",
  });
}

/** Posts a tenant's random disbursements and reverses many of them: the ids of its entries. */
async function postRandomBooks(client: Accountant): Promise<string[]> {
  const ids: string[] = [];
  const post = async (path: string, body: object) => {
    const { status, id } = await client.post(path, body);
    expect(status).toBe(201);
    ids.push(id);
    return id;
  };
  for (const [index, currency] of CURRENCIES.entries()) {
    const numRuns = currency === "EUR" ? 4 : 12;
    for (const body of fc.sample(disbursementIn(currency), { seed: SEED + index, numRuns })) {
      await post("/v1/disbursements", body);
    }
  }
  for (const [index, reason_description] of ODD_TEXTS.entries()) {
    // After every entry, and some of them before and some after the second day that is asked for.
    const effective_at = `2024-03-${String(index + 1).padStart(2, "0")}`;
    const reason = { reason_code: "other", reason_description, effective_at };
    await post("/v1/reversals", { reverses_entry_id: ids[index + REVERSED_FROM], ...reason });
  }
  await postLife(post);
  return ids;
}

test("hledger finds a tenant's exported books balanced, with the balances of the API", async ({ skip }) => {
  if (absence !== null) skip(absence);
  const { service, stop } = await ImportService.start();
  onTestFinished(stop);
  const client = new Accountant(service.url, await tokenOf("books"));
  const ids = await postRandomBooks(client);
  const journal = await client.get("/v1/journal-entries?format=hledger");

  await hledger(journal, "check", "--strict");
  const transactions = await transactionsIn(journal);
  const exported = transactions.map(({ ttags }) => Object.fromEntries(ttags).journal_entry_id);
  expect(new Set(exported)).toEqual(new Set(ids));
  expect(transactions).toHaveLength(ids.length);
  expect(journal.trimEnd().split("\n").at(-1)).toBe(`; end of the journal: ${ids.length} entries`);

  const today = new Date().toISOString().slice(0, 10);
  const days = [
    ["2024-02-14", "2024-02-15"],
    ["2024-03-10", "2024-03-11"],
    [today, "9999-12-31"],
  ] as const;
  for (const [day, end] of days) {
    for (const currency of CURRENCIES) {
      const judged = await judgedBalances(journal, currency, end);
      for (const account of Object.keys(ACCOUNTS)) {
        const told = await client.balance(account, currency, day);
        expect([day, currency, account, judged.get(account) ?? 0n]).toEqual([day, currency, account, told]);
      }
    }
  }
});

describe("any text of a client", () => {
  const entry: Entry = {
    sequence: 1,
    position: 0,
    journal_entry_id: "01a1fa75-1084-7242-984d-ed0000000001",
    event_type: "reversal",
    currency: "BHD",
    layer: "SETTLED",
    effective_at: "2024-02-29",
    value_date: "2024-02-29",
    posted_at: Date.UTC(2024, 1, 29, 1, 2, 3, 4),
    correlation_id: "01a1fa75-1084-7637-b609-060000000001",
    reverses: null,
    settles_entry_id: null,
    bank_account_ref: null,
    external_ref: null,
    description: null,
    actor: null,
    postings: [
      {
        debit: "1100",
        credit: "2100",
        amount_minor: 9_223_372_036_854_775_807n,
        loan: {
          loan_id: "3c90c3cc-0d44-4b50-8888-8dd25736052a",
          borrower_id: "11111111-1111-1111-1111-111111111111",
        },
      },
    ],
  };
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.stringMatching(/^[\s()[\]{};:,|=!*@~"'\\a-c0-9-]{0,30}$/),
    fc.constantFrom(...ODD_TEXTS, "\r\n2024-01-01 * x", "\u0000\u0085\u000b\u000c"),
  );
  const entries = fc.sample(
    fc.record({ description: anything, external_ref: anything, actor: anything }).map((texts) => ({
      ...entry,
      ...texts,
    })),
    { seed: SEED, numRuns: 400 },
  );

  test("stays within the lines of its entry", () => {
    const plain = hledgerEntry({ ...entry, description: "x", external_ref: "x", actor: "x" });
    for (const one of entries) {
      const lines = hledgerEntry(one).split(/[\n\r\v\f\u0085\u2028\u2029]/);
      expect(lines).toHaveLength(plain.split("\n").length);
    }
  });

  test("alters nothing that hledger reads of the books", async ({ skip }) => {
    if (absence !== null) skip(absence);
    const journal = [
      hledgerHead("a test", new Map()),
      hledgerCommodity("BHD"),
      ...entries.map(hledgerEntry),
    ].join("");
    await hledger(journal, "check", "--strict");
    const transactions = await transactionsIn(journal);
    expect(transactions).toHaveLength(entries.length);
    for (const one of transactions) {
      const { tdate, tdate2, tcode, tstatus, tdescription, tpostings } = one;
      expect([tdate, tdate2, tcode, tstatus]).toEqual(["2024-02-29", null, "", "Cleared"]);
      expect(tdescription).toMatch(/^reversal( \||$)/);
      expect(tpostings.map(({ paccount, pdate }) => [paccount, pdate])).toEqual([
        ["assets:1100 Principal Receivable", null],
        ["liabilities:2100 Disbursement Clearing", null],
      ]);
    }
    const sum = BigInt(entries.length) * 9_223_372_036_854_775_807n;
    const judged = await judgedBalances(journal, "BHD", "9999-12-31");
    expect(judged).toEqual(
      new Map([
        ["1100", sum],
        ["2100", -sum],
      ]),
    );
  });
});
