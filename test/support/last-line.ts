import type { Reporter, TestModule } from "vitest/node";

/** Prints the counts as the last line of a run, so that `| tail -1` tells the result. */
export class LastLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    let files = 0;
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
      if (module.state() === "failed") files += 1;
    }
    const { passed, failed, skipped, pending } = counts;
    const line =
      `${failed + files + errors.length === 0 ? "PASSED" : "FAILED"}: ${passed} tests passed, ${failed} failed, ` +
      `${skipped + pending} skipped; ${files} of ${modules.length} files failed; ${errors.length} errors outside tests`;
    process.once("exit", () => console.log(line));
  }
}
