import { vi } from "vitest";

/** Long enough for the busiest machine: a test fails on what happens, not on how long it takes. */
const PATIENCE_MS = 300_000;

/** Waits until the condition holds, asking every `interval` milliseconds. */
export const until = <T>(condition: () => T | Promise<T>, interval = 20) =>
  vi.waitUntil(condition, { timeout: PATIENCE_MS, interval });
