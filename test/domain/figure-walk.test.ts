import { expect, it } from "vitest";
import {
  type FigurePlace,
  figurePlace,
  figureWalkAfter,
  figureWalkAt,
  NO_FIGURE_WALK,
  newFigureWalk,
} from "../../src/domain/figure-walk.ts";

const DAY = 86_400_000;

it("a walk takes its steps in their order, each from its start, and is over after the last one", () => {
  const seen: FigurePlace[] = [];
  let walk = newFigureWalk(5);
  for (let place = figurePlace(walk); place !== null; place = figurePlace(walk)) {
    seen.push(place);
    const isHalf = place.step === "parts" && place.after.length === 0;
    walk = figureWalkAfter(walk, place.step, isHalf ? ["payment", "P-1", "receipt"] : null);
  }
  expect(seen).toEqual([
    { step: "log", after: [] },
    { step: "days", after: [] },
    { step: "loans", after: [] },
    { step: "settlements", after: [] },
    { step: "parts", after: [] },
    { step: "parts", after: ["payment", "P-1", "receipt"] },
    { step: "banks", after: [] },
    { step: "settings", after: [] },
  ]);
  expect(walk).toEqual({ figure_step: "", figure_after: "[]", figure_walk_at: 5 });
});

it("a walk begins with the first turn, and then three days after the last one began", () => {
  const first = figureWalkAt(NO_FIGURE_WALK, 10 * DAY);
  expect(first).toEqual({ figure_step: "log", figure_after: "[]", figure_walk_at: 10 * DAY });
  const over = { ...first, figure_step: "" };
  expect(figureWalkAt(over, 13 * DAY - 1)).toBe(over);
  expect(figureWalkAt(over, 13 * DAY)).toEqual(newFigureWalk(13 * DAY));
});

it("a walk that is under way goes on, however long ago it began", () => {
  const walk = figureWalkAfter(newFigureWalk(0), "log", [500]);
  expect(figureWalkAt(walk, 99 * DAY)).toBe(walk);
  expect(figurePlace(walk)).toEqual({ step: "log", after: [500] });
});
