import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { writeXlsxStream } from "hucre/xlsx";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Random } from "../../../src/cli/sample/random.ts";
import { size } from "../../support/sizes.ts";
import { ImportService, scratch, tokenOf } from "./service.ts";
import { reported, spoiltTape } from "./tape.ts";

const LINES = size(10_000, 100_000);
const BAD = 100;
const SEED = 20_261_121;
/** The heap that the import is given: half of what the parsed lines would take. */
const HEAP_MAX_MB = 48;
const MEMORY_MAX_MB = 250;
/** What a workbook takes more: two parsers, and the young generation that their short-lived texts make V8 keep. */
const TABLE_HEAP_MAX_MB = 96;
const TABLE_MEMORY_MAX_MB = 350;

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

interface Killed {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** The most memory of the last run, in MB. */
  readonly memory: number;
}

/** Runs a command, kills it three times at random places of its batches, and lets it end at last, with a small heap. */
async function killedThrice(
  args: readonly string[],
  tenant: string,
  batchesAll: number,
  heapMaxMb = HEAP_MAX_MB,
): Promise<Killed> {
  const random = new Random(SEED);
  for (let kill = 0; kill < 3; kill += 1) {
    const child = service.spawn(args, await tokenOf(tenant));
    const closed = once(child, "close");
    const until = service.batches + Math.floor(batchesAll * (0.05 + 0.2 * random.next()));
    await vi.waitUntil(() => service.batches >= until, { timeout: 300_000, interval: 5 });
    child.kill("SIGKILL");
    expect((await closed)[1]).toBe("SIGKILL");
  }
  const heap = [`--max-old-space-size=${heapMaxMb}`];
  const last = service.spawn(args, await tokenOf(tenant), service.url, heap);
  let memory = 0;
  const sampled = setInterval(async () => {
    memory = Math.max(memory, (await peakMemory(last.pid)) ?? 0);
  }, 200);
  const [[exitCode], stdout] = await Promise.all([once(last, "close"), last.stdout ? text(last.stdout) : ""]);
  clearInterval(sampled);
  return { exitCode, stdout, memory };
}

it("an import of many lines with 100 bad ones, killed three times, stores each record once and reports the bad ones", async () => {
  const { lines: all, refusals } = spoiltTape(size(150, 960), BAD, SEED);
  expect(all.length).toBeGreaterThan(size(2_000, 20_000));
  const path = join(await scratch(), "tape.ndjson");
  await writeFile(path, all.map((line) => `${line}\n`).join(""));
  const tenant = "import-slow";
  const batchesAll = all.length / 100;

  const { exitCode, memory } = await killedThrice(["import", path], tenant, batchesAll);
  expect(exitCode).toBe(3);
  expect(memory).toBeLessThan(MEMORY_MAX_MB);
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
  // Of all the batches only those of the refused lines are sent again.
  expect(service.batches - before).toBeLessThanOrEqual(5);
  console.log(
    `peak memory of the import: ${Math.round(memory)} MB; batches of the second run: ${service.batches - before}`,
  );
}, 900_000);

const COLUMNS = [
  "client_id",
  "name",
  "email",
  "phone",
  "address",
  "country",
  "is_company",
  "registration_number",
  "gender",
];

function* clients(): Generator<string[]> {
  yield COLUMNS;
  for (let n = 1; n <= LINES; n += 1) {
    const own = [`C-${n}`, `Ann Müller ${n}`, `ann${n}@example.com`, "+12025550123"];
    yield [...own, `${n} Main St`, "US", "false", `R-${n}`, "female"];
  }
}

it("an import of many rows as CSV and as a workbook, each killed three times, stores each row once in bounded memory", async () => {
  const folder = await scratch();
  const [csv, workbook] = [join(folder, "clients.csv"), join(folder, "clients.xlsx")];
  await writeFile(csv, [...clients()].map((cells) => `${cells.join(",")}\r\n`).join(""));
  const bytes = writeXlsxStream(clients(), { name: "Clients", inlineStrings: false });
  await writeFile(workbook, bytes as unknown as AsyncIterable<Uint8Array>);
  const tenant = "import-tables";

  // The second time each row is known already, by the same key: its event is not stored twice.
  for (const path of [csv, workbook]) {
    const args = ["import", path, "--category", "client"];
    const { exitCode, stdout, memory } = await killedThrice(args, tenant, LINES / 100, TABLE_HEAP_MAX_MB);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `Done: all ${LINES.toLocaleString("en")} rows are in.\n`,
    });
    expect(memory).toBeLessThan(TABLE_MEMORY_MAX_MB);
    const headers = { Authorization: `Bearer ${await tokenOf(tenant)}` };
    const answer = await fetch(`${service.url}/api/tables/events?sort_order=desc&limit=1`, { headers });
    expect(await answer.json()).toMatchObject({ data: [{ sequence: LINES }] });
    console.log(`peak memory of the import of ${path.slice(-4)}: ${Math.round(memory)} MB`);
  }
}, 900_000);
