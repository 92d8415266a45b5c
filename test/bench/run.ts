/**
 * Compares this project with the usual way and with bare Workers, each built and in a runtime of its own, side by side:
 * `npm run bench`. Machines differ and are busy with other things, so rounds are interleaved and ratios are what counts.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkoutOf } from "./checkout.ts";
import { PEER_SCENARIOS, SCENARIOS, type Scenario } from "./comparisons.ts";
import { importTape, makeTape, sendBatches } from "./import.ts";
import { HAS_WRK, send } from "./load.ts";
import { startPeers } from "./peer/peer.ts";
import { chart, line, markdown, type Row, rounded } from "./report.ts";
import { BIG_TENANT, creates, known, MANY, SMALL_TOKEN, theLoan } from "./requests.ts";
import {
  type Before,
  before,
  median,
  rowOf,
  type Sample,
  type Services,
  sampled,
  samplesOf,
} from "./samples.ts";
import { seeds } from "./seeds.ts";
import {
  AS_IT_IS,
  compareWith,
  type D1Pace,
  migrate,
  type Running,
  startVariant,
  type VariantName,
} from "./variants.ts";

const HELP = `npm run bench -- [options]
  --rounds N          of each scenario (5)
  --seconds N         of each side in a round (2)
  --only TEXT         scenarios whose name has this text; several times for several texts
  --list              names the scenarios
  --against WHAT      another state of this project beside it: a folder with its modules, or a revision of git.
                      Ends with 1 where this one is worse.
  --database-url URL  peers on PostgreSQL; the role makes and drops databases of its own
  --write             writes docs/benchmark.md and its chart`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    only: { type: "string", multiple: true, default: [""] },
    list: { type: "boolean", default: false },
    against: { type: "string" },
    "database-url": { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const pace = { rounds: Number(options.rounds), seconds: Number(options.seconds) };
const databaseUrl = options["database-url"];

const COLD = "first event of a cold isolate";
const IMPORT = "events by the import command to their batches alone";
/** Their events take the import some seconds. */
const IMPORT_LOANS = 2_000;
const isWanted = (name: string) => options.only.some((text) => name.includes(text));
const wanted = SCENARIOS.filter(({ name }) => isWanted(name));
const wantedPeers = databaseUrl === undefined ? [] : PEER_SCENARIOS.filter(({ name }) => isWanted(name));

const root = mkdtempSync(join(tmpdir(), "loan-ledger-bench-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
const rows: Row[] = [];
const sinceBefore: Before[] = [];

function add(row: Row): void {
  rows.push(row);
  console.log(line(row));
}

/** The scenario with the other state of the project as a further side. */
function withEarlier(scenario: Scenario): Scenario {
  if (options.against === undefined || scenario.when === "filled") return scenario;
  return { ...scenario, sides: { ...scenario.sides, earlier: { ...scenario.sides.ours, to: "earlier" } } };
}

async function compare(scenario: Scenario, services: Services): Promise<void> {
  const samples = await samplesOf(scenario, services, pace);
  const of = (side: string | undefined) => samples.get(side ?? "") ?? [];
  for (const aim of scenario.aims) add(rowOf(scenario.name, aim, of("ours"), of(aim.to)));
  if (samples.has("earlier")) sinceBefore.push(before(scenario.name, of("ours"), of("earlier")));
}

/** Each service has a place of its own for its data. */
let places = 0;

type Variants = Readonly<Partial<Record<VariantName, Running>>>;

const isProject = (name: string) => name === "ours" || name === "earlier";

/** Starts the variants that the scenarios need, makes their tables and what all requests expect, and runs `work`. */
async function withVariants(
  scenarios: readonly Scenario[],
  d1: D1Pace,
  work: (running: Variants) => Promise<void>,
): Promise<void> {
  const needed = new Set(scenarios.flatMap(({ sides }) => Object.values(sides).map(({ to }) => to)));
  const started: [VariantName, Running][] = [];
  try {
    for (const name of ["bare", "usual", "ours", "earlier"] as const) {
      if (!needed.has(name)) continue;
      const running = await startVariant(name, d1, join(root, `${name}-${places++}`));
      started.push([name, running]);
      await migrate(name, running);
      if (isProject(name)) await fill(running);
    }
    await work(Object.fromEntries(started));
  } finally {
    for (const [, running] of started) await running.stop();
  }
}

/** The known clients of two tenants, and a loan. */
async function fill({ port }: Running): Promise<void> {
  for (const requests of [known(), known(SMALL_TOKEN)])
    await send(port, MANY, { count: known().known ?? 0 }, requests);
  await send(port, 1, { count: 1 }, theLoan);
}

/** Gives bare Workers the rows of this project to read. */
async function copyClients({ ours, bare }: Variants): Promise<void> {
  if (!ours || !bare) return;
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

const MILLION = 1_000_000;
const TEN_THOUSAND = 10_000;

async function seedMillion({ ours }: Variants): Promise<void> {
  for (let from = 1; from <= MILLION; from += TEN_THOUSAND) {
    const texts = seeds(BIG_TENANT, from, from + TEN_THOUSAND - 1);
    await ours?.database.batch(texts.map((text) => ours.database.prepare(text)));
  }
}

/** The first event that an isolate sees, its data already there. */
async function cold(): Promise<void> {
  const names = ["ours", "usual"] as const;
  const start = (name: VariantName) => startVariant(name, AS_IT_IS, join(root, `${name}-cold`));
  const samples: Record<(typeof names)[number], Sample[]> = { ours: [], usual: [] };
  for (let round = -1; round < pace.rounds; round += 1) {
    for (const name of names) {
      const running = await start(name);
      if (round < 0) {
        await migrate(name, running);
        await send(running.port, 16, { count: 500 }, creates());
      } else {
        const first = () => send(running.port, 1, { count: 1 }, creates());
        samples[name].push(await sampled(running, 1, first));
      }
      await running.stop();
    }
  }
  const aim = { to: "usual", against: "the usual way", measure: "time", aim: 2 } as const;
  add(rowOf(COLD, aim, samples.ours, samples.usual));
}

/** The whole import command against the batches that it sends, sent by themselves. */
async function imports(): Promise<void> {
  const tape = await makeTape(root, IMPORT_LOANS);
  const running = await startVariant("ours", AS_IT_IS, join(root, "import"));
  try {
    await migrate("ours", running);
    const ours: Sample[] = [];
    const batches: Sample[] = [];
    for (let round = 0; round < pace.rounds; round += 1) {
      ours.push(await sampled(running, 1, () => importTape(running.port, tape, `imported-${round}`)));
      batches.push(await sampled(running, 1, () => sendBatches(running.port, tape, `sent-${round}`)));
    }
    const aim = { to: "batches", against: "itself", measure: "rate", aim: 0.8 } as const;
    add(rowOf(IMPORT, aim, ours, batches));
  } finally {
    await running.stop();
  }
}

async function comparePeers(url: string): Promise<void> {
  const peers = await startPeers(url);
  try {
    await withVariants(wantedPeers, AS_IT_IS, async (running) => {
      for (const scenario of wantedPeers) await compare(scenario, { ...running, ...peers.services });
    });
  } finally {
    await peers.stop();
  }
}

function isWorse(): boolean {
  if (sinceBefore.length === 0) return false;
  console.log(`\nAgainst ${options.against}: events a second, now to then; CPU an event, then to now`);
  for (const { name, rate, cpu, isWorse } of sinceBefore) {
    const shown = [rate, cpu].map((all) => {
      const [least, most] = [Math.min(...all), Math.max(...all)].map(rounded);
      return `${rounded(median(all))} (${least}-${most})`.padEnd(18);
    });
    console.log(`${name.padEnd(66)} ${shown.join(" ")}${isWorse ? " WORSE" : ""}`);
  }
  return sinceBefore.some(({ isWorse }) => isWorse);
}

const [cpu] = cpus();
const load = () => loadavg()[0]?.toFixed(1);
const loadAtStart = load();

async function main(): Promise<void> {
  if (options.against !== undefined) compareWith(checkoutOf(options.against));
  if (!HAS_WRK) {
    console.log(
      "wrk is not installed. The load comes from this process instead, which limits the fastest services.",
    );
  }
  const fast = wanted.filter(({ pace: d1 }) => d1 === undefined).map(withEarlier);
  if (fast.length > 0) {
    await withVariants(fast, AS_IT_IS, async (running) => {
      await copyClients(running);
      for (const scenario of fast.filter(({ when }) => when === "reads")) await compare(scenario, running);
      for (const scenario of fast.filter(({ when }) => when === undefined)) await compare(scenario, running);
      const filled = fast.filter(({ when }) => when === "filled");
      if (filled.length > 0) await seedMillion(running);
      for (const scenario of filled) await compare(scenario, running);
    });
  }
  for (const scenario of wanted.map(withEarlier)) {
    if (scenario.pace) await withVariants([scenario], scenario.pace, (running) => compare(scenario, running));
  }
  if (isWanted(COLD)) await cold();
  if (isWanted(IMPORT)) await imports();
  if (databaseUrl !== undefined && wantedPeers.length > 0) await comparePeers(databaseUrl);
  if (options.write) write();
  if (isWorse()) process.exitCode = 1;
}

function write(): void {
  const order = SCENARIOS.map(({ name }) => name);
  const place = ({ name }: Row) => (order.includes(name) ? order.indexOf(name) : order.length);
  rows.sort((a, b) => place(a) - place(b));
  const docs = join(import.meta.dirname, "../../docs");
  const day = new Date().toISOString().slice(0, 10);
  const machine = `These are from ${cpus().length} cores of ${cpu?.model.trim() || "an unnamed CPU"}, on ${day}, with a load average of ${loadAtStart} when the run began.`;
  const text = markdown(rows, {
    ...pace,
    machine,
    load: HAS_WRK
      ? "`wrk` loads the worker's own socket."
      : "a generator in Node, which limits the fastest, loads the worker's own socket.",
    hasPeers: wantedPeers.length > 0,
  });
  writeFileSync(join(docs, "benchmark.md"), text);
  writeFileSync(join(docs, "benchmark.svg"), chart(rows));
}

if (options.help) console.log(HELP);
else if (options.list) {
  const peers = PEER_SCENARIOS.map(({ name }) => `${name} (with --database-url)`);
  console.log([...SCENARIOS.map(({ name }) => name), COLD, IMPORT, ...peers].join("\n"));
} else await main();
