import { describe, expect, it } from "vitest";
import { changedSettings, describedChanges } from "../../src/console/settings/changed.ts";

const now = {
  time_zone: "UTC",
  arrears_tolerance: "0",
  arrears_tolerance_share: "0",
  report_dimensions: { disbursement: ["branch"], client: [] },
  anonymous_clients: false,
};

describe("the form of the settings", () => {
  it("sends nothing where nothing is changed", () => {
    expect(changedSettings(now, structuredClone(now))).toEqual({});
  });

  it("sends only what is changed, and says each change from one value to the other", () => {
    const wanted = {
      ...now,
      time_zone: "Asia/Tokyo",
      report_dimensions: { disbursement: ["branch", "officer"], client: [] },
    };
    const body = changedSettings(now, wanted);
    expect(body).toEqual({ time_zone: "Asia/Tokyo", report_dimensions: wanted.report_dimensions });
    expect(describedChanges(now, body)).toEqual([
      "time zone: UTC → Asia/Tokyo",
      "report dimensions: disbursement: branch; client: none → disbursement: branch, officer; client: none",
    ]);
  });

  it("says an empty text and a yes", () => {
    const body = changedSettings(now, { ...now, arrears_tolerance: "", anonymous_clients: true });
    expect(describedChanges(now, body)).toEqual([
      "arrears tolerance: 0 → nothing",
      "anonymous clients: no → yes",
    ]);
  });
});
