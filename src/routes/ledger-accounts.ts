import { Hono } from "hono";
import { accountBalanceQuery, queryNames, trialBalanceQuery } from "../contract/ledger/queries.ts";
import { accountBalanceView, chartView, trialBalanceView } from "../contract/ledger/views.ts";
import { isAccountCode } from "../domain/ledger/accounts.ts";
import { bankBook, WHOLE_LEDGER } from "../domain/ledger/books.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, noQuery, query } from "../http/query.ts";
import { accountTotal, trialBalance } from "../store/ledger/balances.ts";
import { read } from "./read.ts";

const readsBalances = authorized("hpts:balances:read");

const today = () => new Date().toISOString().slice(0, 10);

/** `GET /v1/accounts` and `GET /v1/accounts/{account_code}/balance` (docs/api.md#ledger). */
export const accountRoutes = new Hono<AppEnv>()
  .get("/", readsBalances, noQuery, (c) => renderJson(c, chartView()))
  .get(
    "/:account_code/balance",
    readsBalances,
    query(accountBalanceQuery, queryNames(accountBalanceQuery)),
    async (c) => {
      const account = c.req.param("account_code");
      if (!isAccountCode(account)) {
        return renderProblem(c, { code: "not_found", detail: "This account does not exist." });
      }
      const { currency, layer, as_of_date = today(), bank_account_ref } = c.req.valid("query");
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
      const view = accountBalanceView(account, currency, layer, as_of_date, bank_account_ref, total.value);
      return renderJson(c, view);
    },
  );

/** `GET /v1/trial-balance` (docs/ledger.md#reads). */
export const trialBalanceRoutes = new Hono<AppEnv>().get(
  "/",
  readsBalances,
  query(trialBalanceQuery, queryNames(trialBalanceQuery)),
  async (c) => {
    const { currency, as_of_date = today() } = c.req.valid("query");
    const totals = await read(c, (db) =>
      trialBalance(db, c.get("principal").tenant_id, currency, as_of_date),
    );
    if (!totals.ok) return invalidQuery(c, totals.error);
    return renderJson(c, trialBalanceView(currency, as_of_date, totals.value));
  },
);
