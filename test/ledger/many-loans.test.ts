import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { HeldCalls, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, gateOf, oneTo } from "../support/gate.ts";
import { tamper } from "../support/tamper.ts";
import { accrualItems, loanIdOf, tenantWithLoans } from "./bulk.ts";
import { accrue, disburse, entryIdOf, postTo, refusalOf, reverse, settle } from "./post.ts";
import { expectSoundBooks } from "./stored-books.ts";

const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("a reversal of an accrual of more than 100 loans", () => {
  it("takes effect on the accrual's day when that is in the future", async () => {
    const api = await tenantWithLoans(101);
    const day = dayIn(30);
    const accrual = entryIdOf(await accrue(api, accrualItems(101), { accrual_date: day }));
    const reversal = entryIdOf(await reverse(api, accrual));
    expect((await api.get(`/v1/journal-entries/${reversal}`)).body.effective_at).toBe(day);
    await expectSoundBooks(api.tenant);
  });

  it("takes effect on the day of the log's last event when that is later than the clock's day", async () => {
    const api = await tenantWithLoans(101);
    const accrual = entryIdOf(await accrue(api, accrualItems(101)));
    // The last event was accepted by a machine whose clock is a day ahead, as around midnight.
    const later =
      "UPDATE events SET created_at = created_at + 86400000 WHERE tenant_id = ? AND sequence = 102";
    await tamper(env.DB.prepare(later).bind(api.tenant));
    const reversal = entryIdOf(await reverse(api, accrual));
    expect((await api.get(`/v1/journal-entries/${reversal}`)).body.effective_at).toBe(dayIn(1));
    await expectSoundBooks(api.tenant);
  });
});

it("a settlement that names an accrual of more than 100 loans is refused, and payments of its group are accepted", async () => {
  const api = await tenantWithLoans(101);
  const accrual = entryIdOf(await accrue(api, accrualItems(101)));
  const d1 = await wrapDatabase(gateOf(api.tenant));
  const hold = new HeldCalls();
  d1.meet(isCommit, hold.fault, 1);
  const first = disburse(api);
  await hold.reached();
  const settlement = settle(api, accrual, { effective_at: "2024-06-01" });
  const payments = oneTo(3).map((number) =>
    postTo(api, "payments", { loan_id: loanIdOf(number), effective_at: `2024-0${number}-20` }),
  );
  await arrivals(gateOf(api.tenant));
  hold.release();
  for (const answer of await Promise.all([first, ...payments])) entryIdOf(answer);
  expect(refusalOf(await settlement)).toEqual([409, "not_settleable"]);
  await expectSoundBooks(api.tenant);
});
