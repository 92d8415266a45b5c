import type { StoredRow } from "../domain/core/lookup.ts";
import type { RecordPlace } from "../domain/record-round.ts";
import type { Category } from "../domain/tape/fields.ts";
import { noPast } from "../domain/tape/past.ts";
import type { Database } from "../store/d1/session.ts";
import { asStored, eventsOfSequences } from "../store/tape/past.ts";
import {
  eventsOfRecords,
  nextRecords,
  type RecordEvents,
  type RecordRow,
  readRewrites,
} from "../store/tape/record-step.ts";
import { RECORD_STORES } from "../store/tape/records.ts";
import { foldRow } from "./fold.ts";

/** Bytes of events that one step folds. A record with more is passed over. */
const BYTES_OF_A_STEP = 2_000_000;

/** A record whose row is not what its events say. */
export interface DifferingRecord {
  readonly category: Category;
  readonly id: string;
}

interface CheckedRecords {
  readonly differing: readonly DifferingRecord[];
  /** Where the walk continues; null at its end. */
  readonly next: RecordPlace | null;
}

/** The calls that a step makes. */
export const CALLS_OF_A_RECORD_STEP = 4;

/** Folds the events of the next records and compares each with its row, column by column. */
export async function checkRecords(
  db: Database,
  tenant: string,
  place: RecordPlace,
  counted: <T>(work: Promise<T>) => Promise<T>,
): Promise<CheckedRecords> {
  const { records, rewrites, next } = await counted(nextRecords(db, tenant, place));
  if (records.length === 0) return { differing: [], next };
  const chains = await counted(
    eventsOfRecords(
      db,
      tenant,
      records.flatMap(({ last }) => last),
    ),
  );
  const { folded, end } = withinBytes(records, chains);
  const sequences = folded.flatMap((one) => sequencesOf(one, chains));
  const rows = await counted(eventsOfSequences(db, tenant, [...new Set(sequences)]));
  const bySequence = new Map(rows.map((row) => [Number(row.sequence), row]));
  const differing = folded.filter((one) => {
    const own = sequencesOf(one, chains).map((sequence) => bySequence.get(sequence));
    return !isAsFolded(tenant, one, own);
  });
  // An erasure meanwhile: the rows are not those of the events. The step is taken again.
  if (differing.length > 0 && (await counted(readRewrites(db, tenant))) !== rewrites) {
    return { differing: [], next: place };
  }
  const last = records[end - 1];
  const isAll = end === records.length || last === undefined;
  return {
    differing: differing.map(({ category, id }) => ({ category, id })),
    next: isAll ? next : { category: last.category, after: last.id },
  };
}

type Chains = ReadonlyMap<number, RecordEvents>;

/** The events that a record's row depends on, in their order. */
const sequencesOf = ({ last }: RecordRow, chains: Chains): readonly number[] =>
  [...new Set(last.flatMap((one) => chains.get(one)?.sequences ?? []))].sort((a, b) => a - b);

/** The first records, at least one, whose events are not too many for one step, and how many are done with them. */
function withinBytes(records: readonly RecordRow[], chains: Chains) {
  const folded: RecordRow[] = [];
  let bytes = 0;
  for (const [index, record] of records.entries()) {
    const own = record.last.map((one) => chains.get(one));
    const size = own.reduce((sum, one) => sum + (one?.bytes ?? 0), 0);
    const isWhole = own.every((one) => one === undefined || one.isWhole);
    if (index > 0 && (!isWhole || bytes + size > BYTES_OF_A_STEP)) return { folded, end: index };
    if (isWhole && size <= BYTES_OF_A_STEP) folded.push(record);
    bytes += size;
  }
  return { folded, end: records.length };
}

/** True where the events give the very row. Events that cannot be folded give none. */
function isAsFolded(
  tenant: string,
  { category, id, row }: RecordRow,
  events: readonly (StoredRow | undefined)[],
): boolean {
  try {
    const past = noPast();
    for (const event of events) if (event) foldRow(past, event);
    const stored = past.state[category].get(id);
    if (!stored) return false;
    const toRow: (tenant: string, stored: never) => object = RECORD_STORES[category].toRow;
    const folded = asStored(toRow(tenant, stored as never));
    return Object.entries(row).every(([name, value]) => value === (folded[name] ?? null));
  } catch {
    return false;
  }
}
