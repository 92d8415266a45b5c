/**
 * The steps of a walk over all figures, in their order. The first goes along the log; what it finds missing, the others
 * take into account.
 */
const FIGURE_STEPS = ["log", "days", "loans", "settlements", "parts", "banks", "settings"] as const;
export type FigureStep = (typeof FIGURE_STEPS)[number];

/** Where a walk continues: the key of the last row that its step has compared, empty at the step's start. */
export interface FigurePlace {
  readonly step: FigureStep;
  readonly after: readonly (string | number)[];
}

/** The progress of a walk over a tenant's figures, some in each turn; without a step none is under way. */
export interface FigureWalk {
  readonly figure_step: string;
  /** JSON of `FigurePlace.after`. */
  readonly figure_after: string;
  /** When the last walk began. */
  readonly figure_walk_at: number;
}

const isStep = (step: string): step is FigureStep => (FIGURE_STEPS as readonly string[]).includes(step);

const WALK_MS = 3 * 24 * 60 * 60 * 1_000;

/** No walk yet: the first begins with the tenant's first turn. */
export const NO_FIGURE_WALK: FigureWalk = { figure_step: "", figure_after: "[]", figure_walk_at: 0 };

/** A walk at its start. */
export const newFigureWalk = (now: number): FigureWalk => ({
  figure_step: FIGURE_STEPS[0],
  figure_after: "[]",
  figure_walk_at: now,
});

/** The walk that a turn continues; one begins three days after the last one began. */
export const figureWalkAt = (walk: FigureWalk, now: number): FigureWalk =>
  walk.figure_step === "" && now - walk.figure_walk_at >= WALK_MS ? newFigureWalk(now) : walk;

/** Where a walk continues; null when it is over. */
export const figurePlace = ({ figure_step: step, figure_after }: FigureWalk): FigurePlace | null =>
  isStep(step) ? { step, after: JSON.parse(figure_after) } : null;

/** The walk after a part of a step that ended at the key `end`, null at the step's end. */
export function figureWalkAfter(
  walk: FigureWalk,
  step: FigureStep,
  end: FigurePlace["after"] | null,
): FigureWalk {
  const next = end === null ? (FIGURE_STEPS[FIGURE_STEPS.indexOf(step) + 1] ?? "") : step;
  return { ...walk, figure_step: next, figure_after: JSON.stringify(end ?? []) };
}
