import { describe, expect, it } from "vitest";
import { dateBounds, instantBounds, isEmptyRange } from "../../../src/contract/lookup/dates.ts";

/** Whether a stored date lies within both bounds, as SQLite compares texts of ASCII. */
function holds(start: string | undefined, end: string | undefined, stored: string | number): boolean {
  const bounds = typeof stored === "string" ? dateBounds("d", start, end) : instantBounds("d", start, end);
  return bounds.every(({ operator, value }) => {
    if (operator === ">=") return stored >= value;
    return operator === "<" ? stored < value : stored <= value;
  });
}

describe("bounds of a date column", () => {
  it.each([
    ["2025-01-02", undefined, "2025-01-01T23:59:59.999999999", false],
    ["2025-01-02", undefined, "2025-01-02", true],
    ["2025-01-02", undefined, "2025-01-02T00:00:00", true],
    ["2025-01-02T00:00:00", undefined, "2025-01-02", true],
    ["2025-01-02T00:00:00", undefined, "2025-01-01T23:59:59", false],
    ["2025-01-02T00:00:00.5", undefined, "2025-01-02", false],
    ["2025-01-02T00:00:01", undefined, "2025-01-02", false],
    ["2025-01-02T10:00:00", undefined, "2025-01-02T10:00:00", true],
    [undefined, "2025-01-02", "2025-01-02", true],
    [undefined, "2025-01-02", "2025-01-02T23:59:59.999999999", true],
    [undefined, "2025-01-02", "2025-01-03", false],
    [undefined, "2025-01-02", "2025-01-03T00:00:00", false],
    [undefined, "2025-01-31", "2025-02-01", false],
    [undefined, "9999-12-31", "9999-12-31T23:59:59", true],
    [undefined, "2025-01-02T10:00:00", "2025-01-02T10:00:00", true],
    [undefined, "2025-01-02T10:00:00", "2025-01-02T10:00:00.1", false],
    [undefined, "2025-01-02T10:00:00", "2025-01-02", true],
  ])("from %s to %s: %s is within: %s", (start, end, stored, within) => {
    expect(holds(start, end, stored)).toBe(within);
  });
});

describe("bounds of an instant column", () => {
  const noon = Date.UTC(2025, 0, 2, 12);
  const day = Date.UTC(2025, 0, 2);
  it.each([
    ["2025-01-02", undefined, day, true],
    ["2025-01-02", undefined, day - 1, false],
    ["2025-01-02T12:00:00", undefined, noon, true],
    ["2025-01-02T12:00:00.001", undefined, noon, false],
    ["2025-01-02T12:00:00.0001", undefined, noon, false],
    ["2025-01-02T12:00:00.0001", undefined, noon + 1, true],
    ["2025-01-02T12:00:00.5", undefined, noon + 500, true],
    [undefined, "2025-01-02", day + 86_399_999, true],
    [undefined, "2025-01-02", day + 86_400_000, false],
    [undefined, "2025-01-02T12:00:00", noon, true],
    [undefined, "2025-01-02T12:00:00", noon + 1, false],
    [undefined, "2025-01-02T12:00:00.0019", noon + 1, true],
    [undefined, "2025-01-02T12:00:00.0019", noon + 2, false],
    // A year below 100 is that year, not one of the 20th century.
    ["0099-12-31", undefined, Date.UTC(1999, 0, 1), true],
    [undefined, "0099-12-31", Date.UTC(1999, 0, 1), false],
  ])("from %s to %s: %s is within: %s", (start, end, stored, within) => {
    expect(holds(start, end, stored)).toBe(within);
  });
});

describe("an empty range", () => {
  it.each([
    ["2025-01-02", "2025-01-01", true],
    ["2025-01-02", "2025-01-02", false],
    ["2025-01-02T23:59:59", "2025-01-02", false],
    ["2025-01-03T00:00:00", "2025-01-02", true],
    ["2025-01-02T12:00:01", "2025-01-02T12:00:00", true],
    ["2025-01-02T12:00:00", "2025-01-02T12:00:00", false],
    ["2025-01-02", "2025-01-02T00:00:00", false],
    ["2025-01-02T00:00:00", "2025-01-02T00:00:00", false],
  ])("from %s to %s: %s", (start, end, empty) => {
    expect(isEmptyRange(start, end)).toBe(empty);
  });
});
