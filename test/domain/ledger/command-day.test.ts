import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { presumedDays, reversalDay } from "../../../src/domain/ledger/command-day.ts";

const clock = (now: string, time_zone = "UTC", closed_through: string | null = null) => ({
  now: Date.parse(now),
  settings: { ...DEFAULT_SETTINGS, time_zone },
  closed_through,
});

it.each([
  ["today", clock("2024-03-05T12:00:00Z"), "2024-03-05"],
  ["today where it is tomorrow", clock("2024-03-05T12:00:00Z", "Pacific/Kiritimati"), "2024-03-06"],
  ["today where it is yesterday", clock("2024-03-05T11:59:59Z", "Etc/GMT+12"), "2024-03-04"],
  ["the entry's day", clock("2024-01-05T12:00:00Z"), "2024-02-01"],
  ["the first open day", clock("2024-03-05T12:00:00Z", "UTC", "2024-03-31"), "2024-04-01"],
])("a reversal takes effect on %s, the latest of three days", (_, now, expected) => {
  expect(reversalDay(null, "2024-02-01", now)).toBe(expected);
  expect(reversalDay("2023-01-01", "2024-02-01", now)).toBe("2023-01-01");
});

it.each([
  ["2024-03-05T11:59:59Z", "UTC", "2024-03-04", "2024-03-05"],
  ["2024-03-05T12:00:00Z", "Pacific/Kiritimati", "2024-03-05", "2024-03-06"],
  ["2024-03-05T00:00:00Z", "Etc/GMT+12", "2024-03-04", "2024-03-04"],
])(
  "at %s in %s books are needed from %s on, and today is presumed to be %s",
  (now, time_zone, earliest, today) => {
    const settings = { ...DEFAULT_SETTINGS, time_zone };
    expect(presumedDays(Date.parse(now), settings)).toEqual({ earliest, today });
  },
);
