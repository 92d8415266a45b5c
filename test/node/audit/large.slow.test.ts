import { join } from "node:path";
import { expect, it } from "vitest";
import { runCommand, temporaryDirectory } from "../cli/command-line.ts";
import { writeLargeLog } from "./large-log.ts";

/** A few megabytes more than the program itself: 100 bytes that are kept of each event would exceed it. */
const HEAP_MB = 24;

it("verify reads 200,000 events in memory that does not grow with them", async () => {
  const path = join(await temporaryDirectory(), "log.ndjson");
  const hash = await writeLargeLog(path, 200_000);
  const ended = await runCommand(["verify", path], [`--max-old-space-size=${HEAP_MB}`]);
  expect(ended).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`200,000 events, the last one 200000 of`),
  });
  expect(ended.stdout).toContain(hash);
});
