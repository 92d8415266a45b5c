import { and, eq, sql } from "drizzle-orm";
import type { AccountNamesRow, NamedAccounts } from "../../domain/ledger/account-names.ts";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import { replacing, rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import type { Sql } from "../d1/statement.ts";
import { accountNames } from "./tables.ts";

type Row = typeof accountNames.$inferSelect;

/** The query for the names of some accounts, or of all. */
export const accountNamesQuery = (db: Database, tenant: string, codes?: readonly AccountCode[]) =>
  db
    .select()
    .from(accountNames)
    .where(
      and(
        eq(accountNames.tenant_id, tenant),
        codes && sql`${accountNames.account_code} IN (SELECT value FROM json_each(${JSON.stringify(codes)}))`,
      ),
    );

export const namedAccounts = (rows: readonly Row[]): NamedAccounts =>
  new Map(
    rows.map(({ account_code, name, external_code, external_name }) => [
      account_code,
      { name, external_code, external_name },
    ]),
  );

/** What the tenant calls its accounts now. */
export const readAccountNames = async (db: Database, tenant: string): Promise<NamedAccounts> =>
  namedAccounts(await accountNamesQuery(db, tenant));

const writeRows = rowWriter(
  accountNames,
  replacing(accountNames, [accountNames.tenant_id, accountNames.account_code]),
);

/** The last names of each account count. */
export function accountNamesStatements(tenant_id: string, rows: readonly AccountNamesRow[]): readonly Sql[] {
  const last = new Map(rows.map((row) => [row.account_code, row]));
  return writeRows([...last.values()].map((row) => ({ tenant_id, ...row })));
}
