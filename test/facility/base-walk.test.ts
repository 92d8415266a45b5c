import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Api } from "../support/api.ts";
import { measured } from "../support/lookup-rows.ts";
import { seedLoans } from "../support/portfolio-seed.ts";
import { PLAIN } from "./terms.ts";

const BASE = "/api/facilities/F-1/base?as_of_date=2026-06-15";
const LOANS = "/api/facilities/F-1/base/loans?as_of_date=2026-06-15&limit=200";

async function financed(loans: number): Promise<Api> {
  const api = new Api();
  await api.send("PUT", "/api/facilities/F-1", {
    ...PLAIN,
    commitment: 1_000_000_000,
    eligibility: [{ max_days_past_due: 30 }],
    limits: [{ by: "client_id", max_share: 0.123 }],
  });
  await seedLoans(api.tenant, { loans, paymentsOfALoan: 2 });
  return api;
}

const forget = (api: Api) =>
  env.DB.prepare("DELETE FROM position_memos WHERE tenant_id = ?").bind(api.tenant).run();

describe("a pool that does not fit one request", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([BASE, LOANS])("is gathered in successive steps, and the answer says so: %s", async (path) => {
    const api = await financed(1200);
    const whole = (await measured(api.tenant, path)).answer;
    expect(whole.status).toBe(200);
    await forget(api);
    // Each look at the clock is 3.6 s later: a request has time for one page of 500 disbursements.
    let clock = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => (clock += 3_600));
    const answers = [];
    for (const _ of [1, 2, 3]) answers.push((await measured(api.tenant, path)).answer);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 200]);
    expect(answers[0]?.headers.get("Retry-After")).toBe("1");
    expect(answers.slice(0, 2).map(({ body }) => body)).toMatchObject([
      { complete: false, disbursements_done: 500 },
      { complete: false, disbursements_done: 1000 },
    ]);
    expect(answers[2]?.body.data).toEqual(whole.body.data);
  });

  it("is listed whole by pages that read only the kept list, and the sums are the base's", async () => {
    const api = await financed(700);
    const { data } = (await measured(api.tenant, BASE)).answer.body;
    expect(data.excess).toHaveLength(1);
    const cents = (amount: number) => Math.round(amount * 100);
    let [counted, outstanding, number] = [0, 0, 0];
    let path = LOANS;
    for (let page = 1; page <= 4; page += 1) {
      const { answer, rowsRead } = await measured(api.tenant, path);
      const { data: lines, pagination } = answer.body;
      if (page > 1) expect(rowsRead).toBeLessThan(20);
      for (const line of lines) {
        counted += cents(line.counts_for);
        outstanding += cents(line.outstanding);
        number += 1;
      }
      path = `${LOANS}&cursor=${encodeURIComponent(pagination.next_cursor)}`;
      expect(pagination.has_more).toBe(page < 4);
    }
    expect([number, outstanding, counted]).toEqual([
      data.pool.number,
      cents(data.pool.outstanding),
      cents(data.base),
    ]);
    const csv = await api.get(LOANS.replace("&limit=200", ""), { Accept: "text/csv" });
    expect(csv.text.trimEnd().split("\r\n")).toHaveLength(701);
  });

  it("has at most 20,000 disbursements", async () => {
    const api = await financed(20_001);
    for (const path of [BASE, LOANS]) {
      let answer = await api.get(path);
      for (let tries = 0; answer.status === 202 && tries < 50; tries += 1) answer = await api.get(path);
      expect([answer.status, answer.body.code]).toEqual([422, "too_large"]);
      expect(answer.body.detail).toContain("20,000");
    }
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-000001" });
    // A walk that is not finished continues with what it has seen.
    await forget(api);
    let answer = await api.get(BASE);
    for (let tries = 0; answer.status === 202 && tries < 50; tries += 1) answer = await api.get(BASE);
    expect(answer.body.data.pool.number).toBe(20_000);
  });
});
