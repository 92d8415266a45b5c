import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PositionJson, PositionsJson } from "../../src/contract/position/answers.ts";
import { size } from "../support/sizes.ts";
import { findChromium, launch } from "./chromium.ts";
import { figuresOf, open, pictures, rowsOf, worth } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();

const AS_OF = "2026-09-30";
const worths = (texts: readonly unknown[]) => texts.map(worth);

const client = {
  step: "create",
  client_id: "BR-1",
  name: "Ada",
  email: "ada@example.com",
  phone: "+1234567890",
  address: "1 Main St",
  country: "US",
  is_company: false,
  registration_number: "R-1",
  gender: "female",
};
const installment = (number: number, due_date: string) => ({
  category: "payment",
  data: {
    step: "create",
    payment_id: `P-${number}`,
    disbursement_id: "GOLD",
    status: "expected",
    due_date,
    payment_total: 1100,
    payment_principal: 1000,
    payment_fee: 100,
    installment_number: number,
    currency: "USD",
  },
});
const paid = (number: number, payment_date: string, payment_total: number) => ({
  category: "payment",
  data: { step: "update", payment_id: `P-${number}`, status: "paid", payment_date, payment_total },
});

/** The example of docs/portfolio.md, and a rebate on top. */
const GOLD = [
  { category: "client", data: client },
  {
    category: "disbursement",
    data: {
      step: "create",
      disbursement_id: "GOLD",
      kind: "loan",
      client_id: "BR-1",
      disbursement_amount: 2000,
      total_expected_margin: 200,
      currency: "USD",
      disbursement_date: "2025-12-01",
      maturity_date: "2026-03-01",
    },
  },
  installment(1, "2026-02-01"),
  installment(2, "2026-03-01"),
  paid(1, "2026-02-01", 700),
  paid(2, "2026-07-01", 1100),
  {
    category: "disbursement",
    data: {
      step: "update",
      disbursement_id: "GOLD",
      total_expected_margin: 150.5,
      change_date: "2026-05-01",
      change_reason: "hardship",
    },
  },
];

describe.skipIf(chromium === null)("a disbursement in the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest("gold", GOLD);
    await service.ingest("tape", sample(25, AS_OF));
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  const position = async (tenant: string, id: string, asOf: string) =>
    (await service.get<{ data: PositionJson }>(tenant, `/api/positions/${id}?as_of_date=${asOf}`)).data;

  it.each([
    ["2026-02-15", "400", "14"],
    ["2026-04-01", "1500", "59"],
    ["2026-07-02", "350.5", "123"],
  ])("shows how late the example of docs/portfolio.md is on %s", async (day, arrears, days) => {
    const { page, close } = await open(browser, service, {
      tenant: "gold",
      route: `#/disbursement/GOLD?as_of=${day}`,
    });
    const figures = await figuresOf(page);
    expect(worths([figures.Arrears, figures["Days past due"]])).toEqual(worths([arrears, days]));
    const lines = await page.getByRole("list", { name: "Time line" }).getByRole("listitem").allTextContents();
    expect(lines).toEqual(
      expect.arrayContaining([
        "A2025-12-01 disbursed 2,000.00",
        expect.stringContaining("2026-05-01 margin reduced by 49.50"),
      ]),
    );
    await close();
  });

  it("shows the API's figures and installments of the loans, and its pictures the figures of each day", async () => {
    const list = await service.get<PositionsJson>("tape", `/api/positions?as_of_date=${AS_OF}&limit=200`);
    expect(list.data.length).toBe(25);
    const opened = await open(browser, service, { tenant: "tape" });
    for (const { disbursement_id } of list.data.slice(0, size(8, 25))) {
      await opened.go(`#/disbursement/${disbursement_id}?as_of=${AS_OF}`);
      const one = await position("tape", disbursement_id, AS_OF);
      const figures = await figuresOf(opened.page);
      expect(
        [disbursement_id, figures["Outstanding principal"]].map((text, index) =>
          index ? worth(text) : text,
        ),
      ).toEqual([disbursement_id, worth(one.outstanding_principal)]);
      expect(worths([figures.Arrears, figures.Scheduled, figures.Received, figures["Margin due"]])).toEqual(
        worths([one.arrears.total, one.scheduled.total, one.received.total, one.margin_due]),
      );
      const rows = await rowsOf(opened.page, "Installments");
      expect(
        rows.map(([, due, total, , , reduced, covered, late]) => [
          due,
          ...worths([total, reduced, covered, late]),
        ]),
      ).toEqual(
        one.installments.map(({ due_date, expected, reduced, covered, days_late }) => [
          due_date,
          ...worths([expected.total, reduced.total, covered, days_late]),
        ]),
      );
      const stairs = await rowsOf(opened.page, "Scheduled and received");
      const owed = await rowsOf(opened.page, "Outstanding principal");
      const days = stairs.map(([day]) => String(day));
      expect(days).toContain(AS_OF);
      for (const [index, day] of days.entries()) {
        if (day > AS_OF) continue;
        const then = await position("tape", disbursement_id, day);
        const figures = [then.scheduled.total, then.received.total, then.outstanding_principal];
        expect([day, ...worths([...(stairs[index]?.slice(1) ?? []), owed[index]?.[1]])]).toEqual([
          day,
          ...worths(figures),
        ]);
      }
    }
    expect(opened.faults).toEqual([]);
    await opened.close();
  });

  it("shows its journal to a token that may read it, and names the missing scope to others", async () => {
    const one = await position("gold", "GOLD", AS_OF);
    const writer = await service.token("gold", "hpts:disbursements:write");
    await fetch(`${service.origin}/v1/disbursements`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${writer}`,
        "Content-Type": "application/json",
        "Idempotency-Key": "console-journal",
      },
      body: JSON.stringify({
        loan_id: one.ledger_loan_id,
        borrower_id: "6f1d0c8e-7f0e-4a53-8a55-0f4a4f6b1b11",
        amount_minor: "200000",
        currency: "USD",
        effective_at: "2025-12-01",
        method: "ach",
      }),
    }).then(async (response) => expect([response.status, await response.text()]).toContain(201));
    const route = "#/disbursement/GOLD";
    const may = await open(browser, service, { tenant: "gold", route });
    expect((await rowsOf(may.page, "Journal entries")).map((row) => row.slice(-5, -1))).toEqual([
      ["1100 Principal Receivable", "2,000.00", "", "USD"],
      ["2100 Disbursement Clearing", "", "2,000.00", "USD"],
    ]);
    await may.close();
    const mayNot = await open(browser, service, { tenant: "gold", route, scope: "records:read" });
    expect(await mayNot.page.getByRole("alert").textContent()).toContain("hpts:ledger:read");
    expect(await pictures(mayNot.page)).toBe(2);
    await mayNot.close();
  });

  it("shows figures and installments, but no personal data, to a token that may read only positions", async () => {
    const look = { tenant: "gold", route: "#/disbursement/GOLD", scope: "positions:read" };
    const { page, close } = await open(browser, service, look);
    expect(worth((await figuresOf(page))["Outstanding principal"])).toBe("3505e-1");
    expect((await rowsOf(page, "Installments")).length).toBe(2);
    expect(await page.getByRole("alert").count()).toBeGreaterThan(0);
    expect(await page.locator("main").textContent()).not.toContain("Ada");
    await close();
  });
});
