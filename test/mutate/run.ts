import { glob, readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createVitest, type TestModule, type TestSpecification, type Vitest } from "vitest/node";
import { BOTH, PURE, SLOW } from "../support/pure-tests.ts";
import { type Mutant, mutate } from "./mutants.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The mutant that is switched on from the start; -1 for none. */
    mutant: number;
    /** The mutants that need no further test. */
    killed: number[];
  }
  interface TaskMeta {
    touched?: number[];
    killed?: number[];
    outside?: number[];
  }
}

/** The most test files that are run whole for a mutant that is asked for while files load. */
const FILES_MAX = 5;
const ROOT = resolve(import.meta.dirname, "../..");
const USAGE = `Changes one operator, literal or condition at a time and prints the changes that no pure test notices.
  npm run mutate -- 'src/domain/core/*.ts' [more files] [--minutes 10] [--tests test/domain/core]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: "string", default: "10" },
    tests: { type: "string", multiple: true, default: ["test/"] },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help || positionals.length === 0) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
const end = Date.now() + Number(values.minutes) * 60_000;

const mutants: Mutant[] = [];
const codes = new Map<string, string>();
for await (const file of glob(positionals, { cwd: ROOT })) {
  const path = resolve(ROOT, file);
  const made = mutate(file, await readFile(path, "utf8"), mutants.length);
  codes.set(path, made.code);
  mutants.push(...made.mutants);
}

const vitest: Vitest = await createVitest(
  {
    root: ROOT,
    config: false,
    watch: false,
    include: [...PURE, ...BOTH],
    exclude: SLOW,
    related: [...codes.keys()],
    runner: resolve(import.meta.dirname, "runner.ts"),
    pool: "threads",
    maxWorkers: 1,
    // The text of a mutated file is not the one on the disk.
    fsModuleCache: false,
    testTimeout: 600_000,
    reporters: [{}],
  },
  { plugins: [{ name: "mutants", enforce: "pre", load: (id) => codes.get(id) }] },
);

const killed = new Set<number>();
const touched = new Set<number>();
/** The files in which a mutant is asked for outside a test, so that its whole file must run with it. */
const outside = new Map<number, TestSpecification[]>();

async function run(spec: TestSpecification, mutant: number): Promise<TestModule> {
  spec.project.provide("mutant", mutant);
  spec.project.provide("killed", [...killed]);
  const { testModules } = await vitest.runTestSpecifications([spec]);
  const module = testModules.find(({ moduleId }) => moduleId === spec.moduleId);
  if (!module) throw new Error(`${spec.moduleId} was not run`);
  return module;
}

/** Tests that mirror a mutated file come first: they notice most, and what is noticed needs no further test. */
function byNearness(specs: readonly TestSpecification[], files: readonly string[]): TestSpecification[] {
  const nearness = ({ moduleId }: TestSpecification): number => {
    const parts = relative(resolve(ROOT, "test"), moduleId).split("/");
    const shared = files.map((file) => {
      const own = file.replace(/^src\//, "").split("/");
      const differs = parts.findIndex((part, index) => part.replace(/\.test\.ts$/, ".ts") !== own[index]);
      return differs < 0 ? parts.length : differs;
    });
    return Math.max(...shared);
  };
  return specs.toSorted((a, b) => nearness(b) - nearness(a));
}

const asked = ({ moduleId }: TestSpecification): boolean =>
  values.tests.some((start) => relative(ROOT, moduleId).startsWith(start));
const specs = (await vitest.getRelevantTestSpecifications()).filter(asked);
const files = [...new Set(mutants.map(({ file }) => file))];
for (const spec of byNearness(specs, files)) {
  if (Date.now() > end) break;
  const module = await run(spec, -1);
  if (!module.ok()) {
    const failed = [...module.children.allTests("failed")].flatMap((test) => test.result().errors ?? []);
    for (const { message } of [...module.errors(), ...failed]) console.error(message);
    throw new Error(`${spec.moduleId} fails without a mutant`);
  }
  for (const test of module.children.allTests()) {
    const meta = test.meta();
    for (const number of meta.touched ?? []) touched.add(number);
    for (const number of meta.killed ?? []) killed.add(number);
  }
  for (const number of module.meta().outside ?? []) {
    touched.add(number);
    outside.set(number, [...(outside.get(number) ?? []), spec]);
  }
  console.error(`${relative(ROOT, spec.moduleId)}: ${killed.size} of ${mutants.length} noticed`);
}
let late = 0;
for (const [number, specs] of outside) {
  if (killed.has(number)) continue;
  if (Date.now() > end) late += 1;
  else
    for (const spec of byNearness(specs, [mutants[number]?.file ?? ""]).slice(0, FILES_MAX))
      if (!killed.has(number) && !(await run(spec, number)).ok()) killed.add(number);
}
await vitest.close();

const oneLine = (text: string) => text.replace(/\s+/g, " ");
mutants.forEach(({ file, line, original, mutated }, number) => {
  if (killed.has(number)) return;
  const note = touched.has(number) ? "" : " (no test runs it)";
  console.log(`${file}:${line}  ${oneLine(original)}  →  ${oneLine(mutated)}${note}`);
});
for (const [file, own] of Map.groupBy(mutants.entries(), ([, { file }]) => file)) {
  const left = own.filter(([number]) => !killed.has(number)).length;
  console.log(`${file}: ${left} of ${own.length} survive (${((100 * left) / own.length).toFixed(1)} %)`);
}
const left = mutants.length - killed.size;
console.log(`all: ${left} of ${mutants.length} survive (${((100 * left) / mutants.length).toFixed(1)} %)`);
if (late > 0) console.log(`${late} were not tried: the time was over. Use --minutes.`);
