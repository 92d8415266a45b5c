/** The progress of a round, which adds up every loan again, by id, some per turn (docs/ledger.md#reconciliation). */
export interface Round {
  /** The last loan that the round has added up; empty at its start. */
  readonly round_after: string;
  /** The number of the tenant's loans when the round began, and of those that are done. */
  readonly round_loans: number;
  readonly round_done: number;
  readonly round_started_at: number;
}

export const NEW_ROUND: Round = { round_after: "", round_loans: 0, round_done: 0, round_started_at: 0 };

/** A loan that came early in one round may come late in the next: two rounds are less than a week. */
const ROUND_MS = 3 * 24 * 60 * 60 * 1_000;
/** The loans of one turn. The most is small because a loan can have hundreds of postings. */
const STEP_MIN = 20;
const STEP_MAX = 100;

/** The number of loans that should be done at this time, for any number of turns. */
const due = ({ round_loans, round_started_at }: Round, now: number): number =>
  Math.ceil(Math.min(1, (now - round_started_at) / ROUND_MS) * round_loans);

/** The number of loans that the next turn adds up. */
export const stepOf = (round: Round, now: number): number =>
  Math.min(STEP_MAX, Math.max(STEP_MIN, due(round, now) - round.round_done));

export const isInTime = (round: Round, now: number): boolean => round.round_done >= due(round, now);

/** The round after a turn that added up `found`, the last loans if `isEnd`. The tenant has `loans` loans. */
export function roundAfter(
  round: Round,
  {
    isEnd,
    found,
    loans,
  }: { readonly isEnd: boolean; readonly found: readonly string[]; readonly loans: number },
  now: number,
): Round {
  const last = found.at(-1);
  if (last === undefined || isEnd) return NEW_ROUND;
  const isNew = round.round_after === "";
  return {
    round_after: last,
    round_loans: isNew ? loans : round.round_loans,
    round_done: round.round_done + found.length,
    round_started_at: isNew ? now : round.round_started_at,
  };
}
