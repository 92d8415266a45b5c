import { expect, test } from "vitest";
import { crash } from "../crash/crash.ts";

test("a service killed under load keeps each acknowledged event and posting, derives history once, and its books balance", async () => {
  const lines: string[] = [];
  const result = await crash({
    rounds: 2,
    seed: 3,
    lanes: 8,
    loansPerLane: 4,
    say: (line) => lines.push(line),
  });
  expect(lines.filter((line) => line.includes("killed after"))).toHaveLength(3);
  expect(result).toMatchObject({ events: 1 + 8 * 4 * 8 + result.postings, differences: [] });
  expect(result.postings).toBeGreaterThan(8 * 4);
  expect(result.historyRows).toBeGreaterThan(8 * 4 * 6);
});
