import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { expect, it } from "vitest";
import { accrualDaysMissing } from "../../src/store/closing/accruals-missing.ts";
import { newTenant } from "../support/api.ts";

const LAST = "2026-06-30";
const DAYS = 30;

const fill = `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)`;

/** Loans with principal that have interest for each day from the last of May on. */
async function accrued(tenant: string, loans: number): Promise<void> {
  const parts =
    "loan_id, currency, principal_minor, interest_minor, fees_minor, clearing_minor, suspense_minor, margin_minor, loss_minor";
  const owed = "printf('loan-%06d', n), 'USD', 1000, 10, 0, 0, 0, 0, 0";
  const statements = [
    `INSERT INTO loan_balances (tenant_id, interest_remainder, ${parts}) ${fill} SELECT ?1, 0, ${owed} FROM numbers`,
    `INSERT INTO loan_days (tenant_id, day, ${parts}) ${fill} SELECT ?1, '2026-05-31', ${owed} FROM numbers`,
    `INSERT INTO accruals (tenant_id, loan_id, accrual_date, last_day, sequence, position, interest_minor, carried, remainder) ${fill},
        days (d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM days WHERE d < ${DAYS})
      SELECT ?1, printf('loan-%06d', n), date('2026-05-31', '+' || d || ' day'),
        date('2026-05-31', '+' || d || ' day'), d + 1, 0, 10, 0, 0 FROM numbers, days`,
  ];
  await env.DB.batch(statements.map((sql) => env.DB.prepare(sql).bind(tenant, loans)));
}

/** The days that lack interest, and the rows that finding them read. */
async function found(tenant: string) {
  let rows = 0;
  const counting: D1Database = new Proxy(env.DB, {
    get: (target, name) => {
      if (name !== "batch") return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name);
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements);
        for (const { meta } of results) rows += meta.rows_read;
        return results;
      };
    },
  });
  const missing = await accrualDaysMissing(drizzle(counting), tenant, LAST);
  return { missing, rows };
}

const run = (tenant: string, sql: string) => env.DB.prepare(sql).bind(tenant).run();

it("days without interest are found by index: a loan and day costs a row, however many loans there are", async () => {
  for (const loans of [200, 1_000]) {
    const tenant = newTenant();
    await accrued(tenant, loans);
    const { missing, rows } = await found(tenant);
    expect(missing).toBe(0);
    expect(rows).toBeGreaterThan(loans);
    expect(rows).toBeLessThan(loans * (DAYS + 5) + 100);
  }
});

it("days without interest are counted once, only while a loan that accrued before has principal", async () => {
  const tenant = newTenant();
  await accrued(tenant, 3);
  const without = (loan: number, day: string) =>
    run(
      tenant,
      `DELETE FROM accruals WHERE tenant_id = ? AND loan_id = 'loan-00000${loan}' AND accrual_date = '${day}'`,
    );
  await without(1, "2026-06-10");
  await without(2, "2026-06-10");
  await without(2, LAST);
  expect((await found(tenant)).missing).toBe(2);
  // The second loan is repaid on the last day; the third is new and never accrued before the tenth.
  await run(
    tenant,
    "UPDATE loan_balances SET principal_minor = 0 WHERE tenant_id = ? AND loan_id = 'loan-000002'",
  );
  await run(
    tenant,
    `INSERT INTO loan_days (tenant_id, loan_id, day, currency, principal_minor, interest_minor, fees_minor,
        clearing_minor, suspense_minor, margin_minor, loss_minor)
      VALUES (?, 'loan-000002', '${LAST}', 'USD', -1000, 0, 0, 0, 0, 0, 0)`,
  );
  expect((await found(tenant)).missing).toBe(1);
  await run(
    tenant,
    "DELETE FROM accruals WHERE tenant_id = ? AND loan_id = 'loan-000003' AND accrual_date < '2026-06-10'",
  );
  expect((await found(tenant)).missing).toBe(1);
  await run(
    tenant,
    "DELETE FROM accruals WHERE tenant_id = ? AND loan_id = 'loan-000003' AND accrual_date = '2026-06-20'",
  );
  expect((await found(tenant)).missing).toBe(2);
});
