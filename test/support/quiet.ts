/** Keeps the worker's own log, JSON lines by the thousand, out of the tests' output; a test that reads it spies on it. */
for (const level of ["log", "warn", "error"] as const) {
  const print = console[level].bind(console);
  console[level] = (...args: unknown[]) => {
    const [first] = args;
    if (typeof first === "string" && first.startsWith('{"level":')) return;
    print(...args);
  };
}
