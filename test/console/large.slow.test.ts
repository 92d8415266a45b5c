import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { size } from "../support/sizes.ts";
import { findChromium, launch } from "./chromium.ts";
import { figuresOf, loaded, open, pictures, rowsOf, worth } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();

const TENANT = "large";
const LOANS = 5_000;
/** Payments of each loan; the first loan has so many more. */
const PAYMENTS = 20;
const PAYMENTS_OF_FIRST = 1_000;
/** Events behind those of a sample: more than one answer looks at. */
const LATER_EVENTS = 20_100;
const AS_OF = "2026-09-30";

const upTo = (last: number) =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${last})`;
const stamps = "i, i, 1735689600000 + i, 1735689600000 + i";
const id = "printf('L-%05d', i)";
const start = "date('2024-06-01', '+' || (i % 700) || ' days')";

/** Rows as 5,000 loans would have left them: most pay, every tenth stopped halfway. */
function rows(): readonly string[] {
  const payments = (loans: string, perLoan: number, first: number, step: string) => `
    INSERT INTO payments (tenant_id, payment_id, disbursement_id, payment_total, currency, status, due_date, client_id,
      source, payment_date, payment_principal, payment_fee, installment_number, expected_total, expected_principal,
      expected_fee, expected_due_date, created_seq, updated_seq, created_at, updated_at)
    WITH RECURSIVE k (k) AS (SELECT ${first} UNION ALL SELECT k + 1 FROM k WHERE k < ${first + perLoan - 1}),
    due AS (SELECT i, k, date(${start}, '+' || k || ' ${step}') AS due FROM (${loans}), k),
    told AS (SELECT *, due < '${AS_OF}' AND NOT (i % 10 = 0 AND k > 10) AS paid FROM due)
    SELECT '${TENANT}', ${id} || '-' || k, ${id}, 11000, 'EUR', iif(paid, 'paid', 'expected'), due,
      printf('C-%04d', i % 1000 + 1), 'client', iif(paid, due, NULL), 10000, 1000, k, 11000, 10000, 1000, due,
      i * 10000 + k, i * 10000 + k, 1735689600000 + i * 1000 + k, 1735689600000 + i * 1000 + k FROM told`;
  const every = (from: number, to: number) =>
    `WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i FROM n`;
  const batches = Array.from({ length: 10 }, (_, index) => every(index * 500 + 1, index * 500 + 500));
  return [
    `INSERT INTO clients (tenant_id, client_id, name, email, phone, address, country, is_company, registration_number,
      gender, created_seq, updated_seq, created_at, updated_at) ${upTo(1000)}
      SELECT '${TENANT}', printf('C-%04d', i), 'Client ' || i, 'client@example.com', '+1234567890', '1 Main St', 'DE', 0,
      'R-' || i, 'female', ${stamps} FROM n`,
    `INSERT INTO disbursements (tenant_id, disbursement_id, kind, disbursement_amount, total_expected_margin, currency,
      client_id, disbursement_date, maturity_date, first_agreed_amount, created_seq, updated_seq, created_at, updated_at)
      ${upTo(LOANS)} SELECT '${TENANT}', ${id}, 'loan', 200000, 20000, 'EUR', printf('C-%04d', i % 1000 + 1), ${start},
      date(${start}, '+20 months'), 200000, ${stamps} FROM n`,
    `INSERT INTO disbursement_terms (tenant_id, disbursement_id, sequence, on_date, disbursement_amount,
      total_expected_margin, maturity_date) ${upTo(LOANS)} SELECT '${TENANT}', ${id}, i, ${start}, 200000, 20000,
      date(${start}, '+20 months') FROM n`,
    ...batches.map((loans) => payments(loans, PAYMENTS, 1, "months")),
    payments("SELECT 1 AS i", PAYMENTS_OF_FIRST, PAYMENTS + 1, "days"),
  ];
}

describe.skipIf(chromium === null)("with 100,000 payments the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    const { DB } = await service.miniflare.getBindings<{ DB: D1Database }>();
    for (const statement of rows()) await DB.prepare(statement).run();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  it("asks once for a page of a table, and goes on by itself until it finds one row among all of them", async () => {
    const look = { tenant: TENANT, route: "#/tables/clients" };
    const { page, requests, go, close } = await open(browser, service, look);
    for (const [query, answers] of [
      ["", 1],
      ["?disbursement_id=L-04000", 1],
      ["?sort_by=due_date&status=expected", 1],
      // Each answer looks at 20,000 of the 101,000 rows.
      ["?search=L-00042-1", 5],
    ] as const) {
      const before = requests.length;
      await go(`#/tables/payments${query}`);
      expect([query, await page.locator("tbody tr").count()]).not.toContain(0);
      const asked = requests
        .slice(before)
        .filter(({ url }) => new URL(url).pathname === "/api/tables/payments");
      expect([query, asked.length]).toEqual([query, answers]);
    }
    await close();
  });

  it("shows the events of a loan that lie behind 20,000 later ones of other records", async () => {
    const tenant = "long-log";
    await service.ingest(tenant, sample(1, AS_OF));
    const { DB } = await service.miniflare.getBindings<{ DB: D1Database }>();
    await DB.prepare(
      `INSERT INTO events (tenant_id, sequence, event_id, category, step, record_id, key_hash, data, makes_history,
        trace_id, created_at, hash) ${upTo(LATER_EVENTS)}
        SELECT tenant_id, sequence + i, event_id || i, category, step, record_id || i, randomblob(32), data, 0, trace_id,
        created_at, hash FROM n, (SELECT * FROM events WHERE tenant_id = '${tenant}' ORDER BY sequence DESC LIMIT 1)`,
    ).run();
    const { page, requests, close } = await open(browser, service, {
      tenant,
      route: `#/disbursement/DSB-0001?as_of=${AS_OF}`,
    });
    expect((await rowsOf(page, "Events")).map(([, , step]) => step)).toEqual(["update", "create"]);
    const asked = requests.filter(({ url }) => url.includes("/api/tables/events?"));
    expect(asked.length).toBe(1);
    await close();
  });

  it("draws every payment of a long loan", async () => {
    const { page, go, close } = await open(browser, service, {
      tenant: TENANT,
      route: `#/portfolio?as_of=${AS_OF}&months=${size(12, 60)}`,
    });
    await go(`#/disbursement/L-00001?as_of=${AS_OF}`);
    expect(await pictures(page)).toBeGreaterThanOrEqual(2);
    const stairs = await rowsOf(page, "Scheduled and received");
    expect(stairs.length).toBeGreaterThan(400);
    expect(worth((await figuresOf(page)).Scheduled)).toBe(worth(stairs.find(([day]) => day === AS_OF)?.[1]));
    await close();
  });

  it("shows the progress of a long load, and stops it on request", async () => {
    const { page, requests, close } = await open(browser, service, {
      tenant: TENANT,
      route: "#/tables/clients",
    });
    const third = Promise.withResolvers<void>();
    let pages = 0;
    await page.route("**/api/tables/payments?*", async (route) => {
      pages += 1;
      if (pages === 3) await third.promise;
      await route.continue().catch(() => null);
    });
    await page.evaluate(`location.hash = "#/disbursement/L-00001?as_of=${AS_OF}"`);
    await page.getByText("Loaded 400 payments …").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Loading the payments was stopped.").waitFor();
    third.resolve();
    await loaded(page);
    expect(requests.filter(({ url }) => url.includes("/api/tables/payments?")).length).toBe(3);
    await page.getByRole("button", { name: "Load", exact: true }).click();
    await loaded(page);
    expect(await pictures(page)).toBe(2);
    await close();
  });

  it("saves all rows of a table as one CSV, page by page, and stops on request", async () => {
    const { page, close } = await open(browser, service, { tenant: TENANT, route: "#/tables/payments" });
    const held = Promise.withResolvers<void>();
    await page.route("**/api/tables/payments?*cursor=*", async (route) => {
      await held.promise;
      await route.continue().catch(() => null);
    });
    await page.getByRole("button", { name: "Download CSV" }).click();
    await page.getByText("MB so far").waitFor();
    await page.getByRole("button", { name: "Stop the download" }).click();
    await page.getByText("Stopped.").waitFor();
    held.resolve();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    const started = page.waitForEvent("download", { timeout: 120_000 });
    await page.getByRole("button", { name: "Download CSV" }).click();
    const saved = await readFile(await (await started).path(), "utf8");
    const lines = saved.trimEnd().split("\r\n");
    expect(lines.length).toBe(1 + LOANS * PAYMENTS + PAYMENTS_OF_FIRST);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.filter((line) => line.startsWith("payment_id,"))).toHaveLength(1);
    await close();
  });
});
