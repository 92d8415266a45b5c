import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Api } from "../support/api.ts";
import { evicted, gateOf } from "../support/gate.ts";
import { tamper } from "../support/tamper.ts";
import { accrualItems, tenantWithLoans } from "./bulk.ts";
import { accrue, entryIdOf, refusalOf, reverse } from "./post.ts";
import { expectSoundBooks } from "./stored-books.ts";

const dayIn = (timeZone: string) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(new Date());

/** An entry of so many loans goes alone, and only the outlines of its loans on one day are loaded. */
const MANY = 101;
const DAY_MS = 86_400_000;

async function accruedMany(time_zone: string, accrual_date = "2024-01-10"): Promise<[Api, string]> {
  const api = await tenantWithLoans(MANY);
  const set = await api.send("PUT", "/v1/settings", { time_zone });
  expect(set.status, set.text).toBe(200);
  return [api, entryIdOf(await accrue(api, accrualItems(MANY), { accrual_date }))];
}

/** The reversal's day is that of the time zone before the request, or after it if midnight came meanwhile. */
async function expectReversedToday(api: Api, entry: string, time_zone: string): Promise<void> {
  const before = dayIn(time_zone);
  const reversal = entryIdOf(await reverse(api, entry));
  const { body } = await api.get(`/v1/journal-entries/${reversal}`);
  expect([before, dayIn(time_zone)]).toContain(body.effective_at);
  await expectSoundBooks(api.tenant);
}

describe("the reversal of an entry of many loans, without a day of its own", () => {
  // At any moment at least one of them has another day than UTC.
  it.each(["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])("takes effect today in %s", async (time_zone) => {
    const [api, entry] = await accruedMany(time_zone);
    await expectReversedToday(api, entry, time_zone);
  });

  it.each(["Pacific/Kiritimati", "Etc/GMT+12"])(
    "also where the gate remembers no time zone: %s",
    async (zone) => {
      const [api, entry] = await accruedMany(zone);
      await evicted(gateOf(api.tenant));
      await expectReversedToday(api, entry, zone);
    },
  );

  it("takes effect on the entry's day where that is later than today, and not before it", async () => {
    const [api, entry] = await accruedMany("Pacific/Kiritimati", "2999-06-01");
    const early = await reverse(api, entry, { effective_at: "2999-05-31" });
    expect(refusalOf(early)).toEqual([400, "validation_error", "effective_at inconsistent_dates"]);
    const reversal = entryIdOf(await reverse(api, entry));
    const { body } = await api.get(`/v1/journal-entries/${reversal}`);
    expect(body.effective_at).toBe("2999-06-01");
    await expectSoundBooks(api.tenant);
  });

  it("takes effect after what corrects it, also where that is later than today", async () => {
    const [api, entry] = await accruedMany("UTC", "2999-06-01");
    const corrected = await api.post("/v1/accruals/corrections", {
      ...{ accrual_entry_id: entry, interest_minor: "2", reason: "Wrong rate" },
      loan_id: accrualItems(1)[0]?.[0],
    });
    expect(corrected.status, corrected.text).toBe(201);
    entryIdOf(await reverse(api, entry));
    await expectSoundBooks(api.tenant);
  });

  it("takes effect on the day of the log's last event where another clock was ahead", async () => {
    const [api, entry] = await accruedMany("UTC");
    const ahead = Date.now() + 3 * DAY_MS;
    const last = "sequence = (SELECT max(sequence) FROM events WHERE tenant_id = ?2)";
    await tamper(
      env.DB.prepare(`UPDATE events SET created_at = ?1 WHERE tenant_id = ?2 AND ${last}`).bind(
        ahead,
        api.tenant,
      ),
    );
    await evicted(gateOf(api.tenant));
    const reversal = entryIdOf(await reverse(api, entry));
    const { body } = await api.get(`/v1/journal-entries/${reversal}`);
    expect(body.effective_at).toBe(new Date(ahead).toISOString().slice(0, 10));
    await expectSoundBooks(api.tenant);
  });
});
