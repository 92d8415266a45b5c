import type { Context } from "hono";
import type { accountBalance, accountNamed, chart, trialBalance } from "../contract/ledger/answers.ts";
import { accountBalanceView, chartView, trialBalanceView } from "../contract/ledger/views.ts";
import { isAccountCode } from "../domain/ledger/accounts.ts";
import { bankBook, WHOLE_LEDGER } from "../domain/ledger/books.ts";
import type { AppEnv } from "../http/app-env.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { todayOf } from "../reads/today.ts";
import { readAccountNames } from "../store/ledger/account-names.ts";
import { accountTotal, readTrialBalance } from "../store/ledger/balances.ts";
import { read } from "./read.ts";
import { settleWrite } from "./write.ts";

const unknownAccount = (c: Context<AppEnv>) =>
  renderProblem(c, { code: "not_found", detail: "This account does not exist." });

/** The accounts of the whole ledger (docs/api.md#ledger, docs/ledger.md#reads). */
export const accountHandlers = {
  listAccounts: async (c) => {
    const names = await read(c, (db) => readAccountNames(db, c.get("principal").tenant_id));
    return names.ok ? renderJson<typeof chart>(c, chartView(names.value)) : invalidQuery(c, names.error);
  },
  nameAccount: async (c, { path: { account_code }, body: change }) => {
    if (!isAccountCode(account_code)) return unknownAccount(c);
    const data = { account_code, ...change };
    const settled = await settleWrite(c, { type: "account_named", account_code, change }, data);
    if (!settled.ok) return renderProblem(c, settled.error);
    const { answer } = settled.value.answer;
    if (answer === null) throw new Error("an event of a named account keeps its answer");
    return renderJson<typeof accountNamed>(c, JSON.parse(answer));
  },
  getAccountBalance: async (c, { path: { account_code: account }, query }) => {
    if (!isAccountCode(account)) return unknownAccount(c);
    const { currency, layer, bank_account_ref } = query;
    if (bank_account_ref !== undefined && account !== "1000") {
      return invalidQuery(c, "bank_account_ref goes with account 1000 only");
    }
    const book = bank_account_ref === undefined ? WHOLE_LEDGER : bankBook(bank_account_ref);
    const tenant = c.get("principal").tenant_id;
    const found = await read(c, async (db) => {
      const as_of_date = query.as_of_date ?? (await todayOf(db, tenant));
      const asked = { book, account_code: account, currency, layer };
      const names = await readAccountNames(db, tenant);
      return { as_of_date, names, total: await accountTotal(db, tenant, asked, as_of_date) };
    });
    if (!found.ok) return invalidQuery(c, found.error);
    const { as_of_date, names, total } = found.value;
    const view = accountBalanceView(
      { account_code: account, currency, layer, as_of_date, bank_account_ref },
      total,
      names,
    );
    return renderJson<typeof accountBalance>(c, view);
  },
  getTrialBalance: async (c, { query: { currency, as_of_date } }) => {
    const tenant = c.get("principal").tenant_id;
    const found = await read(c, async (db) => {
      const day = as_of_date ?? (await todayOf(db, tenant));
      const names = await readAccountNames(db, tenant);
      return { day, names, totals: await readTrialBalance(db, tenant, currency, day) };
    });
    if (!found.ok) return invalidQuery(c, found.error);
    const { day, ...balances } = found.value;
    return renderJson<typeof trialBalance>(c, trialBalanceView(currency, day, balances));
  },
} satisfies Partial<RouteHandlers>;
