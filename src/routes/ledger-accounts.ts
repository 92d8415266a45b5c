import type { accountBalance, chart, trialBalance } from "../contract/ledger/answers.ts";
import { accountBalanceView, chartView, trialBalanceView } from "../contract/ledger/views.ts";
import { isAccountCode } from "../domain/ledger/accounts.ts";
import { bankBook, WHOLE_LEDGER } from "../domain/ledger/books.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { accountTotal, readTrialBalance } from "../store/ledger/balances.ts";
import { read } from "./read.ts";

const today = () => new Date().toISOString().slice(0, 10);

/** The accounts of the whole ledger (docs/api.md#ledger, docs/ledger.md#reads). */
export const accountHandlers = {
  listAccounts: (c) => renderJson<typeof chart>(c, chartView()),
  getAccountBalance: async (c, { path: { account_code: account }, query }) => {
    if (!isAccountCode(account)) {
      return renderProblem(c, { code: "not_found", detail: "This account does not exist." });
    }
    const { currency, layer, as_of_date = today(), bank_account_ref } = query;
    if (bank_account_ref !== undefined && account !== "1000") {
      return invalidQuery(c, "bank_account_ref goes with account 1000 only");
    }
    const book = bank_account_ref === undefined ? WHOLE_LEDGER : bankBook(bank_account_ref);
    const total = await read(c, (db) =>
      accountTotal(
        db,
        c.get("principal").tenant_id,
        { book, account_code: account, currency, layer },
        as_of_date,
      ),
    );
    if (!total.ok) return invalidQuery(c, total.error);
    const view = accountBalanceView(
      { account_code: account, currency, layer, as_of_date, bank_account_ref },
      total.value,
    );
    return renderJson<typeof accountBalance>(c, view);
  },
  getTrialBalance: async (c, { query: { currency, as_of_date = today() } }) => {
    const totals = await read(c, (db) =>
      readTrialBalance(db, c.get("principal").tenant_id, currency, as_of_date),
    );
    if (!totals.ok) return invalidQuery(c, totals.error);
    return renderJson<typeof trialBalance>(c, trialBalanceView(currency, as_of_date, totals.value));
  },
} satisfies Partial<RouteHandlers>;
