import { expect, test } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";

const DAY = "as_of_date=2026-06-30";
const SPAN = "from_date=2026-05-31&to_date=2026-06-30";
const ROUTES = [
  `/api/portfolio?${DAY}`,
  `/api/portfolio/movement?${SPAN}`,
  `/api/vintages?${DAY}`,
  `/api/roll-rates?${SPAN}`,
  `/api/cash-flows?${DAY}`,
  `/api/concentration?${DAY}&by=kind`,
];

/** A loan of a client with a country, which nothing pledges. */
async function lender(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  const days = { disbursement_date: "2026-01-15", maturity_date: "2026-12-31" };
  await api.accept("disbursement", { ...loan, ...days, disbursement_amount: 600, total_expected_margin: 0 });
  return api;
}

test.each(ROUTES)(
  "%s takes filters, known_at and the tolerance, and refuses what is unknown",
  async (route) => {
    const api = await lender();
    const lines = async (more: string) => (await api.get(`${route}&${more}`)).body.data.length;
    expect(await lines("kind=loan")).toBe(await lines(`country=${individual.country}`));
    expect(await lines("kind=loan")).toBeGreaterThan(0);
    expect(await lines("kind=purchase")).toBe(0);
    expect(await lines("pledge_creditor=")).toBeGreaterThan(0);
    expect(await lines("country=")).toBe(0);
    expect(await lines("known_at=1")).toBe(0);
    expect(await lines("known_at=2")).toBeGreaterThan(0);
    expect(await lines("arrears_tolerance=USD:100&arrears_tolerance_share=0.5")).toBeGreaterThan(0);
    for (const refused of [
      "colour=red",
      "info.colour=red",
      "known_at=soon",
      "arrears_tolerance=-1",
      "state=gone",
    ]) {
      const { status, body } = await api.get(`${route}&${refused}`);
      expect({ refused, status }).toEqual({ refused, status: 400 });
      expect(JSON.stringify(body)).toContain(refused.slice(0, refused.indexOf("=")));
    }
  },
);
