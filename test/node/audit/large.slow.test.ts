import { expect, it } from "vitest";
import { runCommand } from "../cli/command-line.ts";
import { largeLog } from "./large-log.ts";

const EVENTS = 250_000;
/** A few megabytes more than the program itself: 80 bytes that are kept of each event would exceed it. */
const HEAP_MB = 24;

it("verify reads 250,000 events in memory that does not grow with them", async () => {
  let hash = "";
  const text = (function* () {
    hash = yield* largeLog(EVENTS);
  })();
  const ended = await runCommand(["verify", "-"], [`--max-old-space-size=${HEAP_MB}`], text);
  expect(ended).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("250,000 events, the last one 250000 of"),
  });
  expect(ended.stdout).toContain(hash);
}, 7_200_000);
