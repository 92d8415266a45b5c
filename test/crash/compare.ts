import {
  expectedHistory,
  HISTORY,
  type WireEvent,
  type WireHistory,
  type WireRow,
} from "../fanout/expected.ts";

/** What the service acknowledged: the event of each idempotency key. */
export type Acknowledged = ReadonlyMap<string, string>;

type LoggedEvent = WireEvent & { readonly idempotency_key: string };

/** Sentences about every acknowledged event that is not there exactly once, and about holes in the sequence. */
export function eventDifferences(acknowledged: Acknowledged, events: readonly LoggedEvent[]): string[] {
  const differences: string[] = [];
  const found = new Map<string, string[]>();
  for (const { idempotency_key, event_id } of events) {
    found.set(idempotency_key, [...(found.get(idempotency_key) ?? []), event_id]);
  }
  for (const [key, event_id] of acknowledged) {
    const ids = found.get(key) ?? [];
    if (ids.length === 1 && ids[0] === event_id) continue;
    differences.push(`${key} was acknowledged as ${event_id}, and the log has [${ids.join(", ")}]`);
  }
  for (const key of found.keys()) {
    if (!acknowledged.has(key)) differences.push(`${key} is in the log and was never acknowledged`);
  }
  for (const [index, { sequence }] of events.entries()) {
    if (sequence !== index + 1) differences.push(`sequence ${sequence} stands in place ${index + 1}`);
  }
  return differences;
}

/** One text for one row, whatever the order of its members. */
const textOf = (row: WireRow) =>
  JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Sentences about every history row that is missing, made twice, wrong, or out of order. */
export function historyDifferences(events: readonly WireEvent[], history: WireHistory): string[] {
  const expected = expectedHistory(events);
  return HISTORY.flatMap((table) => {
    const wanted = expected[table].map((row) => textOf({ ...row, id: row.event_id }));
    const found = history[table].map(textOf);
    if (JSON.stringify(wanted) === JSON.stringify(found)) return [];
    const missing = wanted.filter((row) => !found.includes(row)).map((row) => `${table} lacks ${row}`);
    const extra = found
      .filter((row, index) => !wanted.includes(row) || found.indexOf(row) !== index)
      .map((row) => `${table} should not have ${row}`);
    return missing.length + extra.length > 0 ? [...missing, ...extra] : [`${table} is out of order`];
  });
}
