import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleFacilities } from "../../src/cli/sample/reports.ts";
import type { cashFlows, concentration } from "../../src/contract/analytics/answers.ts";
import type { ParsedOf } from "../../src/contract/answer-types.ts";
import type { base, baseLoans, facility } from "../../src/contract/facility/answers.ts";
import type { PortfolioJson, PositionsJson } from "../../src/contract/position/answers.ts";
import { SCOPES } from "../../src/contract/scopes.ts";
import { PLAIN } from "../facility/terms.ts";
import { findings, looks } from "./axe.ts";
import { findChromium, launch } from "./chromium.ts";
import { figuresOf, loaded, open, pictures, rowsOf, worth } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();
const ALL = SCOPES.join(" ");

const AS_OF = "2026-09-30";
const TENANT = "tape";

type Base = ParsedOf<typeof base>["data"];

const worths = (texts: readonly unknown[]) => texts.map(worth);
/** Amounts of the sample have two decimals and stay far below what a float holds exactly. */
const sumOf = (amounts: readonly string[]) =>
  worth((amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0) / 100).toFixed(2));
const percentOf = (share: unknown) =>
  share === undefined || share === null ? "–" : `${(Number(String(share)) * 100).toFixed(2)}%`;

const person = { name: "Ada", email: "ada@example.com", phone: "+1234567890", address: "1 Main St" };
const papers = { is_company: false, registration_number: "R-1", gender: "female" };

/** Three loans, A 600 and B 300 of client 1, C 100 of client 2; A and C are in Brazil's book, as their clients are. */
function* threeLoans() {
  for (const [client_id, country] of [
    ["1", "BR"],
    ["2", "BR"],
    ["3", "US"],
  ]) {
    yield { category: "client", data: { step: "create", client_id, country, ...person, ...papers } };
  }
  for (const [disbursement_id, client_id, disbursement_amount] of [
    ["A", "1", 600],
    ["B", "3", 300],
    ["C", "2", 100],
  ]) {
    const days = { disbursement_date: "2026-01-31", maturity_date: "2026-12-31" };
    const loan = { disbursement_id, client_id, disbursement_amount, kind: "loan", total_expected_margin: 0 };
    yield { category: "disbursement", data: { step: "create", currency: "USD", ...loan, ...days } };
    const due = { status: "expected", due_date: "2026-12-31", installment_number: 1 };
    const payment = {
      payment_id: `P-${disbursement_id}`,
      disbursement_id,
      payment_total: disbursement_amount,
    };
    yield { category: "payment", data: { step: "create", currency: "USD", ...payment, ...due } };
  }
}

describe.skipIf(chromium === null)("cash flow, concentration and facilities in the console", () => {
  let browser: Browser;
  let service: Service;
  const put = (tenant: string, id: string, body: unknown) =>
    service.change(tenant, {
      method: "PUT",
      path: `/api/facilities/${id}`,
      scope: "facilities:write",
      body,
    });
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest(TENANT, sample(60, AS_OF));
    await service.ingest("three", threeLoans());
    for (const [id, body] of Object.entries(sampleFacilities(AS_OF))) {
      const terms = body as { readonly limits: readonly { readonly by: string }[] };
      await put(TENANT, id, { ...terms, limits: terms.limits.filter(({ by }) => !by.startsWith("info.")) });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  const look = (route: string, tenant = TENANT, scope = ALL) =>
    open(browser, service, { tenant, route, scope });

  it("show due, received and what will come month by month, as the API says, and lead to the loans behind them", async () => {
    const { data } = await service.get<ParsedOf<typeof cashFlows>>(
      TENANT,
      `/api/cash-flows?as_of_date=${AS_OF}&past=12&months=24`,
    );
    const line = data.find(({ currency }) => currency === "USD");
    if (!line) throw new Error("the sample has loans in USD");
    const { page, faults, close } = await look(`#/analytics/cash-flow?as_of=${AS_OF}&shown=USD`);
    expect(await pictures(page)).toBe(2);
    const past = await rowsOf(page, "Due and received in USD");
    expect(past.map(([month, ...cells]) => [month, ...worths(cells.slice(0, 5)), cells[5]])).toEqual(
      line.past.map(({ month, due, received, covered_by_end, collection_rate }) => [
        month,
        ...worths([due.total, received.total, received.principal, received.fee, covered_by_end.total]),
        percentOf(collection_rate),
      ]),
    );
    const coming = await rowsOf(page, "To come in USD");
    const all = [
      { month: "Overdue", due: line.overdue, unscheduled: line.overdue_unscheduled },
      ...line.future,
      { month: "Later", ...line.beyond },
    ];
    expect(coming.map(([month, ...cells]) => [month, ...worths(cells)])).toEqual(
      all.map(({ month, due, unscheduled }) => [
        month,
        ...worths([due.total, due.principal, due.fee, unscheduled]),
      ]),
    );
    const figures = await figuresOf(page);
    expect(worth(figures.Overdue)).toBe(worth(line.overdue.total));
    expect(worth(figures["Outstanding principal"])).toBe(worth(line.outstanding));
    await page.getByRole("link", { name: "Overdue" }).click();
    await loaded(page);
    const late = await service.get<PositionsJson>(
      TENANT,
      `/api/positions?as_of_date=${AS_OF}&currency=USD&sort_by=arrears&sort_order=desc&limit=50`,
    );
    expect((await rowsOf(page, "Loans")).map(([id]) => id)).toEqual(
      late.data.map(({ disbursement_id }) => disbursement_id),
    );
    await page.goBack();
    await loaded(page);
    await page.getByRole("link", { name: line.future[0]?.month ?? "" }).click();
    await loaded(page);
    const behind = await rowsOf(page, "Loans");
    expect(sumOf(behind.map((cells) => worth(cells.at(-2))))).toBe(worth(line.future[0]?.due.total));
    expect(faults).toEqual([]);
    await close();
  });

  it("open the loans behind the month whose bar is clicked", async () => {
    const { page, close } = await look(`#/analytics/cash-flow?as_of=${AS_OF}&shown=USD`);
    await pictures(page);
    const plot = page.locator(".u-over").first();
    const { width, height } = (await plot.boundingBox()) ?? { width: 0, height: 0 };
    // 12 months that have ended, the last of them September.
    await plot.hover({ position: { x: width - width / 24, y: height / 2 } });
    await plot.click({ position: { x: width - width / 24, y: height / 2 } });
    await loaded(page);
    expect(page.url()).toContain("past_month=2026-09");
    const { data } = await service.get<ParsedOf<typeof cashFlows>>(
      TENANT,
      `/api/cash-flows?as_of_date=${AS_OF}&currency=USD`,
    );
    const month = data[0]?.past.at(-1);
    const sums = [-3, -2, -1].map(async (column) =>
      sumOf((await rowsOf(page, "Loans")).map((cells) => worth(cells.at(column)))),
    );
    expect(await Promise.all(sums)).toEqual(
      [month?.due, month?.received, month?.covered_by_end].map((flow) => worth(flow?.total)),
    );
    await close();
  });

  it("say the figures of a month at the pointer and to the keyboard, which opens what is behind it", async () => {
    const { data } = await service.get<ParsedOf<typeof cashFlows>>(
      TENANT,
      `/api/cash-flows?as_of_date=${AS_OF}&currency=USD`,
    );
    const months = (data[0]?.past ?? []).slice(-2);
    const { page, close } = await look(`#/analytics/cash-flow?as_of=${AS_OF}&shown=USD`);
    await pictures(page);
    const picture = page.locator(".picture").first();
    const tip = picture.locator(".tip");
    expect(await tip.isVisible()).toBe(false);
    const said = async () => {
      const [due, received] = await tip.locator("dd").allTextContents();
      return [await tip.locator("p").textContent(), worth(due), worth(received)];
    };
    const figures = months.map(({ month, due, received }) => [
      month,
      worth(due.total),
      worth(received.total),
    ]);
    const plot = picture.locator(".u-over");
    const { width, height } = (await plot.boundingBox()) ?? { width: 0, height: 0 };
    await plot.hover({ position: { x: width - width / 24, y: height / 2 } });
    expect(await said()).toEqual(figures[1]);
    await page.mouse.move(0, 0);
    await tip.waitFor({ state: "hidden" });
    await picture.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    expect(await said()).toEqual(figures[0]);
    const box = await tip.boundingBox();
    const around = await picture.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((around?.x ?? 0) + (around?.width ?? 0));
    expect(await page.getByRole("status").first().textContent()).toContain(`${months[0]?.month}: Due `);
    await page.keyboard.press("Escape");
    expect(await tip.isVisible()).toBe(false);
    await page.keyboard.press("Enter");
    await loaded(page);
    expect(page.url()).toContain(`past_month=${months[0]?.month}`);
    await close();
  });

  it("open with the currency of most loans, and keep the one that was chosen elsewhere", async () => {
    const { data } = await service.get<PortfolioJson>(TENANT, `/api/portfolio?as_of_date=${AS_OF}`);
    const lines = data.toSorted((a, b) => Number(b.number) - Number(a.number));
    const names = lines.map(({ currency }) => currency);
    expect(names[0]).not.toBe(names.toSorted()[0]);
    const { page, go, close } = await look(`#/analytics/cash-flow?as_of=${AS_OF}`);
    const title = () => page.locator("#flow").textContent();
    expect(await title()).toBe(`${names[0]} on ${AS_OF}`);
    await go(`#/portfolio?as_of=${AS_OF}&currency=${names[1]}`);
    await page.getByRole("link", { name: "Analytics" }).click();
    await loaded(page);
    await page.getByRole("link", { name: "Cash flow" }).click();
    await loaded(page);
    expect(page.url()).toContain(`shown=${names[1]}`);
    expect(await title()).toContain(`${names[1]} on `);
    await close();
  });

  it("keep filters in the address and apply them to figures and to the loans behind them", async () => {
    const { page, close } = await look(`#/analytics/cash-flow?as_of=${AS_OF}&shown=USD&kind=purchase`);
    const { data } = await service.get<ParsedOf<typeof cashFlows>>(
      TENANT,
      `/api/cash-flows?as_of_date=${AS_OF}&kind=purchase&currency=USD`,
    );
    const figures = await figuresOf(page);
    expect(worth(figures["Outstanding principal"])).toBe(worth(data[0]?.outstanding));
    await page.getByRole("link", { name: "Overdue" }).click();
    await loaded(page);
    expect(page.url()).toContain("kind=purchase");
    await close();
  });

  it("show the groups that owe with share and cumulative share, and open the loans of one", async () => {
    const { data } = await service.get<ParsedOf<typeof concentration>>(
      TENANT,
      `/api/concentration?as_of_date=${AS_OF}&by=country&top=20`,
    );
    const line = data.find(({ currency }) => currency === "USD");
    if (!line) throw new Error("the sample has loans in USD");
    const { page, faults, close } = await look(
      `#/analytics/concentration?as_of=${AS_OF}&shown=USD&by=country`,
    );
    const rows = await rowsOf(page, "Concentration in USD");
    const owed = (to: number) =>
      line.rows.slice(0, to).reduce((sum, { outstanding }) => sum + Number(outstanding), 0);
    expect(
      rows.map(([group, number, amount, share, , arrears, par30]) => [
        group,
        ...worths([number, amount, arrears]),
        share,
        par30,
      ]),
    ).toEqual(
      line.rows.map(({ group, number, outstanding, share, arrears, par30 }) => [
        group ?? "(none)",
        ...worths([number, outstanding, arrears]),
        percentOf(share),
        percentOf(par30),
      ]),
    );
    expect(rows.map((cells) => cells[4])).toEqual(
      line.rows.map((_, index) => percentOf(owed(index + 1) / owed(line.rows.length))),
    );
    expect(rows.at(-1)?.[4]).toBe("100.00%");
    const figures = await figuresOf(page);
    expect(worth(figures["Herfindahl index"])).toBe(worth(line.hhi));
    expect(figures["Largest share"]).toBe(percentOf(line.largest_share));
    const [first] = line.rows;
    await page.getByRole("link", { name: `${first?.number} loans of ${first?.group ?? "none"}` }).click();
    await loaded(page);
    expect(await rowsOf(page, "Loans")).toHaveLength(Math.min(Number(first?.number), 50));
    expect(faults).toEqual([]);
    await close();
  });

  it("list the facilities with headroom and covenants, and show one base to the cent with its loans", async () => {
    const { page, faults, close } = await look(`#/analytics/facilities?as_of=${AS_OF}`);
    const bases = await Promise.all(
      Object.keys(sampleFacilities(AS_OF)).map(
        async (id) =>
          (await service.get<{ data: Base }>(TENANT, `/api/facilities/${id}/base?as_of_date=${AS_OF}`)).data,
      ),
    );
    const rows = await rowsOf(page, "Facilities");
    expect(rows.map((cells) => worths([cells[5], (cells[6] ?? "").replace("overdrawn ", "")]))).toEqual(
      bases.map(({ available, headroom }) => worths([available, headroom])),
    );
    for (const [index, { covenants }] of bases.entries()) {
      const broken = covenants.filter(({ holds }) => !holds).length;
      expect(rows[index]?.[7]).toMatch(broken === 0 ? /held$/ : /^broken: /);
    }
    await page.getByRole("link", { name: "Harbour warehouse line" }).click();
    await loaded(page);
    const [harbour] = bases;
    if (!harbour) throw new Error("the sample has facilities");
    const figures = await figuresOf(page);
    expect(worth(figures.Base)).toBe(worth(harbour.base));
    expect(worth(figures.Available)).toBe(worth(harbour.available));
    const covenants = await rowsOf(page, "Covenants");
    expect(covenants.map((cells) => cells[3])).toEqual(
      harbour.covenants.map(({ holds }) => (holds ? "holds" : "broken")),
    );
    const loans = await service.get<ParsedOf<typeof baseLoans>>(
      TENANT,
      `/api/facilities/harbour-usd/base/loans?as_of_date=${AS_OF}&limit=100`,
    );
    expect(loans.data.length).toBeGreaterThan(5);
    expect(
      (await rowsOf(page, "Loans of the pool")).map(([id, owed, counts]) => [id, ...worths([owed, counts])]),
    ).toEqual(
      loans.data.map(({ disbursement_id, outstanding, counts_for }) => [
        disbursement_id,
        ...worths([outstanding, counts_for]),
      ]),
    );
    expect(faults).toEqual([]);
    await close();
  });

  it("put a facility after a confirmation, show its base step by step, change its terms and delete it", async () => {
    const { page, faults, go, close } = await look("#/analytics/facilities", "three");
    const confirm = async (label: string, act: string) => {
      await page.getByRole("button", { name: label }).click();
      await page.getByRole("dialog", { name: `${act}?` }).waitFor();
      expect(await findings(page)).toEqual([]);
      await page.getByRole("dialog").getByRole("button", { name: act }).click();
    };
    await page.getByLabel("Id of the facility").fill("line");
    await page.getByLabel("Name (not personal)").fill("All of it");
    await page.getByLabel("Currency").fill("usd");
    await page.getByLabel("Commitment").fill("500.00");
    await page.getByLabel("Drawn").fill("500");
    await page.getByLabel("Advance rate (0 to 1)").fill("0.8");
    await page.getByLabel("Holds from").fill("2026-01-01");
    await page.getByLabel(/^Eligibility/).fill("max_days_past_due: thirty");
    await page.getByRole("button", { name: "Create …" }).click();
    await page.getByText('Eligibility, line 1: "max_days_past_due: thirty" cannot be read.').waitFor();
    await page.getByLabel(/^Eligibility/).fill("max_days_past_due: 30\nmin_outstanding: 200");
    await page.getByLabel(/^Limits/).fill("country: 0.5 of BR");
    await page.getByLabel(/^Covenants/).fill("par30: 0.1\npool_outstanding: 1000.01");
    await confirm("Create …", "Create the facility line");
    await page.getByRole("link", { name: "All of it" }).first().click();
    await loaded(page);
    // 900 are eligible, of which 450 may be of BR: A counts for 450, and 150 of it are above.
    const steps = await rowsOf(page, "From the pool to the headroom");
    expect(steps).toEqual([
      ["Pool", "3", "1,000.00"],
      ["Not eligible: At most 30 days past due", "0", "0.00"],
      ["Not eligible: Outstanding at least 200.00", "1", "−100.00"],
      ["Eligible", "2", "900.00"],
      [expect.stringContaining("country BR counts for 600.00, allowed 450.00"), "", "−150.00"],
      ["Base", "", "750.00"],
      ["Advance rate", "", "80.00%"],
      ["Commitment", "", "500.00"],
      ["Available: the lesser of commitment and base at the rate", "", "500.00"],
      ["Drawn", "", "−500.00"],
      ["Headroom", "", "0.00"],
    ]);
    expect(await rowsOf(page, "Covenants")).toEqual([
      ["PAR 30", "0.00%", "at most 10.00%", "holds"],
      ["Outstanding in the pool", "1,000.00", "at least 1,000.01", "broken"],
    ]);
    expect((await rowsOf(page, "Loans of the pool")).map((cells) => cells.slice(0, 4))).toEqual([
      ["A", "600.00", "450.00", "country: less 150.00"],
      ["B", "300.00", "300.00", "–"],
      ["C", "100.00", "0.00", "fails: Outstanding at least 200.00"],
    ]);
    expect(await page.getByLabel(/^Limits/).inputValue()).toBe("country: 0.5 of BR");
    await page.getByLabel("Drawn").fill("600.5");
    await page.getByLabel("Holds from").fill("2026-01-01");
    const change = page.getByRole("button", { name: "Change the terms …" });
    await change.click();
    await page.getByRole("dialog").waitFor();
    expect(await page.getByRole("dialog").getByRole("listitem").allTextContents()).toEqual([
      "Drawn: 500.00 becomes 600.50",
    ]);
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await confirm("Change the terms …", "Change the terms of line");
    await page.getByText("overdrawn").first().waitFor();
    await loaded(page);
    expect((await figuresOf(page)).Headroom).toBe("−100.50");
    // Somebody else changes the terms while this page is open, and then creates a facility of the same id.
    await put("three", "line", { ...PLAIN, name: "All of it" });
    await page.getByLabel("Drawn").fill("1");
    await confirm("Change the terms …", "Change the terms of line");
    await page.getByText("Changed meanwhile").waitFor();
    const { data } = await service.get<ParsedOf<typeof facility>>("three", "/api/facilities/line");
    expect(String(data.drawn)).toBe(String(PLAIN.drawn));
    await go("#/analytics/facilities");
    await go("#/analytics/facilities/line");
    await confirm("Delete …", "Delete the facility line");
    await page.getByText("The facility is deleted.").waitFor();
    await page.getByRole("link", { name: "All facilities" }).last().click();
    await loaded(page);
    expect(await page.locator("main").textContent()).toContain("No facility has terms on");
    await put("three", "other", PLAIN);
    await page.getByLabel("Id of the facility").fill("other");
    await page.getByLabel("Name (not personal)").fill("Mine");
    await page.getByLabel("Currency").fill("USD");
    for (const label of ["Commitment", "Drawn", "Advance rate (0 to 1)"])
      await page.getByLabel(label).fill("1");
    await confirm("Create …", "Create the facility other");
    await page.getByText("Changed meanwhile").waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it("offer no change without the scope, and print a certificate without controls", async () => {
    const { page, close } = await look(
      `#/analytics/facilities/harbour-usd?as_of=${AS_OF}`,
      TENANT,
      "positions:read",
    );
    expect(await page.getByRole("button", { name: /Delete|Change the terms/ }).count()).toBe(0);
    await page.emulateMedia({ media: "print" });
    expect(await page.getByText("Signature").isVisible()).toBe(true);
    for (const unseen of ["Loans of the pool", "Save as CSV", "Cash flow"]) {
      expect([unseen, await page.getByText(unseen).first().isVisible()]).toEqual([unseen, false]);
    }
    await close();
  });

  it.each(looks(390, 1440))(
    "in %s, %i px wide: axe finds no fault, and no page is wider than its window",
    async (scheme, width) => {
      const { page, go, close } = await open(browser, service, { tenant: TENANT, scope: ALL, scheme, width });
      const found: Record<string, readonly string[]> = {};
      for (const view of ["cash-flow", "concentration", "facilities", "facilities/harbour-usd"]) {
        await go(`#/analytics/${view}?as_of=${AS_OF}`);
        await pictures(page);
        found[view] = await findings(page);
        const wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        expect([view, wider]).toEqual([view, false]);
      }
      expect(Object.values(found).flat()).toEqual([]);
      await close();
    },
  );
});
