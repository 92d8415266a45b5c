import { dataHash, eventHash } from "../../src/domain/log/canonical.ts";
import { firstHash } from "../../src/domain/log/hash.ts";
import type { LogLine } from "../../src/domain/log/line.ts";
import { goldenLines } from "../audit/golden/lines.ts";

/** Gives every line the hash of its content and of the line before it. */
export function rechained(lines: readonly LogLine[]): LogLine[] {
  let previous = firstHash(lines[0]?.tenant_id ?? "");
  return lines.map((line) => {
    const { private_hash = null, person = null, actor = null, journal_entries_hash = null } = line;
    const data_hash = dataHash(line.data);
    const event = {
      ...line,
      record_id: line.id,
      private_hash,
      person,
      actor,
      journal_entries_hash,
      data_hash,
    };
    previous = eventHash(previous, event);
    return { ...line, data_hash, hash: previous };
  });
}

export const at = (lines: readonly LogLine[], sequence: number): LogLine => {
  const found = lines.find((line) => line.sequence === sequence);
  if (!found) throw new Error(`no event ${sequence}`);
  return found;
};

/** A line of the service's own kind, at the end of a log. */
export const lineOf = (
  { sequence, ...members }: Pick<LogLine, "sequence" | "category" | "step" | "id"> & Partial<LogLine>,
  data: object,
): LogLine => ({
  ...at(goldenLines(), 3),
  sequence,
  event_id: `event-${sequence}`,
  data: JSON.stringify({ data, facts: {} }),
  ...members,
});

export const restored = (sequence: number, restored_to: number, change: object = {}): LogLine =>
  lineOf(
    { sequence, category: "log", step: "restored", id: `event-${sequence}` },
    {
      restored_to,
      lost_from: restored_to + 1,
      lost_to: sequence - 1,
      last_known: restored_to + 2,
      last_known_hash: "ab".repeat(32),
      ...change,
    },
  );

export const erasure = (sequence: number, client: string, shared: readonly string[] = []): LogLine =>
  lineOf(
    {
      sequence,
      category: "client",
      step: "erase",
      id: client,
      previous_sequence: client === "C-1" ? 12 : null,
    },
    { shared },
  );
