import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { expect } from "vitest";
import type { LogLine } from "../../src/domain/log/line.ts";
import { NO_RECORD_ROUND, type RecordPlace, recordPlace } from "../../src/domain/record-round.ts";
import { logLines } from "../../src/reads/log-lines.ts";
import { checkRecords, type DifferingRecord } from "../../src/reads/record-check.ts";
import { selection } from "../../src/store/d1/rows.ts";
import { events } from "../../src/store/log.ts";
import { openEverySession } from "../../src/store/session.ts";
import { linesIn, verifyLog } from "./verify-log.ts";

/** The tenant's events as D1 holds them, in order. */
export const storedEvents = (tenant: string, db: D1Database = env.DB) =>
  drizzle(db)
    .select(selection(events))
    .from(events)
    .where(sql`tenant_id = ${tenant}`)
    .orderBy(events.sequence);

/**
 * Expects that the tenant's log, as it would be exported from D1, is one that `verify` accepts: each event follows the one
 * before it, with the entries that the journal has, and a text about a person is missing only where the log says why.
 */
export async function expectChain(tenant: string, db: D1Database = env.DB): Promise<void> {
  const lines: LogLine[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof logLines>> = await logLines(drizzle(db), tenant, after, 1_000);
    lines.push(...linesIn(page.lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
    after = page.next;
  }
  const { fault, events: count } = verifyLog(lines);
  expect(fault && `event ${fault.sequence}: ${fault.why}`).toBeNull();
  expect(count).toBe((await storedEvents(tenant, db)).length);
}

/** The records whose row is not what their events say, over all of a tenant's records. */
export async function differingRecords(tenant: string): Promise<readonly DifferingRecord[]> {
  const [{ db } = expect.unreachable("a database")] = openEverySession(env);
  const differing: DifferingRecord[] = [];
  let place: RecordPlace | null = recordPlace(NO_RECORD_ROUND, Date.now());
  while (place) {
    const step: Awaited<ReturnType<typeof checkRecords>> = await checkRecords(
      db,
      tenant,
      place,
      (work) => work,
    );
    differing.push(...step.differing);
    place = step.next;
  }
  return differing;
}

/** Expects a log and records that agree: each event follows the one before it, and each row is what its events say. */
export async function expectSoundLog(tenant: string): Promise<void> {
  await expectChain(tenant);
  expect(await differingRecords(tenant)).toEqual([]);
}
