import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings, looks } from "./axe.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open, pictures, rowsOf, worth } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();
const TENANT = "tape";
const [FROM, AS_OF] = ["2026-06-30", "2026-09-30"];

type Figures = Readonly<Record<string, unknown>>;

interface Rolled {
  readonly currency: string;
  readonly from: string;
  readonly to: string;
  readonly number: unknown;
  readonly outstanding_from: unknown;
  readonly outstanding_to: unknown;
  readonly rate: unknown;
}

interface Moved {
  readonly currency: string;
  readonly group: string | null;
  readonly principal: Figures;
  readonly arrears: Figures;
}

interface VintageCell {
  readonly currency: string;
  readonly cohort: string;
  readonly months_on_book: unknown;
  readonly number: unknown;
  readonly disbursed: unknown;
  readonly outstanding: unknown;
  readonly pool_factor: unknown;
}

/** A share of at most six decimals as the screen shows it: a percentage of two, half to even. */
function percentOf(share: unknown): string {
  const tenThousandths = Math.round(Number(String(share)) * 1_000_000) / 100;
  const below = Math.floor(tenThousandths);
  const isUp = tenThousandths - below === 0.5 ? below % 2 !== 0 : tenThousandths - below > 0.5;
  return `${((below + (isUp ? 1 : 0)) / 100).toFixed(2)}%`;
}
const worths = (texts: readonly unknown[]) => texts.map(worth);

/** The signature of a PNG, and its width and height (W3C PNG, 5.2 and 11.2.1). */
async function pngOf(page: Page, card: string) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page
      .locator(`section:has(> .card-head #${card})`)
      .getByRole("button", { name: "Save as picture" })
      .click(),
  ]);
  const bytes = await readFile(await download.path());
  return {
    name: download.suggestedFilename(),
    signature: bytes.subarray(1, 4).toString("latin1"),
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    bytes: bytes.length,
  };
}

describe.skipIf(chromium === null)("the analytics of the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest(TENANT, sample(120, AS_OF));
    await service.change(TENANT, {
      method: "PUT",
      path: "/v1/settings",
      scope: "settings:write",
      body: { report_dimensions: { disbursement: ["branch"], client: [] } },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  const look = (
    route: string,
    further: { readonly width?: number; readonly scheme?: "light" | "dark" } = {},
  ) => open(browser, service, { tenant: TENANT, route, ...further });
  const movement = `#/analytics/movement?from=${FROM}&as_of=${AS_OF}`;
  const span = `from_date=${FROM}&to_date=${AS_OF}`;

  it("roll principal and arrears forward with the API's figures, one row a group", async () => {
    const path = `/api/portfolio/movement?${span}&group_by=kind&currency=USD`;
    const { data } = await service.get<{ data: readonly Moved[] }>(TENANT, path);
    expect(data.length).toBeGreaterThan(1);
    const { page, faults, close } = await look(`${movement}&group_by=kind&shown=USD`);
    for (const [caption, member] of [
      ["Principal", "principal"],
      ["Arrears", "arrears"],
    ] as const) {
      const rows = await rowsOf(page, caption);
      expect(rows.map(([group, ...figures]) => [group, ...worths(figures)])).toEqual(
        data.map((line) => [line.group, ...worths(Object.values(line[member]))]),
      );
    }
    expect(faults).toEqual([]);
    await close();
  });

  it("show each roll rate with what it is about, and the rows add up to the whole", async () => {
    const { data } = await service.get<{ data: readonly Rolled[] }>(
      TENANT,
      `/api/roll-rates?${span}&currency=USD`,
    );
    const { page, close } = await look(`${movement}&shown=USD`);
    const cells = await page
      .locator("table.heat tbody td[title]")
      .evaluateAll((found: readonly { readonly children: Iterable<{ readonly textContent: string }> }[]) =>
        found.map(({ children }) => [...children].map(({ textContent }) => textContent)),
      );
    const isOwing = ({ from }: Rolled) => !["pending", "repaid", "written_off"].includes(from);
    const expected = data.map((cell) => [
      percentOf(cell.rate),
      worth(isOwing(cell) ? cell.outstanding_from : cell.outstanding_to),
      String(cell.number),
    ]);
    expect(cells.length).toBeGreaterThan(4);
    const shown = cells.map(([rate, owed, number]) => [rate, worth(owed), number?.replace(/ loans?$/, "")]);
    expect(shown.toSorted()).toEqual(expected.toSorted());
    await close();
  });

  it("lead from each roll rate to its loans, those that stayed and those that were not made yet too", async () => {
    const path = `/api/roll-rates?${span}&currency=USD&kind=loan`;
    const { data } = await service.get<{ data: readonly Rolled[] }>(TENANT, path);
    expect(data.map(({ from }) => from)).toContain("pending");
    expect(data.some(({ from, to }) => from === to)).toBe(true);
    const { page, go, close } = await look(`${movement}&shown=USD&kind=loan`);
    const links = page.locator("table.heat tbody a");
    const addresses = await links.evaluateAll((found: readonly { readonly hash: string }[]) =>
      found.map(({ hash }) => hash),
    );
    expect(addresses.length).toBe(data.length);
    const numbers: Record<string, number> = {};
    for (const address of addresses) {
      await go(address);
      expect(await page.locator("h1").textContent()).toBe("Loans");
      const query = new URLSearchParams(address.replace(/^.*?\?/, ""));
      const place = query.get("bucket") ?? query.get("state");
      numbers[`${query.get("from_bucket") ?? query.get("from_state")} to ${place}`] = (
        await rowsOf(page, "Loans")
      ).length;
    }
    expect(numbers).toEqual(
      Object.fromEntries(data.map(({ from, to, number }) => [`${from} to ${to}`, Number(number)])),
    );
    await close();
  });

  it("show vintages as a heat map, each cell as the API has it, whose link lists the cohort's loans", async () => {
    const query = `as_of_date=${AS_OF}&by=quarter&months=12&currency=USD`;
    const { data } = await service.get<{ data: readonly VintageCell[] }>(TENANT, `/api/vintages?${query}`);
    const { page, faults, close } = await look(
      `#/analytics/vintages?as_of=${AS_OF}&by=quarter&months=12&measure=pool_factor&shown=USD`,
    );
    const rows = await rowsOf(page, "Pool factor of each cohort");
    const cohorts = [...new Set(data.map(({ cohort }) => cohort))];
    expect(cohorts.length).toBeGreaterThan(2);
    expect(rows.map(([cohort]) => cohort)).toEqual(cohorts.toSorted());
    for (const [cohort, number, disbursed, ...cells] of rows) {
      const own = data.filter((one) => one.cohort === cohort);
      expect([number, worth(disbursed)]).toEqual([String(own[0]?.number), worth(own[0]?.disbursed)]);
      expect(cells.filter((text) => text !== "")).toEqual(
        own.map(({ pool_factor }) => percentOf(pool_factor)),
      );
    }
    expect(await pictures(page)).toBe(3);
    expect(await page.locator(".u-legend", { hasText: "Quarter" }).count()).toBe(2);
    const first = data.find(({ cohort }) => cohort === cohorts.toSorted()[0]);
    await page.locator("table.heat tbody a").first().click();
    await loaded(page);
    const loans = await rowsOf(page, "Loans");
    expect(loans.length).toBe(Number(first?.number));
    const owed = loans.reduce((sum, row) => sum + Math.round(Number(worth(row[4])) * 100), 0);
    expect(owed).toBe(Math.round(Number(first?.outstanding) * 100));
    expect(faults).toEqual([]);
    await close();
  });

  it("show what was disbursed by month, of the filters, whose bars and rows open the loans of their month", async () => {
    const query = `as_of_date=${AS_OF}&by=month&months=0&kind=loan&currency=USD`;
    const { data } = await service.get<{ data: readonly VintageCell[] }>(TENANT, `/api/vintages?${query}`);
    expect(data.length).toBeGreaterThan(12);
    const route = `#/analytics/vintages?as_of=${AS_OF}&by=month&kind=loan&shown=USD`;
    const { page, go, faults, close } = await look(route);
    const card = page.locator("section:has(> .card-head #originations)");
    const newest = data.at(-1);
    await pictures(page);
    const atRest = await card.locator(".u-legend .u-value").allTextContents();
    expect([atRest[0], worth(atRest[1]), ...atRest.slice(2)]).toEqual([
      newest?.cohort,
      worth(newest?.disbursed),
      newest?.cohort,
      String(newest?.number),
    ]);
    await card.locator("summary", { hasText: "Figures" }).click();
    const rows = await rowsOf(page, "Disbursed by month");
    const some = rows.filter(([, number]) => number !== "0");
    expect(some.map(([month, number, amount]) => [month, number, worth(amount)])).toEqual(
      data.map(({ cohort, number, disbursed }) => [cohort, String(number), worth(disbursed)]).toReversed(),
    );
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      card.getByRole("button", { name: "Save as CSV" }).click(),
    ]);
    expect(await readFile(await download.path(), "utf8")).toBe(
      await service.get(TENANT, `/api/vintages?${query}`, "text/csv"),
    );
    expect(await pngOf(page, "originations")).toMatchObject({ signature: "PNG" });
    const month = `disbursed_from=${newest?.cohort}-01`;
    await card.getByRole("link", { name: newest?.cohort ?? "" }).click();
    await loaded(page);
    expect((await rowsOf(page, "Loans")).length).toBe(Number(newest?.number));
    expect(page.url()).toContain(month);
    expect(page.url()).toContain("kind=loan");
    await go(route);
    await pictures(page);
    const bars = card.locator(".u-over").first();
    const { width = 0, height = 0 } = (await bars.boundingBox()) ?? {};
    await bars.click({ position: { x: width - 4, y: height - 4 } });
    await loaded(page);
    expect(page.url()).toContain(month);
    expect((await rowsOf(page, "Loans")).length).toBe(Number(newest?.number));
    expect(faults).toEqual([]);
    await close();
  });

  it("keep the filters in the address, on every page of them and on the portfolio", async () => {
    const { page, close } = await look(`${movement}&shown=USD`);
    const bar = page.getByRole("form", { name: "Filters" });
    await bar.getByLabel("Where").selectOption("kind");
    expect(page.url()).not.toContain("kind=");
    await bar.getByLabel("Value").selectOption("loan");
    await loaded(page);
    expect(page.url()).toContain("kind=loan");
    await bar.getByLabel("Where").selectOption("info.branch");
    await bar.getByLabel("Condition").selectOption("none");
    await loaded(page);
    await bar.getByLabel("Disbursed from").fill("2025-01-01");
    await bar.getByRole("button", { name: "Apply" }).click();
    await loaded(page);
    const chips = page.getByRole("list", { name: "Filters that are on" });
    expect(await chips.getByRole("button").allTextContents()).toEqual([
      "Kind is loan ×",
      "branch: none ×",
      "Disbursed from 2025-01-01 ×",
    ]);
    const query = `kind=loan&info.branch=&disbursed_from=2025-01-01`;
    const { data } = await service.get<{ data: readonly Moved[] }>(
      TENANT,
      `/api/portfolio/movement?${span}&${query}&currency=USD`,
    );
    const [row] = await rowsOf(page, "Principal");
    expect(worths((row ?? []).slice(1))).toEqual(worths(Object.values(data[0]?.principal ?? {})));
    await page.getByRole("link", { name: "Vintages" }).click();
    await loaded(page);
    expect(await chips.getByRole("button").count()).toBe(3);
    await chips.getByRole("button", { name: "Remove filter: branch: none" }).click();
    await loaded(page);
    expect(page.url()).toContain("kind=loan&disbursed_from=2025-01-01");
    await close();
    const portfolio = await look(`#/portfolio?as_of=${AS_OF}&currency=USD&kind=purchase`);
    await portfolio.go(`#/portfolio?as_of=${AS_OF}&currency=USD&kind=purchase&group_by=country,info.branch`);
    const groups = await service.get<{ data: readonly { outstanding: unknown; number: unknown }[] }>(
      TENANT,
      `/api/portfolio?as_of_date=${AS_OF}&currency=USD&kind=purchase&group_by=country,info.branch`,
    );
    expect(groups.data.length).toBeGreaterThan(1);
    const shown = await rowsOf(portfolio.page, "USD by Country and branch");
    expect(shown.map(([, number, outstanding]) => worths([number, outstanding]))).toEqual(
      groups.data.map(({ number, outstanding }) => worths([number, outstanding])),
    );
    const asked = portfolio.requests.filter(({ url }) => /\/api\/po.*2026-09-30/.test(url));
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.filter(({ url }) => !url.includes("kind=purchase"))).toEqual([]);
    await portfolio.close();
  });

  it("are saved as the API's CSV and as a picture with all of the table, and print without their controls", async () => {
    const { page, close } = await look(`#/analytics/vintages?as_of=${AS_OF}&by=month&shown=USD`, {
      width: 700,
    });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as CSV" }).first().click(),
    ]);
    const path = `/api/vintages?as_of_date=${AS_OF}&by=month&months=24&currency=USD`;
    expect(await readFile(await download.path(), "utf8")).toBe(await service.get(TENANT, path, "text/csv"));
    const map = await pngOf(page, "cohorts");
    expect([map.name, map.signature]).toEqual([`vintages-${AS_OF}-USD.png`, "PNG"]);
    // The table is wider than its card, and the picture has two dots a pixel.
    expect(map.width).toBeGreaterThan(2 * 700);
    expect(map.bytes).toBeGreaterThan(20_000);
    expect((await pngOf(page, "curves")).signature).toBe("PNG");
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("button", { name: "Save as picture" }).count()).toBe(0);
    expect(await page.getByRole("navigation").count()).toBe(0);
    expect(await page.getByRole("textbox").count()).toBe(0);
    expect(await page.getByRole("combobox").count()).toBe(0);
    const sheet = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const [, width, height] = /\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/.exec(sheet) ?? [];
    expect(Number(width)).toBeGreaterThan(Number(height));
    expect(await page.locator("table.heat").isVisible()).toBe(true);
    expect(await page.getByText(`As of ${AS_OF}`, { exact: true }).first().isVisible()).toBe(true);
    await close();
  });

  it("need no more than positions:read, and say what is wrong with a filter that nobody offers", async () => {
    const only = { tenant: TENANT, scope: "positions:read" };
    const { page, go, close } = await open(browser, service, { ...only, route: `${movement}&shown=USD` });
    expect((await rowsOf(page, "Principal")).length).toBe(1);
    await go(`#/analytics/vintages?as_of=${AS_OF}&info.salary=1`);
    expect(await page.getByRole("alert").textContent()).toContain("info.salary");
    await close();
  });

  it("say so where nothing fits, also for a tenant without any record", async () => {
    const { page, go, faults, close } = await look(`${movement}&country=ZZ`);
    const said = () => page.locator("main .note").allTextContents();
    expect(await said()).toContain(`Nothing fits from ${FROM} to ${AS_OF}.`);
    await go(`#/analytics/loans?as_of=${AS_OF}&country=ZZ`);
    expect((await said()).join()).toContain("No loan fits.");
    await close();
    const empty = await open(browser, service, { tenant: "new", route: "#/analytics/vintages?by=quarter" });
    expect(await empty.page.locator("main .note").allTextContents()).toEqual([
      expect.stringContaining("No disbursement of a quarter that had ended by"),
    ]);
    expect([...faults, ...empty.faults]).toEqual([]);
    await empty.close();
  });

  it.each(looks(390, 1440))(
    "have no fault of access in %s, %i px wide, and no page wider than its window",
    async (scheme, width) => {
      const found: Record<string, unknown> = {};
      const { page, go, faults, close } = await look(`${movement}&shown=USD&kind=loan`, { scheme, width });
      for (const route of [
        `${movement}&shown=USD&kind=loan`,
        `#/analytics/vintages?as_of=${AS_OF}&by=month&group_by=kind`,
        `#/analytics/loans?as_of=${AS_OF}&country=&kind=loan`,
        "#/analytics/no-such",
      ]) {
        await go(route);
        for (const details of await page.locator("details > summary:visible").all()) await details.click();
        const wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        found[route] = [await findings(page), wider];
      }
      expect(Object.values(found)).toEqual(Object.values(found).map(() => [[], false]));
      expect(faults).toEqual([]);
      await close();
    },
  );
});
