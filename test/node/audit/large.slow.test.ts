import { expect, it } from "vitest";
import { size } from "../../support/sizes.ts";
import { runCommand } from "../cli/command-line.ts";
import { largeLog } from "./large-log.ts";

const EVENTS = size(120_000, 250_000);
/** A few megabytes more than the program itself: a text that is kept of each event would exceed it. */
const HEAP_MB = 24;

it("verify reads a long log in memory that does not grow with them", async () => {
  let hash = "";
  const text = (function* () {
    hash = yield* largeLog(EVENTS);
  })();
  const ended = await runCommand(["verify", "-"], [`--max-old-space-size=${HEAP_MB}`], text);
  expect(ended).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`${EVENTS.toLocaleString("en")} events, the last one ${EVENTS} of`),
  });
  expect(ended.stdout).toContain(hash);
}, 7_200_000);
