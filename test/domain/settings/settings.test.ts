import { describe, expect, it } from "vitest";
import { parseBody } from "../../../src/contract/body.ts";
import { parseJson } from "../../../src/contract/json.ts";
import { settingsBody } from "../../../src/contract/settings/bodies.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { decideSettings } from "../../../src/domain/settings/settings.ts";

function parse(body: unknown) {
  const json = parseJson(JSON.stringify(body));
  if (!json.ok) throw new Error(json.error);
  return parseBody(settingsBody, json.value);
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `name ${index}`);

describe("the body of a change of settings", () => {
  it.each([
    [{}],
    [{ time_zone: "UTC" }],
    [{ time_zone: "Asia/Tokyo" }],
    [{ time_zone: "America/Argentina/Buenos_Aires" }],
    [{ arrears_tolerance: "100" }],
    [{ arrears_tolerance: "USD:100,JPY:10000" }],
    [{ arrears_tolerance_share: "0.01" }],
    [{ arrears_tolerance_share: "1" }],
    [{ report_dimensions: {} }],
    [{ report_dimensions: { disbursement: names(20), client: [] } }],
    [{ report_dimensions: { client: ["région.a"] } }],
    [{ anonymous_clients: true }],
    [{ anonymous_clients: false, time_zone: "Europe/Paris" }],
  ])("takes %j", (body) => {
    expect(parse(body)).toEqual({ ok: true, value: body });
  });

  it.each([
    [{ arrears_tolerance: 100.5 }, { arrears_tolerance: "100.5" }],
    [{ arrears_tolerance_share: 0.01 }, { arrears_tolerance_share: "0.01" }],
  ])("keeps the number of %j as text", (body, value) => {
    expect(parse(body)).toEqual({ ok: true, value });
  });

  it.each([
    [{ time_zone: "+09:00" }, "time_zone", "invalid_value"],
    [{ time_zone: "Asia/Nowhere" }, "time_zone", "invalid_value"],
    [{ time_zone: "" }, "time_zone", "invalid_value"],
    [{ time_zone: null }, "time_zone", "required"],
    [{ time_zone: 9 }, "time_zone", "invalid_type"],
    [{ arrears_tolerance: "-1" }, "arrears_tolerance", "invalid_value"],
    [{ arrears_tolerance: "1e2" }, "arrears_tolerance", "invalid_value"],
    [{ arrears_tolerance: "USD:1,USD:2" }, "arrears_tolerance", "invalid_value"],
    [{ arrears_tolerance: "XXX:1" }, "arrears_tolerance", "invalid_value"],
    [{ arrears_tolerance: "USD:1," }, "arrears_tolerance", "invalid_value"],
    [{ arrears_tolerance: -1 }, "arrears_tolerance", "invalid_value"],
    [{ arrears_tolerance_share: "1.01" }, "arrears_tolerance_share", "invalid_value"],
    [{ arrears_tolerance_share: "1 %" }, "arrears_tolerance_share", "invalid_value"],
    [{ report_dimensions: { disbursement: names(21) } }, "report_dimensions.disbursement", "invalid_value"],
    [{ report_dimensions: { client: ["a", "a"] } }, "report_dimensions.client", "invalid_value"],
    [{ report_dimensions: { client: [""] } }, "report_dimensions.client.0", "invalid_value"],
    [{ report_dimensions: { client: [" a"] } }, "report_dimensions.client.0", "invalid_value"],
    [{ report_dimensions: { client: ["x".repeat(65)] } }, "report_dimensions.client.0", "invalid_value"],
    [{ report_dimensions: { client: "region" } }, "report_dimensions.client", "invalid_type"],
    [{ report_dimensions: { payment: [] } }, "report_dimensions.payment", "unknown_field"],
    [{ report_dimensions: [] }, "report_dimensions", "invalid_type"],
    [{ anonymous_clients: "true" }, "anonymous_clients", "invalid_type"],
    [{ timezone: "UTC" }, "timezone", "unknown_field"],
  ])("does not take %j", (body, field, code) => {
    const parsed = parse(body);
    const errors = parsed.ok ? [] : (parsed.error.errors ?? []);
    expect(errors.map((error) => [error.field, error.code])).toEqual([[field, code]]);
  });
});

describe("a change of settings", () => {
  const before = {
    ...DEFAULT_SETTINGS,
    time_zone: "Asia/Tokyo",
    report_dimensions: { disbursement: ["branch"], client: ["region"] },
  };

  it("leaves what it does not name", () => {
    expect(decideSettings(before, { change: {} }, false)).toEqual({ ok: true, value: before });
    expect(decideSettings(before, { change: { anonymous_clients: true } }, false)).toEqual({
      ok: true,
      value: { ...before, anonymous_clients: true },
    });
    expect(decideSettings(before, { change: { report_dimensions: { client: [] } } }, false)).toEqual({
      ok: true,
      value: { ...before, report_dimensions: { disbursement: ["branch"], client: [] } },
    });
  });

  it("comes too late for another time zone once bookkeeping was on, and only for that", () => {
    const refused = decideSettings(before, { change: { time_zone: "UTC", anonymous_clients: true } }, true);
    expect(refused).toMatchObject({ ok: false, error: { code: "too_late" } });
    const change = { time_zone: "Asia/Tokyo", arrears_tolerance: "5" };
    expect(decideSettings(before, { change }, true).ok).toBe(true);
    expect(decideSettings(before, { change: { time_zone: "UTC" } }, false).ok).toBe(true);
  });
});
