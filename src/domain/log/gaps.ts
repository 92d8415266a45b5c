import type { LogLine } from "./line.ts";

/** What a restore of the database took from the log, as its event says (docs/audit.md#gaps). */
interface Lost {
  /** The event that the log ended with after the restore; 0 where it was empty. */
  readonly restored_to: number;
  readonly lost_from: number;
  readonly lost_to: number;
  /** The last event that is known to be lost, and its hash. */
  readonly last_known: number;
  readonly last_known_hash: string;
}

/** Sequences that the log lacks, and the event that names them. */
export interface Gap extends Lost {
  readonly sequence: number;
}

/** The sequences that an event of a restore names; null for any other event, and for one that does not say so. */
export function gapOf({
  category,
  step,
  sequence,
  data,
}: Pick<LogLine, "category" | "step" | "sequence" | "data">) {
  if (category !== "log" || step !== "restored") return null;
  try {
    const lost: Lost = JSON.parse(data).data;
    const gap: Gap = { ...lost, sequence };
    return gap;
  } catch {
    return null;
  }
}

/** True for a sequence that the restore took: what once had it is lost, and was not changed. */
export const isWithin = ({ lost_from, lost_to }: Gap, sequence: number): boolean =>
  lost_from <= sequence && sequence <= lost_to;
