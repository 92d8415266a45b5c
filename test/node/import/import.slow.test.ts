import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Random } from "../../../src/cli/sample/random.ts";
import { ImportService, scratch, tokenOf } from "./service.ts";
import { reported, spoiltTape } from "./tape.ts";

const LINES = 100_000;
const BAD = 500;
const SEED = 20_261_121;
/** The heap that the import is given: a tenth of what the parsed lines would take. */
const HEAP_MAX_MB = 48;

let service: ImportService;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ service, stop } = await ImportService.start());
});
afterAll(() => stop());

/** The most memory that a process has had so far, in MB; undefined where there is no /proc. */
async function peakMemory(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

it("an import of 100,000 lines with 500 bad ones, killed three times, stores each record once and reports the bad ones", async () => {
  const { lines: all, refusals } = spoiltTape(4_800, BAD, SEED);
  expect(all.length).toBeGreaterThan(LINES);
  const path = join(await scratch(), "tape.ndjson");
  await writeFile(path, all.map((line) => `${line}\n`).join(""));
  const [tenant, random] = ["import-slow", new Random(SEED)];
  const batchesAll = all.length / 100;

  for (let kill = 0; kill < 3; kill += 1) {
    const child = service.spawn(["import", path], await tokenOf(tenant));
    const closed = once(child, "close");
    const until = service.batches + Math.floor(batchesAll * (0.05 + 0.2 * random.next()));
    await vi.waitUntil(() => service.batches >= until, { timeout: 300_000, interval: 5 });
    child.kill("SIGKILL");
    expect((await closed)[1]).toBe("SIGKILL");
  }

  const heap = [`--max-old-space-size=${HEAP_MAX_MB}`];
  const last = service.spawn(["import", path], await tokenOf(tenant), service.url, heap);
  let memory = 0;
  const sampled = setInterval(async () => {
    memory = Math.max(memory, (await peakMemory(last.pid)) ?? 0);
  }, 200);
  const [exitCode] = await once(last, "close");
  clearInterval(sampled);
  expect(exitCode).toBe(3);
  expect(memory).toBeLessThan(250);
  expect(reported(await readFile(`${path}.refused.ndjson`, "utf8"))).toEqual(refusals);

  const { stdout } = await service.run(["export", "events"], tenant);
  const inLog = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { category, data } = JSON.parse(line);
      return JSON.stringify({ category, data });
    });
  const good = all.filter((_, index) => !refusals.has(index + 1));
  expect([...inLog].sort()).toEqual([...good].sort());

  const before = service.batches;
  const again = await service.run(["import", path], tenant);
  expect(again.exitCode).toBe(3);
  expect(service.batches - before).toBeLessThanOrEqual(batchesAll / 100);
  console.log(
    `peak memory of the import: ${Math.round(memory)} MB; batches of the second run: ${service.batches - before}`,
  );
}, 900_000);
