import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newTenant } from "../support/api.ts";
import { measured } from "../support/lookup-rows.ts";
import { seedLoans } from "../support/portfolio-seed.ts";

const PAYMENTS_OF_A_LOAN = 10;
/** Head of the log, and a memo. */
const ASIDE = 8;

describe("a tenant of 100,000 payments", () => {
  const tenant = newTenant();
  beforeAll(() => seedLoans(tenant, { loans: 10_000, paymentsOfALoan: PAYMENTS_OF_A_LOAN }));

  it("has a position that reads only the disbursement, its terms and its payments", async () => {
    const { answer, rowsRead } = await measured(tenant, "/api/positions/L-000500?as_of_date=2026-06-15");
    expect(answer.body.data.installments).toHaveLength(PAYMENTS_OF_A_LOAN);
    const ends = 2;
    expect(rowsRead).toBeLessThanOrEqual(1 + 1 + PAYMENTS_OF_A_LOAN + ends);
  });
});

describe("a question over all disbursements", () => {
  const LOANS = 2_000;
  const ROWS = LOANS * (1 + 1 + PAYMENTS_OF_A_LOAN);
  /** A range ends at the row behind it, a few times in each page of 500 disbursements; a list is written row by row. */
  const SEAMS = ROWS / 50;
  const tenant = newTenant();
  beforeAll(() => seedLoans(tenant, { loans: LOANS, paymentsOfALoan: PAYMENTS_OF_A_LOAN }));
  // A request stops when its time is up: not here, however slow the machine is.
  beforeEach(() => void vi.spyOn(Date, "now").mockReturnValue(Date.now()));
  afterEach(() => vi.restoreAllMocks());

  /** A page of a list reads its disbursements anew: each row once, the ends of three ranges, and the list of ids. */
  const PAGE = 50 * (1 + 1 + PAYMENTS_OF_A_LOAN + 3 + 3);

  it.each([
    ["/api/portfolio?as_of_date=2026-06-15", (body: Body) => body.data?.[0]?.number, LOANS, 0],
    ["/api/portfolio?as_of_date=2026-06-15&series=month", (body: Body) => body.series?.length, 12, 0],
    ["/api/positions?as_of_date=2026-06-15", (body: Body) => body.data?.length, 50, PAGE],
  ] as const)("%s reads each row once, and then only its memo", async (path, figure, expected, page) => {
    const clear = ["packed_facts", "packings"].map((table) => `DELETE FROM ${table} WHERE tenant_id = ?`);
    for (const sql of clear) await env.DB.prepare(sql).bind(tenant).run();
    const first = await measured(tenant, path);
    expect(figure(first.answer.body)).toBe(expected);
    expect(first.rowsRead).toBeGreaterThanOrEqual(ROWS);
    // Packing a disbursement reads whether it is packed.
    expect(first.rowsRead).toBeLessThanOrEqual(ROWS + LOANS + SEAMS + page);
    const again = await measured(tenant, path);
    expect(again.answer.text).toBe(first.answer.text);
    expect(again.rowsRead).toBeLessThanOrEqual(ASIDE + page);
  });

  it.each([
    ["/api/portfolio?as_of_date=2026-06-16", 0],
    ["/api/portfolio?as_of_date=2026-06-17&series=month&group_by=country,state", 0],
    ["/api/portfolio/movement?from_date=2026-02-01&to_date=2026-06-15", 0],
    ["/api/positions?as_of_date=2026-06-16", PAGE],
  ] as const)("%s, of another day, reads 1.2 rows a disbursement and writes none", async (path, page) => {
    await measured(tenant, "/api/portfolio?as_of_date=2026-06-01");
    const { answer, rowsRead, rowsWritten } = await measured(tenant, path);
    expect(answer.status).toBe(200);
    expect(rowsRead).toBeGreaterThanOrEqual(LOANS);
    expect(rowsRead).toBeLessThanOrEqual(1.2 * LOANS + page);
    // Only a memo.
    expect(rowsWritten).toBeLessThanOrEqual(6);
  });

  it("continues a list with the rows of one page", async () => {
    const path = "/api/positions?as_of_date=2026-06-15&limit=200";
    const { next_cursor } = (await measured(tenant, path)).answer.body.pagination;
    const { answer, rowsRead } = await measured(tenant, `${path}&cursor=${next_cursor}`);
    expect(answer.body.data).toHaveLength(200);
    expect(rowsRead).toBeLessThanOrEqual(ASIDE + 4 * PAGE);
  });
});

interface Body {
  readonly data?: readonly { readonly number?: number }[];
  readonly series?: readonly unknown[];
}
