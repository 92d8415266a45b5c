import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { CALLS_OF_A_TURN_MAX, takeTurn } from "../../src/fanout/integrity-turn.ts";
import { visit } from "../../src/store/ledger/integrity-place.ts";
import { openEverySession } from "../../src/store/session.ts";
import { disbursementCommand, postInBulk } from "../ledger/bulk.ts";
import { accrue, disbursed, entryIdOf, posted, reverse } from "../ledger/post.ts";
import { Api, newTenant } from "../support/api.ts";
import { FaultyD1, mentions } from "../support/faulty-d1.ts";
import { oneTo } from "../support/gate.ts";
import { wholeCheck } from "./whole-check.ts";

const loanOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const dayOf = (number: number) => new Date(Date.UTC(2023, 0, number)).toISOString().slice(0, 10);
const spoil = (sql: string, { tenant }: Api) => env.DB.prepare(sql).bind(tenant).run();

/** A tenant of so many loans, each of a day of its own. */
async function large(loans: number): Promise<Api> {
  const tenant = newTenant();
  await postInBulk(
    tenant,
    oneTo(loans).map((number) => ({
      ...disbursementCommand,
      loan_id: loanOf(number),
      effective_at: dayOf(number),
    })),
  );
  return new Api(tenant);
}

it("a whole check goes through a ledger of many steps, and names what is wrong in the last of each", async () => {
  const api = await large(620);
  await spoil(
    `UPDATE ledger_days SET cr_hi = cr_hi + 1 WHERE tenant_id = ? AND account_code = '2100' AND day = '${dayOf(615)}'`,
    api,
  );
  await spoil(
    `UPDATE loan_days SET suspense_minor = 1 WHERE tenant_id = ? AND loan_id = '${loanOf(618)}'`,
    api,
  );
  await spoil(`DELETE FROM loan_entries WHERE tenant_id = ? AND loan_id = '${loanOf(619)}'`, api);
  expect(await wholeCheck(api)).toMatchObject([
    { table: "ledger_days", account: "2100", day: dayOf(615) },
    { table: "loan_days", book: `loan:${loanOf(618)}`, account: "2200", day: dayOf(618) },
    { table: "loan_entries", book: `loan:${loanOf(619)}`, day: dayOf(619) },
  ]);
});

it("a report names the first hundred figures that are wrong, and counts their accounts all", async () => {
  const api = await large(130);
  await spoil("UPDATE loan_balances SET fees_minor = 1 WHERE tenant_id = ?", api);
  expect(await wholeCheck(api)).toHaveLength(100);
  const { body } = await api.get("/v1/reconciliation/status");
  expect(body.ledger_integrity.mismatched_account_count).toBe(130);
});

it("a figure that was corrected is no finding of the next whole check", async () => {
  const api = await large(3);
  const change = (sign: string) =>
    spoil(`UPDATE ledger_days SET dr_lo = dr_lo ${sign} 1 WHERE tenant_id = ? AND day = '${dayOf(2)}'`, api);
  await change("+");
  expect(await wholeCheck(api)).toHaveLength(2);
  await change("-");
  expect(await wholeCheck(api)).toEqual([]);
});

it("postings and reversals between any two reads of a whole check are no findings, and hide none", async () => {
  const api = await large(40);
  await spoil(
    `UPDATE ledger_days SET dr_lo = dr_lo + 1 WHERE tenant_id = ? AND account_code = '1100' AND day = '${dayOf(30)}'`,
    api,
  );
  const d1 = new FaultyD1(env.DB);
  let number = 0;
  d1.meet(mentions(api.tenant), async (send) => {
    number += 1;
    // The same loans and days that the check reads, and new ones.
    const loan_id = loanOf((number % 40) + 1);
    const fee = await posted(api, "fees", { loan_id, effective_at: dayOf((number % 39) + 5) });
    const accrued = await accrue(api, [[loan_id, "5", "1"]], { accrual_date: dayOf(400 + number) });
    expect(accrued.status, accrued.text).toBe(201);
    if (number % 2 === 0) entryIdOf(await reverse(api, fee));
    await disbursed(api, { loan_id: loanOf(40 + number), effective_at: dayOf((number % 39) + 5) });
    return send();
  });
  const found = await wholeCheck(api, { ...env, DB: d1.binding });
  expect(number).toBeGreaterThan(20);
  expect(found).toEqual([expect.objectContaining({ table: "ledger_days", account: "1100", day: dayOf(30) })]);
});

it("no turn of a whole check takes more calls than a turn may", async () => {
  const api = await large(120);
  await api.post("/v1/reconciliation/checks", {});
  const [{ db } = expect.unreachable()] = openEverySession(env);
  let check = await visit(db, api.tenant, Date.now());
  const calls: number[] = [];
  for (let isDone = false; !isDone; ) {
    let own = 0;
    const turn = await takeTurn(db, api.tenant, check, (work) => {
      own += 1;
      return work;
    });
    calls.push(own);
    if (!turn) expect.unreachable("a turn was void");
    check = turn.check;
    isDone = turn.isDone;
  }
  expect(Math.max(...calls)).toBeLessThanOrEqual(CALLS_OF_A_TURN_MAX);
  expect(calls.length).toBeGreaterThan(7);
});
