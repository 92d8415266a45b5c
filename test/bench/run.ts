/**
 * Compares this project with the usual way and with bare Workers, each built and in a runtime of its own, side by side:
 * `npm run bench`. Rounds are interleaved and medians taken, because machines differ and are busy with other things; the
 * ratios are what counts. `--rounds N` (default 5), `--only TEXT` for some rows, `--write` for the page in docs.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { creating, fresh, known, SCENARIOS, type Scenario, SLOW } from "./comparisons.ts";
import { type Measured, measure } from "./load.ts";
import { chart, markdown, type Row } from "./report.ts";
import { BIG_TOKEN, batch, create, list, lookup, MANY, TOKENS } from "./scenarios.ts";
import { seeds } from "./seeds.ts";
import { AS_IT_IS, type D1Pace, migrate, type Running, startVariant, type VariantName } from "./variants.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
const ROUNDS = Number(options.rounds);
const root = mkdtempSync(join(tmpdir(), "loan-ledger-bench-"));

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

const isWanted = ({ name }: { readonly name: string }) => name.includes(options.only);

/** A measurement, with the CPU time that the runtime took for each event, in microseconds. */
type Sample = Measured & { readonly cpuUs: number };

async function sample(running: Running, scenario: Scenario, variant: VariantName): Promise<Sample> {
  const isOurs = variant === "ours";
  const count = isOurs ? scenario.counts.ours : scenario.counts.other;
  const request = isOurs || !scenario.other ? scenario.request(variant) : scenario.other();
  const before = running.cpuMs();
  const measured = await measure(running.port, scenario.connections, count, request);
  const used = (running.cpuMs() ?? Number.NaN) - (before ?? Number.NaN);
  return { ...measured, cpuUs: (used * 1000) / count };
}

const rows: Row[] = [];

function report(scenario: Scenario, ours: readonly Sample[], others: readonly Sample[]): void {
  const row: Row = {
    name: scenario.name,
    against: scenario.against,
    target: scenario.target,
    lessIsBetter: scenario.lessIsBetter ?? false,
    ratio: median(ours.map(({ perSecond }, n) => perSecond / (others[n]?.perSecond ?? Number.NaN))),
    ours: summary(ours),
    other: summary(others),
  };
  rows.push(row);
  const { perSecond, p50, p99, cpuUs } = row.ours;
  console.log(
    `${row.name.padEnd(44)} ${row.against.padEnd(6)} ${row.ratio.toFixed(2).padStart(6)} (to reach ${row.target})` +
      `   ${perSecond.toFixed(0)}/s against ${row.other.perSecond.toFixed(0)}/s` +
      `   p50 ${p50.toFixed(1)} against ${row.other.p50.toFixed(1)}, p99 ${p99.toFixed(1)} against ${row.other.p99.toFixed(1)} ms` +
      `   CPU ${cpuUs.toFixed(0)} against ${row.other.cpuUs.toFixed(0)} us`,
  );
}

function summary(samples: readonly Sample[]): Row["ours"] {
  return {
    perSecond: median(samples.map(({ perSecond }) => perSecond)),
    p50: median(samples.map(({ p50 }) => p50)),
    p99: median(samples.map(({ p99 }) => p99)),
    cpuUs: median(samples.map(({ cpuUs }) => cpuUs)),
  };
}

/** Starts variants, makes their tables, warms them up, and hands them to `work`. */
async function withVariants<K extends VariantName>(
  names: readonly K[],
  pace: D1Pace,
  work: (running: Readonly<Record<K, Running>>) => Promise<void>,
): Promise<void> {
  const started: [K, Running][] = [];
  try {
    for (const name of names) {
      const running = await startVariant(name, pace, join(root, `${name}-${pace.slowness}`));
      started.push([name, running]);
      await migrate(running.database);
    }
    const running = Object.fromEntries(started) as Record<K, Running>;
    const busy = pace.slowness !== "none";
    for (const name of names) await measure(running[name].port, 16, busy ? 50 : 500, creating());
    await work(running);
  } finally {
    for (const [, running] of started) await running.stop();
  }
}

async function compare(
  scenarios: readonly Scenario[],
  running: Readonly<Record<string, Running>>,
): Promise<void> {
  const samples = scenarios.map((scenario) => ({ scenario, ours: [] as Sample[], others: [] as Sample[] }));
  for (const scenario of scenarios) {
    const counts = { ours: Math.ceil(scenario.counts.ours / 4), other: Math.ceil(scenario.counts.other / 4) };
    const warming = { ...scenario, counts };
    await sample(running.ours as Running, warming, "ours");
    await sample(running[scenario.against] as Running, warming, scenario.against);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { scenario, ours, others } of samples) {
      const turns = [
        async () => ours.push(await sample(running.ours as Running, scenario, "ours")),
        async () =>
          others.push(await sample(running[scenario.against] as Running, scenario, scenario.against)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
  }
  for (const { scenario, ours, others } of samples) report(scenario, ours, others);
}

/** Fills both databases with the rows that are read. */
async function fill({ ours, bare }: { readonly ours: Running; readonly bare: Running }): Promise<void> {
  await measure(ours.port, MANY, known.length, (n) => create(known[n] ?? ""));
  const { results } = await ours.database.prepare("SELECT * FROM clients").all<Record<string, unknown>>();
  const columns = Object.keys(results[0] ?? {});
  const values = columns.map((name) => `value ->> '${name}'`).join(", ");
  const insert = `INSERT INTO clients (${columns.join(", ")}) SELECT ${values} FROM json_each(?)`;
  for (let from = 0; from < results.length; from += 500) {
    await bare.database
      .prepare(insert)
      .bind(JSON.stringify(results.slice(from, from + 500)))
      .run();
  }
}

async function batches({ ours }: { readonly ours: Running }): Promise<void> {
  const size = 100;
  const scenario: Scenario = {
    name: "batches of 100 to single creates, events a second",
    against: "ours",
    target: 5,
    connections: 4,
    counts: { ours: 40, other: 2_000 },
    request: () => () => batch(fresh(), size),
  };
  if (!isWanted(scenario)) return;
  const [many, single]: [Sample[], Sample[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const measured = await sample(ours, scenario, "ours");
    many.push({ ...measured, perSecond: measured.perSecond * size, cpuUs: measured.cpuUs / size });
    single.push(
      await sample(
        ours,
        { ...scenario, connections: MANY, counts: { ours: 2_000, other: 0 }, request: creating },
        "ours",
      ),
    );
  }
  report(scenario, many, single);
}

/** The first event that an isolate sees, its data already there. Milliseconds, so less is better. */
async function cold(): Promise<void> {
  const scenario: Scenario = {
    name: "first event of a cold isolate (time)",
    against: "usual",
    lessIsBetter: true,
    target: 2,
    connections: 1,
    counts: { ours: 1, other: 1 },
    request: creating,
  };
  if (!isWanted(scenario)) return;
  const samples: Record<"ours" | "usual", Sample[]> = { ours: [], usual: [] };
  const start = (name: "ours" | "usual") => startVariant(name, AS_IT_IS, join(root, `${name}-cold`));
  for (const name of ["ours", "usual"] as const) {
    const running = await start(name);
    await migrate(running.database);
    await measure(running.port, 16, 500, creating());
    await running.stop();
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ["ours", "usual"] as const) {
      const running = await start(name);
      const measured = await sample(running, scenario, name);
      // Per second, the slower one has the smaller figure: turned round, the ratio is one of times.
      samples[name].push({ ...measured, perSecond: measured.p50 });
      await running.stop();
    }
  }
  report(scenario, samples.ours, samples.usual);
}

const TEN_THOUSAND = 10_000;
/** Which machine the figures are from. */
const [cpu] = cpus();
const machine = `These are from ${cpus().length} cores of ${cpu?.model.trim() || "an unnamed CPU"}, on ${new Date().toISOString().slice(0, 10)}, with a load average of ${loadavg()[0]?.toFixed(1)} when the run began.`;

const MILLION = 1_000_000;

/** A tenant with a million records against one with a thousand: the same requests. */
async function sizes({ ours }: { readonly ours: Running }): Promise<void> {
  const name = "with 1,000,000 records to 1,000";
  const wanted = ["create", "lookup by id", "list of 50"]
    .map((what) => ({ name: `${what} ${name}` }))
    .filter(isWanted);
  if (wanted.length === 0) return;
  for (let from = 1; from <= MILLION; from += TEN_THOUSAND) {
    await ours.database.batch(
      seeds("bench-big", from, Math.min(from + TEN_THOUSAND - 1, MILLION)).map((text) =>
        ours.database.prepare(text),
      ),
    );
  }
  const small = TOKENS[1];
  const requests: Record<string, (token: string | undefined) => (n: number) => ReturnType<typeof create>> = {
    create: (token) => () => create(fresh(), token),
    "lookup by id": (token) => (n) =>
      lookup("ours", token === BIG_TOKEN ? `s${n + 1}` : (smallIds[n % 1000] ?? ""), token),
    "list of 50": (token) => () => list("ours", token),
  };
  const smallIds = Array.from({ length: 1_000 }, () => fresh());
  await measure(ours.port, MANY, smallIds.length, (n) => create(smallIds[n] ?? "", small));
  for (const { name: row } of wanted) {
    const what = row.replace(` ${name}`, "");
    const count = what === "list of 50" ? 400 : 1_500;
    const scenario: Scenario = {
      name: row,
      against: "ours",
      target: 0.9,
      connections: MANY,
      counts: { ours: count, other: count },
      request: () => requests[what]?.(BIG_TOKEN) as never,
    };
    const [big, little]: [Sample[], Sample[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      big.push(await sample(ours, scenario, "ours"));
      little.push(
        await sample(ours, { ...scenario, request: () => requests[what]?.(small) as never }, "ours"),
      );
    }
    report(scenario, big, little);
  }
}

try {
  const wanted = SCENARIOS.filter(isWanted);
  await withVariants(["bare", "usual", "ours"], AS_IT_IS, async (running) => {
    await fill(running);
    const [reads, writes] = [wanted.filter((one) => one.reads), wanted.filter((one) => !one.reads)];
    await compare(reads, running);
    await compare(writes, running);
    await batches(running);
    await sizes(running);
  });
  for (const scenario of SLOW.filter(isWanted)) {
    await withVariants(["usual", "ours"], scenario.pace, (running) => compare([scenario], running));
  }
  await cold();
  if (options.write) {
    const order = SCENARIOS.map(({ name }) => name);
    const place = ({ name }: Row) => (order.includes(name) ? order.indexOf(name) : order.length);
    rows.sort((a, b) => place(a) - place(b));
    writeFileSync(join(import.meta.dirname, "../../docs", "benchmark.md"), markdown(rows, ROUNDS, machine));
    writeFileSync(join(import.meta.dirname, "../../docs", "benchmark.svg"), chart(rows));
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
