import { expect, it } from "vitest";
import { isClosed, isLastOfMonth, openDay } from "../../../src/domain/core/closed-period.ts";

it("the first open day is the one after the closing, and an open day stays as it is", () => {
  expect(openDay("2026-10-15", "2026-10-31")).toBe("2026-11-01");
  expect(openDay("2026-10-31", "2026-10-31")).toBe("2026-11-01");
  expect(openDay("2026-11-01", "2026-10-31")).toBe("2026-11-01");
  expect(openDay("2026-11-03", "2026-10-31")).toBe("2026-11-03");
  expect(openDay("2025-12-31", "2025-12-31")).toBe("2026-01-01");
  expect(openDay("2026-10-15", null)).toBe("2026-10-15");
  expect(openDay("2026-10-15", undefined)).toBe("2026-10-15");
});

it("the last day of a closed period is closed, and nothing is where none was closed", () => {
  expect(isClosed("2026-10-31", "2026-10-31")).toBe(true);
  expect(isClosed("2026-11-01", "2026-10-31")).toBe(false);
  expect(isClosed("0001-01-01", null)).toBe(false);
  expect(isClosed("0001-01-01", undefined)).toBe(false);
});

it("a month ends with its last day, in February too", () => {
  const days = ["2024-02-29", "2025-02-28", "2026-10-31", "2026-04-30", "2026-12-31"];
  for (const day of days) expect(isLastOfMonth(day), day).toBe(true);
  for (const day of ["2024-02-28", "2026-10-30", "2026-11-01"]) expect(isLastOfMonth(day), day).toBe(false);
});
