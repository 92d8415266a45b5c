import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  PortfolioJson,
  PortfolioLineJson,
  PositionLineJson,
  PositionsJson,
} from "../../src/contract/position/answers.ts";
import { findChromium, launch } from "./chromium.ts";
import { figuresOf, loaded, open, pictures, rowsOf, worth } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();

const AS_OF = "2026-09-30";
const TENANT = "tape";

/** Which figure of the screen shows which member of the API. */
const FIGURES = {
  "Outstanding principal": "outstanding",
  Arrears: "arrears",
  Repaid: "repaid",
  "PAR 0": "par0",
  "PAR 30": "par30",
  "PAR 90": "par90",
  Disbursed: "disbursed",
  Scheduled: "scheduled",
  Received: "received",
  "Margin due": "margin_due",
  "Written off": "written_off",
  Recovered: "recovered",
  Rebates: "rebates",
  Overpaid: "overpaid",
} as const satisfies Readonly<Record<string, keyof PortfolioLineJson>>;

/** So many loans with one installment each, due on the day; the smallest and last one was due a month before. */
function* dueToday(loans: number) {
  const client_id = "BR-1";
  const person = { name: "Ada", email: "ada@example.com", phone: "+1234567890", address: "1 Main St" };
  const papers = { country: "US", is_company: false, registration_number: "R-1", gender: "female" };
  yield { category: "client", data: { step: "create", client_id, ...person, ...papers } };
  for (let number = 1; number <= loans; number += 1) {
    const disbursement_id = `D-${number}`;
    const disbursement_amount = 10_000 - number;
    const days = { disbursement_date: "2026-01-31", maturity_date: "2026-12-31" };
    const loan = {
      disbursement_id,
      kind: "loan",
      client_id,
      disbursement_amount,
      total_expected_margin: 0,
      ...days,
    };
    yield { category: "disbursement", data: { step: "create", currency: "USD", ...loan } };
    const due_date = number === loans ? "2026-08-31" : AS_OF;
    const due = { status: "expected", due_date, payment_total: disbursement_amount, installment_number: 1 };
    yield {
      category: "payment",
      data: { step: "create", payment_id: `P-${number}`, disbursement_id, currency: "USD", ...due },
    };
  }
}

/** Rows as so many loans would have left them whose only installment is late; the first one for a shorter time. */
function lateLoans(tenant: string, loans: number): readonly string[] {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${loans})`;
  const due = "iif(i = 1, '2026-09-20', '2026-07-31')";
  const stamps = "i, i, 1735689600000 + i, 1735689600000 + i";
  const id = "printf('L-%05d', i)";
  return [
    `INSERT INTO disbursements (tenant_id, disbursement_id, kind, disbursement_amount, total_expected_margin, currency,
      client_id, disbursement_date, maturity_date, first_agreed_amount, created_seq, updated_seq, created_at, updated_at)
      ${numbers} SELECT '${tenant}', ${id}, 'loan', 100, 0, 'USD', 'C-1', '2026-01-31', '2026-12-31', 100, ${stamps} FROM n`,
    `INSERT INTO disbursement_terms (tenant_id, disbursement_id, sequence, on_date, disbursement_amount,
      total_expected_margin, maturity_date) ${numbers} SELECT '${tenant}', ${id}, i, '2026-01-31', 100, 0, '2026-12-31' FROM n`,
    `INSERT INTO payments (tenant_id, payment_id, disbursement_id, payment_total, currency, status, due_date, client_id,
      source, payment_principal, payment_fee, installment_number, expected_total, expected_principal, expected_fee,
      expected_due_date, created_seq, updated_seq, created_at, updated_at)
      ${numbers} SELECT '${tenant}', ${id}, ${id}, 100, 'USD', 'expected', ${due}, 'C-1', 'client', 100, 0, 1, 100, 100, 0,
      ${due}, ${stamps} FROM n`,
  ];
}

/** A share as the screen shows it; no share of the sample is so near to half a hundredth that a float rounds it wrong. */
const percentOf = (share: unknown) =>
  share === undefined || share === null ? "–" : `${(Number(String(share)) * 100).toFixed(2)}%`;

const worths = (texts: readonly unknown[]) => texts.map(worth);

describe.skipIf(chromium === null)("the portfolio of the console", () => {
  let browser: Browser;
  let service: Service;
  let portfolio: PortfolioJson;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest(TENANT, sample(90, AS_OF));
    portfolio = await service.get(TENANT, `/api/portfolio?as_of_date=${AS_OF}&series=month&months=12`);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  const look = (query = "") =>
    open(browser, service, { tenant: TENANT, route: `#/portfolio?as_of=${AS_OF}${query}` });

  it("shows the API's figures and buckets of each currency, to the last digit", async () => {
    expect(portfolio.data.length).toBeGreaterThan(1);
    for (const line of portfolio.data) {
      const { page, close } = await look(`&currency=${line.currency}`);
      const figures = await figuresOf(page);
      expect(Object.keys(figures)).toEqual(Object.keys(FIGURES));
      for (const [label, member] of Object.entries(FIGURES)) {
        const value = line[member];
        const isShare = label.startsWith("PAR");
        const shown = isShare ? figures[label] : worth(figures[label]);
        expect([label, shown]).toEqual([label, isShare ? percentOf(value) : worth(value)]);
      }
      const buckets = await rowsOf(page, "Days past due");
      expect(
        buckets.map(([, number, outstanding, share, arrears]) => [
          ...worths([number, outstanding, arrears]),
          share,
        ]),
      ).toEqual(
        line.buckets.map(({ number, outstanding, arrears }) => [
          ...worths([number, outstanding, arrears]),
          percentOf(Number(line.outstanding) === 0 ? null : Number(outstanding) / Number(line.outstanding)),
        ]),
      );
      await close();
    }
  });

  it("draws outstanding, arrears and portfolio at risk month by month, with the API's figures beside", async () => {
    const [line] = portfolio.data;
    const currency = line?.currency ?? "";
    const { page, close } = await look(`&currency=${currency}`);
    expect(await pictures(page)).toBe(2);
    const months = [...(portfolio.series ?? [])].filter(({ as_of_date }) => as_of_date < AS_OF).reverse();
    const lines = months.map(({ currencies }) => currencies.find((one) => one.currency === currency));
    const money = await rowsOf(page, "Outstanding and arrears");
    expect(money.map(([day]) => day)).toEqual([...months.map(({ as_of_date }) => as_of_date), AS_OF]);
    expect(money.map(([, ...texts]) => worths(texts))).toEqual(
      [...lines, line].map((one) => worths([one?.outstanding ?? 0, one?.arrears ?? 0])),
    );
    const risk = await rowsOf(page, "Portfolio at risk");
    expect(risk.map(([, ...texts]) => texts)).toEqual(
      [...lines, line].map((one) => [one?.par0, one?.par30, one?.par90].map(percentOf)),
    );
    await close();
  });

  it("lists the late loans in the API's order; a click on a column or a bucket lists them again", async () => {
    const { page, close } = await look("&currency=USD");
    const list = async (query: string) => {
      const path = `/api/positions?as_of_date=${AS_OF}&currency=USD&limit=200&${query}`;
      return (await service.get<PositionsJson>(TENANT, path)).data;
    };
    const shown = async () =>
      (await rowsOf(page, "Loans in USD")).map(([id, days, arrears, outstanding]) => [
        id,
        ...worths([days, arrears, outstanding]),
      ]);
    const expected = (lines: readonly PositionLineJson[]) =>
      lines.map((line) => [
        line.disbursement_id,
        ...worths([line.days_past_due, line.arrears.total, line.outstanding_principal]),
      ]);
    const late = ({ days_past_due }: PositionLineJson) => Number(days_past_due.value) > 0;
    const byDays = (await list("sort_by=days_past_due")).filter(late);
    expect(byDays.length).toBeGreaterThan(1);
    expect(await shown()).toEqual(expected(byDays));
    for (const [button, sort] of [
      ["Arrears", "arrears"],
      ["Outstanding", "outstanding"],
    ] as const) {
      await page.getByRole("button", { name: button, exact: true }).click();
      await loaded(page);
      expect(await shown()).toEqual(expected((await list(`sort_by=${sort}`)).filter(late)));
    }
    await page.getByRole("button", { name: "Current: show the loans" }).click();
    await loaded(page);
    expect(await shown()).toEqual(expected(await list("sort_by=outstanding&bucket=current")));
    await page.locator("table.rows tbody th a").first().click();
    await loaded(page);
    expect(page.url()).toContain(`as_of=${AS_OF}`);
    await close();
  });

  it("finds a late loan behind a page of larger arrears that are due on that very day", async () => {
    await service.ingest("due", dueToday(60));
    const { page, close } = await open(browser, service, {
      tenant: "due",
      route: `#/portfolio?as_of=${AS_OF}`,
    });
    const shown = async () => (await rowsOf(page, "Loans in USD")).map(([id]) => id);
    expect(await shown()).toEqual(["D-60"]);
    await page.getByRole("button", { name: "Arrears", exact: true }).click();
    await loaded(page);
    expect(await shown()).toEqual(["D-60"]);
    await close();
  });

  it("says so where the service's list is cut, and only there", async () => {
    const { DB } = await service.miniflare.getBindings<{ DB: D1Database }>();
    for (const statement of lateLoans("cut", 20_001)) await DB.prepare(statement).run();
    const route = (bucket: string) => `#/portfolio?as_of=${AS_OF}&bucket=${bucket}`;
    const { page, go, close } = await open(browser, service, { tenant: "cut", route: route("") });
    const note = async () =>
      (await page.locator("section[aria-labelledby=late] .note").allTextContents()).join("");
    expect(await note()).toContain(
      "50 shown. Not every loan is in this list: it holds the first 20,000 by days past due",
    );
    await page.getByRole("button", { name: "Arrears", exact: true }).click();
    await loaded(page);
    expect(await note()).toContain("the first 20,000 by arrears");
    await go(route("1-30"));
    expect((await note()).trim()).toBe("1 shown.");
    await close();
  });

  it("shows another day, and says so when there was nothing yet", async () => {
    const { page, close } = await look();
    await page.getByLabel("As of").fill("1999-12-31");
    await page.getByLabel("As of").press("Enter");
    await loaded(page);
    expect(await page.locator("main").textContent()).toContain("There was no disbursement on 1999-12-31");
    await page.getByRole("button", { name: "Today" }).click();
    await loaded(page);
    expect(await page.locator("h2").first().textContent()).toContain(new Date().toISOString().slice(0, 10));
    await close();
  });
});
