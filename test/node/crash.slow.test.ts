import { expect, test } from "vitest";
import { crash } from "../crash/crash.ts";
import { size } from "../support/sizes.ts";

const ROUNDS = size(1, 2);
const LANES = 8;
const LOANS = size(1, 4);

test("a service killed under load keeps each acknowledged event and posting, derives history once, and its books balance", async () => {
  const lines: string[] = [];
  const result = await crash({
    rounds: ROUNDS,
    seed: 3,
    lanes: LANES,
    loansPerLane: LOANS,
    say: (line) => lines.push(line),
  });
  expect(lines.filter((line) => line.includes("killed after"))).toHaveLength(ROUNDS + 1);
  expect(result).toMatchObject({ events: 1 + LANES * LOANS * 8 + result.postings, differences: [] });
  expect(result.postings).toBeGreaterThan(LANES * LOANS);
  expect(result.historyRows).toBeGreaterThan(LANES * LOANS * 6);
});
