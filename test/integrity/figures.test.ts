import { env } from "cloudflare:workers";
import { afterEach, beforeAll, expect, it } from "vitest";
import {
  accrue,
  BORROWER,
  DAY,
  disbursed,
  entryIdOf,
  LOAN,
  posted,
  postLoanWithCharges,
  reverse,
  settle,
} from "../ledger/post.ts";
import { Api } from "../support/api.ts";
import { tamper } from "../support/tamper.ts";
import { restore, type Snapshot, snapshotOf } from "../support/time-travel.ts";
import { wholeCheck } from "./whole-check.ts";

const LOSS = "44444444-4444-4444-8444-444444444444";
const NEW = "99999999-9999-4999-8999-999999999999";
const book = `loan:${LOAN}`;
const lossBook = `loan:${LOSS}`;

/** The ids of the entries that the cases name. */
type Ids = Readonly<
  Record<"disbursement" | "fee" | "settlement" | "reversed" | "chargeoff" | "recovery" | "payment", string>
>;

/** A tenant whose books hold an entry of every kind, a reversal of most, names of accounts, closings and bank balances. */
async function tenantOfRoutes(): Promise<{ readonly api: Api; readonly ids: Ids }> {
  const api = new Api();
  const { disbursement, fee, accrual } = await postLoanWithCharges(api);
  await correct(api, accrual, LOAN, { interest_minor: "9000", interest_remainder: "0.25" });
  await correct(api, accrual, LOAN, { interest_minor: "9500" });
  const settlement = entryIdOf(await settle(api, disbursement));
  const payment = await posted(api, "payments", { amount_minor: "700" });
  await posted(api, "funding", { bank_account_ref: "ops" });
  await disbursed(api, { loan_id: LOSS });
  await reverse(api, entryIdOf(await accrue(api, [[LOSS, "88849", "3"]])));
  const nothing = entryIdOf(await accrue(api, [[LOSS, "88849", "4"]], { accrual_date: "2024-01-12" }));
  await correct(api, nothing, LOSS, { interest_minor: "0" });
  // Nothing stands of it, so its reversal is an event without an entry.
  expect((await reverse(api, nothing)).status).toBe(201);
  const reversed = await posted(api, "fees", { loan_id: LOSS });
  entryIdOf(await reverse(api, reversed, { effective_at: DAY }));
  const chargeoff = await posted(api, "charge-offs", { loan_id: LOSS });
  const recovery = await posted(api, "recoveries", { loan_id: LOSS });
  await api.send("PUT", "/v1/accounts/1000", { name: "Till", external_code: "57" });
  await api.send("PUT", "/v1/accounts/1000", { external_name: "Caja" });
  await api.send("PUT", "/v1/bank-balances/ops", {
    currency: "USD",
    as_of_date: DAY,
    closing_balance_minor: "1000",
  });
  await api.send("PUT", "/v1/closing", { closed_through: "2024-01-31", note: "January" });
  return { api, ids: { disbursement, fee, settlement, reversed, chargeoff, recovery, payment } };
}

async function correct(api: Api, accrual_entry_id: string, loan_id: string, to: object): Promise<void> {
  const body = { accrual_entry_id, loan_id, reason: "Late news", ...to };
  const { status, text } = await api.post("/v1/accruals/corrections", body);
  expect(status, text).toBe(201);
}

type Expected = Readonly<Record<string, string>>;

/** A finding with null for what the case does not name. */
const found = (one: Expected) => ({
  book: null,
  account: null,
  currency: null,
  day: null,
  entry: null,
  ...one,
});

type Case = readonly [sql: string, expected: (ids: Ids) => readonly Expected[]];

const days = { table: "ledger_days", currency: "USD" };
const loanDays = { table: "loan_days", book, currency: "USD" };
const balances = { table: "loan_balances", book, currency: "USD" };

/** `@` is the condition on the tenant. */
const CASES: Readonly<Record<string, Case>> = {
  "a total of an account is changed": [
    "UPDATE ledger_totals SET cr_lo = cr_lo + 1 WHERE @ AND account_code = '4100'",
    () => [{ table: "ledger_totals", account: "4100", currency: "USD" }],
  ],
  "a total of a bank account is deleted": [
    "DELETE FROM ledger_totals WHERE @ AND book = 'bank:ops'",
    () => [{ table: "ledger_totals", book: "bank:ops", account: "1000", currency: "USD" }],
  ],
  "a total is moved to another currency": [
    "UPDATE ledger_totals SET currency = 'EUR' WHERE @ AND account_code = '4200'",
    () => [
      { table: "ledger_totals", account: "4200", currency: "EUR" },
      { table: "ledger_totals", account: "4200", currency: "USD" },
    ],
  ],
  "a day of an account is changed, its total not": [
    "UPDATE ledger_days SET dr_lo = dr_lo + 1 WHERE @ AND book = '' AND account_code = '1100' AND day = '2023-12-25'",
    () => [{ ...days, account: "1100", day: "2023-12-25" }],
  ],
  "a day of an account is moved to another day": [
    "UPDATE ledger_days SET day = '2024-01-09' WHERE @ AND account_code = '3000'",
    () => [
      { ...days, account: "3000", day: "2024-01-09" },
      { ...days, account: "3000", day: DAY },
    ],
  ],
  "a day is moved to another account": [
    "UPDATE ledger_days SET account_code = '2300' WHERE @ AND account_code = '3000'",
    () => [
      { ...days, account: "2300", day: DAY },
      { ...days, account: "3000", day: DAY },
    ],
  ],
  "a day is moved to another currency": [
    "UPDATE ledger_days SET currency = 'CHF' WHERE @ AND account_code = '3000'",
    () => [
      { ...days, account: "3000", currency: "CHF", day: DAY },
      { ...days, account: "3000", day: DAY },
    ],
  ],
  "a day of a bank account is deleted": [
    "DELETE FROM ledger_days WHERE @ AND book = 'bank:ops'",
    () => [{ ...days, book: "bank:ops", account: "1000", day: DAY }],
  ],
  "a day of a new account is inserted after the last day": [
    "INSERT INTO ledger_days SELECT tenant_id, 'bank:none', '1000', 'USD', 'SETTLED', '2030-01-01', 0, 5, 0, 0 FROM ledger_loans WHERE @ LIMIT 1",
    () => [{ ...days, book: "bank:none", account: "1000", day: "2030-01-01" }],
  ],
  "a balance of a loan is changed": [
    `UPDATE loan_balances SET fees_minor = fees_minor + 1 WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ ...balances, account: "1300" }],
  ],
  "the loss of a loan is changed": [
    `UPDATE loan_balances SET loss_minor = loss_minor - 1 WHERE @ AND loan_id = '${LOSS}'`,
    () => [{ ...balances, book: lossBook, account: "5100" }],
  ],
  "the balances of a loan are deleted": [
    `DELETE FROM loan_balances WHERE @ AND loan_id = '${LOAN}'`,
    () => [
      { ...balances, account: "1100" },
      { ...balances, account: "1200" },
    ],
  ],
  "the balances of a loan are moved to a loan that is none": [
    `UPDATE loan_balances SET loan_id = '${NEW}' WHERE @ AND loan_id = '${LOAN}'`,
    () => [
      { ...balances, account: "1100" },
      { ...balances, account: "1200" },
      { ...balances, book: `loan:${NEW}`, account: "1100" },
      { ...balances, book: `loan:${NEW}`, account: "1200" },
    ],
  ],
  "a day of a loan is changed": [
    `UPDATE loan_days SET principal_minor = principal_minor + 1 WHERE @ AND loan_id = '${LOAN}' AND day = '2023-12-25'`,
    () => [{ ...loanDays, account: "1100", day: "2023-12-25" }],
  ],
  "a day of a loan is deleted": [
    `DELETE FROM loan_days WHERE @ AND loan_id = '${LOAN}' AND day = '2023-12-25'`,
    () => [
      { ...loanDays, account: "1100", day: "2023-12-25" },
      { ...loanDays, account: "2100", day: "2023-12-25" },
    ],
  ],
  "a day of a loan is moved to another currency": [
    `UPDATE loan_days SET currency = 'EUR' WHERE @ AND loan_id = '${LOAN}' AND day = '2023-12-25'`,
    () => [
      { ...loanDays, account: "1100", currency: "EUR", day: "2023-12-25" },
      { ...loanDays, account: "1100", day: "2023-12-25" },
      { ...loanDays, account: "2100", currency: "EUR", day: "2023-12-25" },
      { ...loanDays, account: "2100", day: "2023-12-25" },
    ],
  ],
  "an empty day of a loan is inserted": [
    `INSERT INTO loan_days SELECT tenant_id, loan_id, '2023-01-01', currency, 0, 0, 0, 0, 0, 0, 0 FROM ledger_loans WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ ...loanDays, day: "2023-01-01" }],
  ],
  "a loan's list lacks an entry": [
    `DELETE FROM loan_entries WHERE @ AND loan_id = '${LOAN}' AND event_type = 'fee_assessed'`,
    ({ fee }) => [{ table: "loan_entries", book, day: DAY, entry: fee }],
  ],
  "a loan's list has an entry on another day": [
    `UPDATE loan_entries SET effective_at = '2024-01-01' WHERE @ AND loan_id = '${LOAN}' AND event_type = 'fee_assessed'`,
    ({ fee }) => [{ table: "loan_entries", book, day: DAY, entry: fee }],
  ],
  "a loan's list has an entry of another type": [
    `UPDATE loan_entries SET event_type = 'refund' WHERE @ AND loan_id = '${LOAN}' AND event_type = 'fee_assessed'`,
    ({ fee }) => [{ table: "loan_entries", book, day: DAY, entry: fee }],
  ],
  "a loan's list has an entry of another loan": [
    `INSERT INTO loan_entries SELECT tenant_id, '${LOSS}', sequence, position, effective_at, event_type FROM loan_entries WHERE @ AND loan_id = '${LOAN}' AND event_type = 'fee_assessed'`,
    ({ fee }) => [{ table: "loan_entries", book: lossBook, day: DAY, entry: fee }],
  ],
  "a loan's first entry is missing in its list": [
    `DELETE FROM loan_entries WHERE @ AND loan_id = '${LOAN}' AND event_type = 'disbursement'`,
    ({ disbursement }) => [{ table: "loan_entries", book, day: "2023-12-25", entry: disbursement }],
  ],
  "a loan's borrower is changed": [
    `UPDATE ledger_loans SET borrower_id = '${NEW}' WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "ledger_loans", book, currency: "USD" }],
  ],
  "a loan's currency is changed": [
    `UPDATE ledger_loans SET currency = 'EUR' WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "ledger_loans", book, currency: "USD" }],
  ],
  "a loan is said to follow its records": [
    `UPDATE ledger_loans SET follows_records = 1 WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "ledger_loans", book, currency: "USD" }],
  ],
  "a loan is deleted": [
    `DELETE FROM ledger_loans WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "ledger_loans", book, currency: "USD" }],
  ],
  "a loan is inserted": [
    `INSERT INTO ledger_loans SELECT tenant_id, '${NEW}', '${BORROWER}', 'EUR', 0 FROM ledger_loans WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "ledger_loans", book: `loan:${NEW}`, currency: "EUR" }],
  ],
  "an accrual's day is deleted": [
    `DELETE FROM accruals WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "accruals", book, day: DAY }],
  ],
  "an accrual's day is moved": [
    `UPDATE accruals SET accrual_date = '2024-01-11' WHERE @ AND loan_id = '${LOAN}'`,
    () => [
      { table: "accruals", book, day: DAY },
      { table: "accruals", book, day: "2024-01-11" },
    ],
  ],
  "an accrual names another entry": [
    `UPDATE accruals SET sequence = 1 WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "accruals", book, day: DAY }],
  ],
  "an accrual's interest is changed": [
    `UPDATE accruals SET interest_minor = interest_minor + 1 WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "accruals", book, day: DAY }],
  ],
  "an accrual's last day is changed": [
    `UPDATE accruals SET last_day = '2024-01-11' WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ table: "accruals", book, day: DAY }],
  ],
  "what rounding left of a loan's interest is changed": [
    `UPDATE loan_balances SET interest_remainder = interest_remainder + 1 WHERE @ AND loan_id = '${LOAN}'`,
    () => [{ ...balances, account: "1200" }],
  ],
  "a reversed accrual still holds": [
    `INSERT INTO accruals SELECT tenant_id, loan_id, effective_at, sequence, position, 3, 0, 0, effective_at FROM loan_entries WHERE @ AND loan_id = '${LOSS}' AND event_type = 'accrual' AND effective_at = '${DAY}'`,
    () => [{ table: "accruals", book: lossBook, day: DAY }],
  ],
  "a settlement is deleted": [
    "DELETE FROM settlements WHERE @",
    ({ disbursement }) => [{ table: "settlements", entry: disbursement }],
  ],
  "a settlement names another entry": [
    "UPDATE settlements SET sequence = sequence + 1 WHERE @",
    ({ disbursement }) => [{ table: "settlements", entry: disbursement }],
  ],
  "a settlement is moved to another disbursement": [
    `UPDATE settlements SET disbursement_entry_id = '${NEW}' WHERE @`,
    ({ disbursement }) => [
      { table: "settlements", entry: disbursement },
      { table: "settlements", entry: NEW },
    ],
  ],
  "a charge-off is deleted": [
    "DELETE FROM loan_losses WHERE @ AND event_type = 'chargeoff'",
    ({ chargeoff }) => [{ table: "loan_losses", book: lossBook, entry: chargeoff }],
  ],
  "a recovery is moved to another day": [
    "UPDATE loan_losses SET effective_at = '2024-02-01' WHERE @ AND event_type = 'recovery'",
    ({ recovery }) => [{ table: "loan_losses", book: lossBook, entry: recovery }],
  ],
  "a charge-off is said to be a recovery": [
    "UPDATE loan_losses SET event_type = 'recovery' WHERE @ AND event_type = 'chargeoff'",
    ({ chargeoff }) => [{ table: "loan_losses", book: lossBook, entry: chargeoff }],
  ],
  "a payment is said to be a recovery": [
    `INSERT INTO loan_losses SELECT tenant_id, loan_id, sequence, position, 'recovery', effective_at FROM loan_entries WHERE @ AND event_type = 'payment_received'`,
    ({ payment }) => [{ table: "loan_losses", book, entry: payment }],
  ],
  "an entry is said to touch more loans": [
    "UPDATE journal_entries SET loan_count = 7 WHERE @ AND event_type = 'fee_assessed' AND sequence < 4",
    ({ fee }) => [{ table: "journal_entries", currency: "USD", day: DAY, entry: fee }],
  ],
  "a bank account is deleted": [
    "DELETE FROM bank_accounts WHERE @ AND bank_account_ref = 'ops'",
    () => [{ table: "bank_accounts", book: "bank:ops" }],
  ],
  "a bank account is inserted": [
    "INSERT INTO bank_accounts SELECT tenant_id, 'other', 3 FROM bank_accounts WHERE @ LIMIT 1",
    () => [{ table: "bank_accounts", book: "bank:other" }],
  ],
  "a bank's balance is changed": [
    "UPDATE bank_balances SET closing_balance_minor = 1001 WHERE @",
    () => [{ table: "bank_balances", book: "bank:ops", currency: "USD", day: DAY }],
  ],
  "a bank's balance is deleted": [
    "DELETE FROM bank_balances WHERE @",
    () => [{ table: "bank_balances", book: "bank:ops", currency: "USD", day: DAY }],
  ],
  "a bank's balance is moved to another day": [
    "UPDATE bank_balances SET as_of_date = '2024-01-12' WHERE @",
    () => [
      { table: "bank_balances", book: "bank:ops", currency: "USD", day: DAY },
      { table: "bank_balances", book: "bank:ops", currency: "USD", day: "2024-01-12" },
    ],
  ],
  "an account's name is changed": [
    "UPDATE account_names SET external_code = '58' WHERE @",
    () => [{ table: "account_names", account: "1000" }],
  ],
  "an account's name is deleted": [
    "DELETE FROM account_names WHERE @",
    () => [{ table: "account_names", account: "1000" }],
  ],
  "an account's name is that of an event before": [
    "UPDATE account_names SET sequence = sequence - 1, external_name = NULL WHERE @",
    () => [{ table: "account_names", account: "1000" }],
  ],
};

let tenant: Awaited<ReturnType<typeof tenantOfRoutes>>;
let untouched: Snapshot;
beforeAll(async () => {
  tenant = await tenantOfRoutes();
  untouched = await snapshotOf(tenant.api.tenant);
});
afterEach(() => restore(tenant.api.tenant, untouched));

it("a whole check finds nothing wrong where nothing was changed", async () => {
  expect(await wholeCheck(tenant.api)).toEqual([]);
});

it.each(Object.entries(CASES))(
  "a whole check names exactly the figure where %s",
  async (_, [sql, expected]) => {
    const { api, ids } = tenant;
    await tamper(env.DB.prepare(sql.replaceAll("@", "tenant_id = ?1")).bind(api.tenant));
    const findings = expected(ids).map(found);
    const named = await wholeCheck(api);
    expect(named).toEqual(expect.arrayContaining(findings));
    expect(named).toHaveLength(findings.length);
  },
);

it.each([
  ["hash", "UPDATE closings SET trial_balance_hash = 'ab' WHERE tenant_id = ?"],
  ["day", "UPDATE closings SET closed_through = '2024-02-29' WHERE tenant_id = ?"],
  ["row", "DELETE FROM closings WHERE tenant_id = ?"],
])("a whole check names a closing whose %s is not the event's", async (_, sql) => {
  const { api } = tenant;
  const query = "SELECT event_id FROM events WHERE tenant_id = ? AND step = 'closed'";
  const event = await env.DB.prepare(query).bind(api.tenant).first<{ event_id: string }>();
  await env.DB.prepare(sql).bind(api.tenant).run();
  expect(await wholeCheck(api)).toEqual([found({ table: "closings", entry: event?.event_id ?? "" })]);
});

it("a whole check finds nothing wrong where every case was put back", async () => {
  expect(await wholeCheck(tenant.api)).toEqual([]);
});
