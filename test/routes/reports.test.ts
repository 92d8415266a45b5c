import { env } from "cloudflare:workers";
import { isLosslessNumber } from "lossless-json";
import { beforeAll, describe, expect, it, test } from "vitest";
import { parseJson } from "../../src/contract/json.ts";
import { type ApiRoute, answersCsv, sentParameters } from "../../src/contract/routes/route.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import { PLAIN } from "../facility/terms.ts";
import { Api } from "../support/api.ts";
import { company, individual, loan, payment } from "../support/examples.ts";
import { seedLoans } from "../support/portfolio-seed.ts";

/* What all reports have in common (docs/analytics.md#in-common), from the table of routes. */

interface Report {
  /** A question with figures, and one whose answer is too large for the tenant that has too much of everything. */
  readonly path: string;
  /** Null where an answer cannot be too large. */
  readonly large: string | null;
  /** Takes no filters. */
  readonly unfiltered?: true;
  /** Lists findings, and the loans of these tests have none. */
  readonly unfound?: true;
}

const DAY = "as_of_date=2026-06-30";
const SPAN = "from_date=2026-01-31&to_date=2026-06-30";
const LONG = "group_by=client_id,insurer_name";

const REPORTS: Readonly<Record<string, Report>> = {
  getPortfolio: {
    path: `/api/portfolio?${DAY}&group_by=kind&series=month`,
    large: `/api/portfolio?${DAY}&${LONG}`,
  },
  getMovement: {
    path: `/api/portfolio/movement?${SPAN}&group_by=client_id`,
    large: `/api/portfolio/movement?${SPAN}&${LONG}`,
  },
  getVintages: {
    path: `/api/vintages?${DAY}&months=3`,
    large: `/api/vintages?${DAY}&months=1&${LONG}`,
  },
  getRollRates: { path: `/api/roll-rates?${SPAN}`, large: `/api/roll-rates?${SPAN}&${LONG}` },
  getCashFlows: {
    path: `/api/cash-flows?${DAY}&group_by=kind`,
    large: `/api/cash-flows?${DAY}&past=0&months=1&${LONG}`,
  },
  getConcentration: {
    path: `/api/concentration?${DAY}&by=client_id&top=1`,
    large: `/api/concentration?${DAY}&by=insurer_name&top=200`,
  },
  getBase: {
    path: `/api/facilities/F-1/base?${DAY}`,
    large: `/api/facilities/F-1/base?${DAY}`,
    unfiltered: true,
  },
  getQuality: { path: `/api/quality?${DAY}`, large: null, unfound: true },
};

/** A question about all disbursements that is answered whole: as CSV too, in several requests if need be, without pages. */
const isReport = (route: ApiRoute): boolean =>
  answersCsv(route) &&
  route.answers[202] !== undefined &&
  route.query !== undefined &&
  !("cursor" in sentParameters(route.query).shape);

it("has every report of the table of routes", () => {
  const reports = Object.entries<ApiRoute>(ROUTES).filter(([, route]) => isReport(route));
  expect(reports.map(([name]) => name).sort()).toEqual(Object.keys(REPORTS).sort());
  for (const [name, { path }] of reports) {
    const [own = ""] = REPORTS[name]?.path.split("?") ?? [];
    expect(own.replace("F-1", "{facility_id}")).toBe(path);
  }
});

/** 600 that are never paid, 400 of another client that are paid in part, and yen; a facility with a rule, a limit and a covenant. */
async function lender(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", company);
  const days = { disbursement_date: "2026-01-15", maturity_date: "2026-12-31", total_expected_margin: 0 };
  const lend = (disbursement_id: string, disbursement_amount: number, others: object = {}) =>
    api.accept("disbursement", { ...loan, ...days, disbursement_id, disbursement_amount, ...others });
  await lend("L-1", 600);
  await lend("L-2", 400, { client_id: company.client_id });
  await lend("L-3", 7000, { currency: "JPY" });
  const row = { payment_fee: 0, due_date: "2026-06-10", installment_number: 1 };
  const due = (payment_id: string, disbursement_id: string, amount: number) =>
    api.accept("payment", {
      ...{ ...payment, ...row, payment_id, disbursement_id },
      ...{ payment_total: amount, payment_principal: amount },
    });
  await due("P-1", "L-1", 200.5);
  await due("P-2", "L-2", 400);
  const paid = { status: "paid", payment_date: "2026-06-20", payment_total: 150.25 };
  await api.accept("payment", { step: "update", payment_id: "P-2", ...paid });
  await api.send("PUT", "/api/facilities/F-1", {
    ...PLAIN,
    eligibility: [{ max_outstanding: 500 }],
    limits: [{ by: "client_id", max_share: 0.1 }],
    covenants: [{ code: "par30", max: 0.1 }],
  });
  return api;
}

/** Every value of an answer by the last word of its name, numbers with all of their digits. */
function valuesOf(value: unknown, name: string): readonly string[] {
  if (isLosslessNumber(value)) return [`${name.split("_").at(-1)} ${value}`];
  if (Array.isArray(value)) return value.flatMap((one) => valuesOf(one, name));
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([member, inner]) => valuesOf(inner, member));
}

const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** The same of CSV; the values have no comma and no quote. */
function cellsOf(text: string): readonly string[] {
  const [head = "", ...lines] = text.trimEnd().split("\r\n");
  expect(text).not.toContain('"');
  const names = head.split(",").map((column) => column.split("_").at(-1));
  return lines.flatMap((line) =>
    line.split(",").flatMap((cell, at) => (NUMBER.test(cell) ? [`${names[at]} ${cell}`] : [])),
  );
}

const numbered = (values: readonly string[]): ReadonlyMap<string, number> => {
  const all = new Map<string, number>();
  for (const value of values) all.set(value, (all.get(value) ?? 0) + 1);
  return all;
};

describe.each(Object.entries(REPORTS))("%s", (_, { path, unfiltered, unfound }) => {
  let api: Api;
  beforeAll(async () => {
    api = await lender();
  });

  it("has the same figures as JSON and as CSV", async () => {
    const json = await api.get(path);
    expect(json.status, json.text).toBe(200);
    const parsed = parseJson(json.text);
    if (!parsed.ok) throw new Error("the answer is JSON");
    const { from_sequence: _from, to_sequence: _to, ...answer } = parsed.value as Record<string, unknown>;
    const isExample = ({ count }: { count: unknown }) => String(count) !== "0";
    const rules = Array.isArray(answer.rules) ? { rules: answer.rules.filter(isExample) } : {};
    const values = numbered(valuesOf({ ...answer, ...rules }, ""));
    const { status, text, headers } = await api.get(path, { Accept: "text/csv" });
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(headers.get("Vary")).toContain("Accept");
    expect(headers.get("Content-Disposition")).toMatch(/^attachment; filename="[a-z-]+\.csv"$/);
    const cells = numbered(cellsOf(text));
    if (!unfound) expect(values.size).toBeGreaterThan(4);
    for (const [value, times] of values) expect(cells.get(value) ?? 0, value).toBeGreaterThanOrEqual(times);
    for (const value of cells.keys()) expect(values.has(value), value).toBe(true);
  });

  it("refuses a filter or a parameter that is wrong, and names it", async () => {
    for (const wrong of [
      ...["kind=boat", "colour=red", "info.colour=red", "known_at=soon", "arrears_tolerance=-1"],
      ...["state=gone", "bucket=x", "country=USA"],
    ]) {
      const { status, body } = await api.get(`${path}&${wrong}`);
      expect({ wrong, status, code: body.code }).toEqual({ wrong, status: 400, code: "invalid_query" });
      expect(body.detail).toContain(wrong.slice(0, wrong.indexOf("=")));
    }
  });

  test.skipIf(unfiltered || unfound)("takes filters, known_at and the tolerance", async () => {
    const lines = async (more: string) => (await api.get(`${path}&${more}`)).body.data.length;
    expect(await lines("kind=loan")).toBe(
      await lines(`country=${individual.country}&country=${company.country}`),
    );
    expect(await lines("kind=loan")).toBeGreaterThan(0);
    expect(await lines("kind=purchase")).toBe(0);
    expect(await lines("pledge_creditor=")).toBeGreaterThan(0);
    expect(await lines("country=")).toBe(0);
    expect(await lines("known_at=2")).toBe(0);
    expect(await lines("known_at=3")).toBeGreaterThan(0);
    expect(await lines("arrears_tolerance=USD:100&arrears_tolerance_share=0.5")).toBeGreaterThan(0);
  });
});

const CURRENCIES = "USD EUR GBP CHF SEK NOK DKK PLN CZK BRL MXN INR";

/** 2,400 loans in twelve currencies, each of a client and an insurer with names of the greatest length. */
async function crowd(): Promise<Api> {
  const api = new Api();
  await api.send("PUT", "/api/facilities/F-1", {
    ...PLAIN,
    limits: Array.from({ length: 15 }, (_, at) => ({ by: "insurer_name", max_share: (40 - at) / 10_000 })),
  });
  await seedLoans(api.tenant, { loans: 2_400, paymentsOfALoan: 1 });
  await env.DB.prepare(
    `UPDATE disbursements SET client_id = printf('C-%0126d', created_seq),
      insurer_name = replace(printf('%0256d', created_seq), '0', '🏦'),
      currency = substr('${CURRENCIES}', 1 + 4 * (created_seq % 12), 3) WHERE tenant_id = ?`,
  )
    .bind(api.tenant)
    .run();
  return api;
}

describe("an answer of more than 2 MB", () => {
  it("is refused by each report as JSON and as CSV, and says what to narrow", async () => {
    const api = await crowd();
    for (const [name, { large }] of Object.entries(REPORTS)) {
      if (large === null) continue;
      for (const Accept of ["application/json", "text/csv"]) {
        const { status, body, headers } = await api.get(large, { Accept });
        expect({ name, Accept, status, code: body?.code }).toEqual({
          ...{ name, Accept, status: 422, code: "too_large" },
        });
        expect(headers.get("Content-Type")).toBe("application/problem+json");
        expect(body.detail).toContain("Ask ");
      }
    }
  }, 120_000);
});
