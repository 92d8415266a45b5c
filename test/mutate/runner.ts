import { inject, TestRunner } from "vitest";

type Test = Parameters<TestRunner["onAfterRunTask"]>[0];

/** A test that asks for mutants much more often than without one is in a loop without an end. */
const ASKS_TIMES_MAX = 10;
const ASKS_MIN = 50_000;
const ASKS_OF_A_FILE_MAX = 20_000_000;
const TEST_MS = 1_000;
// A test may replace the clock.
const { setTimeout, clearTimeout } = globalThis;
const now = performance.now.bind(performance);
const NONE = -1;

/** The mutant that is switched on; -1 for none. */
const ofTheFile = inject("mutant");
let active = ofTheFile;
let asks = 0;
let asksMax = ASKS_OF_A_FILE_MAX;
const killed = new Set(inject("killed"));
/** The mutants that the test asked for, and those that were asked for outside a test: while files load, for example. */
let touched: Set<number> | null = null;
const outside = new Set<number>();

Object.assign(globalThis, {
  __mutant(number: number): boolean {
    asks += 1;
    if (asks > asksMax) throw new Error("a loop without an end");
    if (active === NONE) (touched ?? outside).add(number);
    return number === active;
  },
});

/** A slower test is not repeated for each mutant. */
const REPEATED_MS = 500;

/** Runs a test's function once with a mutant. True when it passes. */
async function passes(run: () => unknown, mutant: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), TEST_MS);
  active = mutant;
  touched = new Set();
  asks = 0;
  try {
    const whole = (async () => run())().then(() => true);
    whole.catch(() => undefined);
    return await Promise.race([whole, late.promise]);
  } catch {
    return false;
  } finally {
    active = ofTheFile;
    touched = null;
    clearTimeout(timer);
  }
}

/**
 * Runs each test as usual, then again with each mutant that it asked for and that no test has killed yet. A test that
 * does not pass twice kills none; its mutants get a run of the whole file.
 */
export default class MutantRunner extends TestRunner {
  async runTask(test: Test): Promise<void> {
    const run = TestRunner.getTestFn(test);
    asks = 0;
    if (ofTheFile !== NONE) {
      if (!(await passes(run, ofTheFile))) throw new Error("the mutant is noticed");
      return;
    }
    const start = now();
    asksMax = ASKS_OF_A_FILE_MAX;
    const mutants = await this.#asked(run);
    asksMax = asks * ASKS_TIMES_MAX + ASKS_MIN;
    Object.assign(test.meta, { touched: mutants, killed: [] });
    const left = mutants.filter((number) => !killed.has(number));
    if (left.length === 0 || now() - start > REPEATED_MS) return;
    if (await passes(run, NONE)) {
      for (const number of left) if (!(await passes(run, number))) killed.add(number);
      Object.assign(test.meta, { killed: left.filter((number) => killed.has(number)) });
    } else for (const number of left) outside.add(number);
  }

  /** Runs a test without a mutant. Returns the mutants that it asked for. */
  async #asked(run: () => unknown): Promise<readonly number[]> {
    const asked = new Set<number>();
    touched = asked;
    try {
      await run();
    } finally {
      touched = null;
    }
    return [...asked];
  }

  override async onAfterRunSuite(suite: Parameters<TestRunner["onAfterRunSuite"]>[0]): Promise<void> {
    if ("filepath" in suite) Object.assign(suite.meta, { outside: [...outside] });
    await super.onAfterRunSuite(suite);
  }
}
