import { keyHash } from "../../src/domain/log/hash.ts";
import {
  expectedHistory,
  HISTORY,
  type WireEvent,
  type WireHistory,
  type WireRow,
} from "../fanout/expected.ts";
import type { TenantApi } from "./api.ts";
import type { Step } from "./load.ts";
import { TENANT } from "./service.ts";

/** What the service acknowledged: the event of each idempotency key, or the journal entry of a posting's key. */
export type Acknowledged = ReadonlyMap<string, string>;

type LoggedEvent = WireEvent & { readonly key_hash: string };

/** Sentences about every acknowledged event that is not there exactly once, and about holes in the sequence. */
export function eventDifferences(acknowledged: Acknowledged, events: readonly LoggedEvent[]): string[] {
  const differences: string[] = [];
  const found = new Map<string, string[]>();
  for (const { key_hash, event_id, category, id } of events) {
    const answered = category === "ledger" ? id : event_id;
    found.set(key_hash, [...(found.get(key_hash) ?? []), answered]);
  }
  for (const [key, id] of acknowledged) {
    const ids = found.get(keyHash(TENANT, key)) ?? [];
    if (ids.length === 1 && ids[0] === id) continue;
    differences.push(`${key} was acknowledged as ${id}, and the log has [${ids.join(", ")}]`);
  }
  const known = new Set([...acknowledged.keys()].map((key) => keyHash(TENANT, key)));
  for (const [hash, ids] of found) {
    if (!known.has(hash)) differences.push(`${ids.join(", ")} is in the log and was never acknowledged`);
  }
  for (const [index, { sequence }] of events.entries()) {
    if (sequence !== index + 1) differences.push(`sequence ${sequence} stands in place ${index + 1}`);
  }
  return differences;
}

/** A text for a row, independent of the order of its members. */
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

interface Book {
  readonly entries: string[];
  owed: bigint;
}

/** What the acknowledged postings must have made of each loan's book. */
function expectedBooks(steps: readonly Step[], acknowledged: Acknowledged) {
  const amounts = new Map<string, { loan: string; amount: bigint }>();
  const books = new Map<string, Book>();
  const totals = { dr: 0n, cr: 0n };
  for (const { key, path, body, reverses } of steps) {
    const entry = acknowledged.get(key);
    if (path === "/ingest" || entry === undefined) continue;
    const reversed = amounts.get(reverses ?? "");
    const loan = reversed?.loan ?? String(body.loan_id);
    const amount = reversed?.amount ?? BigInt(String(body.amount_minor));
    amounts.set(key, { loan, amount });
    const book = books.get(loan) ?? { entries: [], owed: 0n };
    book.entries.push(entry);
    book.owed += reversed ? -amount : amount;
    totals[reversed ? "cr" : "dr"] += amount;
    books.set(loan, book);
  }
  return { books, totals };
}

/** Sentences about every entry that is missing or made twice, and about every sum that is not that of the entries. */
export async function bookDifferences(
  steps: readonly Step[],
  acknowledged: Acknowledged,
  api: TenantApi,
): Promise<string[]> {
  const { books, totals } = expectedBooks(steps, acknowledged);
  const differences: string[] = [];
  const compare = (what: string, found: string, wanted: string) => {
    if (found !== wanted) differences.push(`${what} is ${found}, and should be ${wanted}`);
  };
  for (const [loan, { entries, owed }] of books) {
    const found = [...(await api.entriesOf(loan))].sort();
    compare(`the journal of ${loan}`, found.join(" "), [...entries].sort().join(" "));
    compare(`what ${loan} owes`, await api.owedBy(loan), String(owed));
  }
  for (const [code, dr, cr] of [
    ["1100", totals.dr, totals.cr],
    ["2100", totals.cr, totals.dr],
  ] as const) {
    const { dr_balance_minor, cr_balance_minor } = await api.account(code);
    compare(`account ${code}`, `DR ${dr_balance_minor} CR ${cr_balance_minor}`, `DR ${dr} CR ${cr}`);
  }
  return differences;
}
