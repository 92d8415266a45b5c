import { type Checkpoint, OUTCOME, STATE } from "./checkpoint.ts";

/** What became of the rows of an import: a row is in when all its events are. */
export interface Tally {
  readonly total: number;
  readonly refused: number;
  /** Refused rows whose record is there already. */
  readonly existing: number;
  readonly done: number;
  /** Neither in nor refused. */
  readonly waiting: number;
  /** Rows that are in, by the greatest outcome of their events. */
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** Counts the rows; each is what its worst event makes it. */
export function tally(checkpoint: Checkpoint): Tally {
  const row = checkpoint
    .prepared(
      `WITH rows AS (
         SELECT max(code IS NOT NULL) AS refused, max(state = ${STATE.waiting}) AS waiting, max(outcome) AS outcome,
           max(code IS 'already_exists') AS existing
         FROM lines GROUP BY file, line
       )
       SELECT count(*) AS total, total(refused) AS refused, total(existing) AS existing,
         total(NOT refused AND waiting) AS waiting,
         total(NOT refused AND NOT waiting AND outcome = ?) AS created,
         total(NOT refused AND NOT waiting AND outcome = ?) AS updated,
         total(NOT refused AND NOT waiting AND outcome = ?) AS deleted FROM rows`,
    )
    .get(OUTCOME.created, OUTCOME.updated, OUTCOME.deleted);
  const of = (name: string) => Number(row?.[name] ?? 0);
  const [total, refused, waiting] = [of("total"), of("refused"), of("waiting")];
  const [created, updated, deleted] = [of("created"), of("updated"), of("deleted")];
  const done = total - refused - waiting;
  const unchanged = done - created - updated - deleted;
  return { total, refused, existing: of("existing"), waiting, done, created, updated, deleted, unchanged };
}
