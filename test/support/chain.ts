import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { expect } from "vitest";
import { dataHash, entriesHash, eventHash, privateHash } from "../../src/domain/log/canonical.ts";
import { firstHash } from "../../src/domain/log/hash.ts";
import { NO_RECORD_ROUND, type RecordPlace, recordPlace } from "../../src/domain/record-round.ts";
import { checkRecords, type DifferingRecord } from "../../src/reads/record-check.ts";
import { selection } from "../../src/store/d1/rows.ts";
import { entriesAfter } from "../../src/store/ledger/export.ts";
import { events } from "../../src/store/log.ts";
import { openEverySession } from "../../src/store/session.ts";

/** The tenant's events as D1 holds them, in order. */
export const storedEvents = (tenant: string, db: D1Database = env.DB) =>
  drizzle(db)
    .select(selection(events))
    .from(events)
    .where(sql`tenant_id = ${tenant}`)
    .orderBy(events.sequence);

/** What an erasure of the log reaches: a person, and the purchases that its event names. */
const reachOf = ({
  category,
  step,
  record_id,
  data,
}: {
  category: string;
  step: string;
  record_id: string;
  data: string;
}) =>
  step === "erase"
    ? [
        category === "client" ? `client:${record_id}` : `borrower:${record_id}`,
        ...(JSON.parse(data).data.shared ?? []).map((id: string) => `purchase ${id}`),
      ]
    : [];

/**
 * Expects that every event of the tenant's log follows the one before it, with what D1 holds of it and of its entries. A text
 * about a person is missing only where the log says that the person was erased later.
 */
export async function expectChain(tenant: string, db: D1Database = env.DB): Promise<void> {
  const { entries } = await entriesAfter(drizzle(db), tenant, { sequence: 0, position: 0 }, 10_000);
  const entriesOf = Map.groupBy(entries, ({ sequence }) => sequence);
  const stored = await storedEvents(tenant, db);
  let previous = firstHash(tenant);
  for (const event of stored) {
    const { salt, private: own, sequence } = event;
    if (own !== null) expect(event.private_hash, `event ${sequence}`).toBe(privateHash(salt ?? "", own));
    else if (event.private_hash !== null) {
      const erased = stored.filter((later) => later.sequence > sequence).flatMap(reachOf);
      const facts = { ...JSON.parse(event.data).facts, ...JSON.parse(event.data).data };
      expect(erased, `event ${sequence}`).toContain(event.person ?? `purchase ${facts.disbursement_id}`);
    }
    const hash = eventHash(previous, {
      ...event,
      data_hash: dataHash(event.data),
      journal_entries_hash: entriesHash(entriesOf.get(event.sequence) ?? []),
    });
    expect(event.hash, `event ${event.sequence}`).toBe(hash);
    previous = hash;
  }
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
