import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newTenant } from "../support/api.ts";
import { measured } from "../support/lookup-rows.ts";
import { seedLoans } from "../support/portfolio-seed.ts";

const PATH = "/api/positions?as_of_date=2026-06-15&limit=200";

async function storedOf(tenant: string): Promise<{ rows: number; bytes: number; largest: number }> {
  const row = await env.DB.prepare(
    `SELECT count(*) AS rows, sum(octet_length(body)) AS bytes, max(octet_length(body)) AS largest
    FROM position_memos WHERE tenant_id = ?`,
  )
    .bind(tenant)
    .first<{ rows: number; bytes: number; largest: number }>();
  if (!row) throw new Error("a sum has a row");
  return row;
}

const idsOf = (body: { data: { disbursement_id: string }[] }) =>
  body.data.map(({ disbursement_id }) => disbursement_id);

beforeEach(() => void vi.spyOn(Date, "now").mockReturnValue(Date.now()));
afterEach(() => vi.restoreAllMocks());

describe("a list of 15,000 positions", () => {
  it("is made in one request, which stores its ids in 16 rows of 0.4 MB", async () => {
    const tenant = newTenant();
    await seedLoans(tenant, { loans: 15_000, paymentsOfALoan: 1 });
    const { answer, rowsWritten } = await measured(tenant, PATH);
    expect([answer.status, answer.body.pagination.listed_all]).toEqual([200, true]);
    const { rows, bytes, largest } = await storedOf(tenant);
    expect(rows).toBe(16);
    expect(bytes).toBeLessThan(400_000);
    expect(largest).toBeLessThan(30_000);
    // A row of the index by expiry comes with part 0. Each disbursement is packed, and each page of 500 says how far they are.
    expect(rowsWritten).toBe(17 + 15_000 + 1 + 15_000 / 500 + 1);
    const next = await measured(tenant, `${PATH}&cursor=${answer.body.pagination.next_cursor}`);
    expect(idsOf(next.answer.body)).toHaveLength(200);
    expect(next.rowsWritten).toBe(0);
  }, 120_000);
});

describe("a list of more positions than it holds, made in steps", () => {
  it("writes only what each step adds, and is the list that one request makes", async () => {
    const tenant = newTenant();
    await seedLoans(tenant, { loans: 21_000, paymentsOfALoan: 1 });
    const whole = (await measured(tenant, PATH)).answer.body;
    expect(whole.pagination.listed_all).toBe(false);
    await env.DB.prepare("DELETE FROM position_memos WHERE tenant_id = ?").bind(tenant).run();
    // A request has time for five pages of 500 disbursements.
    let clock = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => (clock += 700));
    const steps = [];
    for (let status = 202; status === 202; ) {
      const step = await measured(tenant, PATH);
      status = step.answer.status;
      steps.push(step);
    }
    const unfinished = steps.slice(0, -1);
    expect(unfinished.length).toBeGreaterThan(6);
    // What a step finds are a few parts of 1,000 entries, not the whole list again.
    for (const { rowsWritten } of unfinished) expect(rowsWritten).toBeLessThanOrEqual(6);
    expect(steps.at(-1)?.answer.body.data).toEqual(whole.data);
    expect(steps.at(-1)?.answer.body.pagination.listed_all).toBe(false);
  }, 120_000);
});

describe("a walk over a portfolio", () => {
  it("stores less than 256 KB in one row besides its own, and nothing where the answer is larger", async () => {
    const tenant = newTenant();
    await seedLoans(tenant, { loans: 1_200, paymentsOfALoan: 2 });
    const { answer, rowsWritten } = await measured(tenant, "/api/portfolio?as_of_date=2026-06-15");
    // Each disbursement is packed, in three pages.
    expect([answer.status, rowsWritten]).toEqual([200, 3 + 1_200 + 1 + 3]);
    const { rows, bytes } = await storedOf(tenant);
    expect(rows).toBe(2);
    expect(bytes).toBeLessThan(2_000);
  }, 60_000);

  it("of more than 2 MB is refused, and the answer says what to ask instead", async () => {
    const tenant = newTenant();
    await seedLoans(tenant, { loans: 3_500, paymentsOfALoan: 1 });
    await env.DB.prepare("UPDATE disbursements SET client_id = disbursement_id WHERE tenant_id = ?")
      .bind(tenant)
      .run();
    const path = "/api/portfolio?as_of_date=2026-06-15";
    const { answer } = await measured(tenant, `${path}&group_by=client_id`);
    expect([answer.status, answer.body.code]).toEqual([422, "too_large"]);
    expect(answer.body.detail).toContain("Ask without group_by");
    expect((await storedOf(tenant)).rows).toBe(0);
    expect((await measured(tenant, path)).answer.status).toBe(200);
  }, 60_000);
});

describe("a walk that has no answer", () => {
  it("keeps nothing of what its requests have gathered", async () => {
    const tenant = newTenant();
    await seedLoans(tenant, { loans: 700, paymentsOfALoan: 1 });
    // The first 500 are of one client: only the second request finds more months of lines than an answer may have.
    const many =
      "UPDATE disbursements SET client_id = disbursement_id WHERE tenant_id = ? AND created_seq > 500";
    await env.DB.prepare(many).bind(tenant).run();
    let clock = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => (clock += 3_600));
    const path = "/api/cash-flows?as_of_date=2026-06-15&past=60&months=120&group_by=client_id";
    const first = (await measured(tenant, path)).answer;
    expect([first.status, first.body.disbursements_done]).toEqual([202, 500]);
    expect((await storedOf(tenant)).rows).toBe(2);
    const second = (await measured(tenant, path)).answer;
    expect([second.status, second.body.code]).toEqual([422, "too_large"]);
    expect((await storedOf(tenant)).rows).toBe(0);
  }, 60_000);
});

describe("a list by disbursement_id", () => {
  it("lists all, in both directions, each once, and stores nothing", async () => {
    const tenant = newTenant();
    await seedLoans(tenant, { loans: 450, paymentsOfALoan: 1 });
    const found: Record<string, string[]> = { asc: [], desc: [] };
    for (const order of ["asc", "desc"]) {
      for (let next = ""; ; ) {
        const path = `${PATH}&sort_by=disbursement_id&sort_order=${order}${next}`;
        const { answer, rowsWritten } = await measured(tenant, path);
        expect([answer.body.pagination.listed_all, rowsWritten]).toEqual([true, 0]);
        found[order]?.push(...idsOf(answer.body));
        if (!answer.body.pagination.has_more) break;
        next = `&cursor=${answer.body.pagination.next_cursor}`;
      }
    }
    expect(found.asc).toHaveLength(450);
    expect(found.asc).toEqual(found.asc?.toSorted());
    expect(found.desc).toEqual(found.asc?.toReversed());
  });

  it("with a filter that few fulfil examines 1,000 a page, and goes on in the next one", async () => {
    const tenant = newTenant();
    await seedLoans(tenant, { loans: 1_300, paymentsOfALoan: 1 });
    await env.DB.prepare(
      "UPDATE disbursements SET currency = 'EUR' WHERE tenant_id = ? AND created_seq > 1250",
    )
      .bind(tenant)
      .run();
    const path = `${PATH}&sort_by=disbursement_id&sort_order=asc&currency=EUR`;
    const first = (await measured(tenant, path)).answer.body;
    expect([first.data, first.pagination.has_more]).toEqual([[], true]);
    const second = (await measured(tenant, `${path}&cursor=${first.pagination.next_cursor}`)).answer.body;
    expect([second.data.length, second.pagination.has_more]).toEqual([50, false]);
  });
});
