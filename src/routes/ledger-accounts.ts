import type { accountBalance, chart, trialBalance } from "../contract/ledger/answers.ts";
import { accountBalanceView, chartView, trialBalanceView } from "../contract/ledger/views.ts";
import { isAccountCode } from "../domain/ledger/accounts.ts";
import { bankBook, WHOLE_LEDGER } from "../domain/ledger/books.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { todayOf } from "../reads/today.ts";
import { accountTotal, readTrialBalance } from "../store/ledger/balances.ts";
import { read } from "./read.ts";

/** The accounts of the whole ledger (docs/api.md#ledger, docs/ledger.md#reads). */
export const accountHandlers = {
  listAccounts: (c) => renderJson<typeof chart>(c, chartView()),
  getAccountBalance: async (c, { path: { account_code: account }, query }) => {
    if (!isAccountCode(account)) {
      return renderProblem(c, { code: "not_found", detail: "This account does not exist." });
    }
    const { currency, layer, bank_account_ref } = query;
    if (bank_account_ref !== undefined && account !== "1000") {
      return invalidQuery(c, "bank_account_ref goes with account 1000 only");
    }
    const book = bank_account_ref === undefined ? WHOLE_LEDGER : bankBook(bank_account_ref);
    const tenant = c.get("principal").tenant_id;
    const found = await read(c, async (db) => {
      const as_of_date = query.as_of_date ?? (await todayOf(db, tenant));
      const asked = { book, account_code: account, currency, layer };
      return { as_of_date, total: await accountTotal(db, tenant, asked, as_of_date) };
    });
    if (!found.ok) return invalidQuery(c, found.error);
    const { as_of_date, total } = found.value;
    const view = accountBalanceView(
      { account_code: account, currency, layer, as_of_date, bank_account_ref },
      total,
    );
    return renderJson<typeof accountBalance>(c, view);
  },
  getTrialBalance: async (c, { query: { currency, as_of_date } }) => {
    const tenant = c.get("principal").tenant_id;
    const found = await read(c, async (db) => {
      const day = as_of_date ?? (await todayOf(db, tenant));
      return { day, totals: await readTrialBalance(db, tenant, currency, day) };
    });
    if (!found.ok) return invalidQuery(c, found.error);
    const { day, totals } = found.value;
    return renderJson<typeof trialBalance>(c, trialBalanceView(currency, day, totals));
  },
} satisfies Partial<RouteHandlers>;
