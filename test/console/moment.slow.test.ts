import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PortfolioJson, PositionJson } from "../../src/contract/position/answers.ts";
import { canonicalDecimal } from "../../src/domain/core/decimal.ts";
import { findChromium, launch } from "./chromium.ts";
import { figuresOf, loaded, open, worth } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();
const TENANT = "tape";
const [NOW, THEN] = ["2026-09-30", "2026-06-30"];

/** What the screen says of a figure's change; a plus is no part of a number. */
async function changesOf(page: Page): Promise<Readonly<Record<string, string>>> {
  const figures = page.locator("dl.figures > .figure", { has: page.locator(".change") });
  const labels = await figures.locator("dt").allTextContents();
  const texts = await figures.locator(".change").allTextContents();
  return Object.fromEntries(
    labels.map((label, index) => [label, (texts[index] ?? "").replace(/ since .*$/, "")]),
  );
}

const worthOf = (text: string | undefined) =>
  text === "unchanged" ? "0" : worth(String(text).replace("+", ""));
/** Amounts of the sample have two decimals and stay far below what a float holds exactly. */
const minus = (now: unknown, then: unknown) =>
  canonicalDecimal(((Math.round(Number(now) * 100) - Math.round(Number(then) * 100)) / 100).toFixed(2));

/** What these tests read of elements; the types of the DOM and of the Worker exclude each other. */
const messageOf = (one: unknown) => (one as { readonly validationMessage: string }).validationMessage;
const scrolledBy120 = (one: unknown) => {
  const element = one as { scrollLeft: number };
  element.scrollLeft = 120;
  return element.scrollLeft;
};

describe.skipIf(chromium === null)("the moment that the console shows", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest(TENANT, sample(40, NOW));
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  const look = (route: string, width = 1280) => open(browser, service, { tenant: TENANT, route, width });

  it("is a day in ISO form, typed or chosen from the calendar by keyboard", async () => {
    const { page, faults, close } = await look(`#/portfolio?as_of=${NOW}`);
    const field = page.getByLabel("As of");
    expect(await field.inputValue()).toBe(NOW);
    await field.fill("2026-02-30");
    await field.press("Enter");
    expect(await field.evaluate(messageOf)).toBe("A real day, written YYYY-MM-DD.");
    expect(page.url()).toContain(`as_of=${NOW}`);
    await field.fill(NOW);
    await field.press("Tab");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Calendar" });
    await dialog.getByRole("grid", { name: "September 2026" }).waitFor();
    const focused = () => page.locator(":focus").getAttribute("aria-label");
    expect(await focused()).toBe(NOW);
    for (const key of ["ArrowDown", "PageDown", "Home", "ArrowLeft"]) await page.keyboard.press(key);
    expect(await focused()).toBe("2026-11-01");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await field.inputValue()).toBe(NOW);
    await page.getByRole("button", { name: "Calendar" }).first().click();
    await page.keyboard.press("Shift+PageUp");
    await page.keyboard.press("Enter");
    expect(await field.inputValue()).toBe("2025-09-30");
    await page.keyboard.press("Enter");
    await loaded(page);
    expect(page.url()).toContain("as_of=2025-09-30");
    expect(await page.locator("h2#figures").textContent()).toContain("on 2025-09-30");
    expect(faults).toEqual([]);
    await close();
  });

  it("may be compared with another day: each figure says by how much the API's two figures differ", async () => {
    const at = async (day: string) => {
      const { data } = await service.get<PortfolioJson>(TENANT, `/api/portfolio?as_of_date=${day}`);
      const line = data.find(({ currency }) => currency === "USD");
      if (line === undefined) throw new Error("no dollars");
      return line;
    };
    const [now, then] = [await at(NOW), await at(THEN)];
    const { page, close } = await look(`#/portfolio?as_of=${NOW}&against=${THEN}&currency=USD`);
    const changes = await changesOf(page);
    for (const [label, member] of [
      ["Outstanding principal", "outstanding"],
      ["Arrears", "arrears"],
      ["Scheduled", "scheduled"],
      ["Received", "received"],
      ["Margin due", "margin_due"],
      ["Repaid", "repaid"],
    ] as const)
      expect([label, worthOf(changes[label])]).toEqual([label, minus(now[member], then[member])]);
    const points = ((Number(now.par30) - Number(then.par30)) * 100).toFixed(2).replace("-", "−");
    expect(changes["PAR 30"]).toBe(`${points.startsWith("−") ? "" : "+"}${points} points`);
    const buckets = await page.locator(".buckets .change").allTextContents();
    expect(buckets.map((text) => worthOf(text.replace(/ since .*$/, "")))).toEqual(
      now.buckets.map(({ outstanding }, index) => minus(outstanding, then.buckets[index]?.outstanding)),
    );
    await page.locator("table.rows tbody th a").first().click();
    await loaded(page);
    const id = await page.locator("h1").textContent();
    const position = async (day: string) =>
      (await service.get<{ data: PositionJson }>(TENANT, `/api/positions/${id}?as_of_date=${day}`)).data;
    const [one, other] = [await position(NOW), await position(THEN)];
    const own = await changesOf(page);
    expect(worthOf(own.Arrears)).toBe(minus(one.arrears.total, other.arrears.total));
    expect(worthOf(own["Days past due"])).toBe(minus(one.days_past_due, other.days_past_due));
    await close();
  });

  it("may be as the log knew it: at a sequence, or at the end of a day", async () => {
    const known = await service.get<PortfolioJson>(TENANT, `/api/portfolio?as_of_date=${NOW}&known_at=200`);
    const { page, go, close } = await look(`#/portfolio?as_of=${NOW}`);
    const before = await figuresOf(page);
    await page.getByLabel("Known at").fill("200");
    await page.getByLabel("Known at").press("Enter");
    await loaded(page);
    expect(page.url()).toContain("known_at=200");
    const [line] = [...known.data].sort((a, b) => Number(b.number) - Number(a.number));
    const figures = await figuresOf(page);
    expect(worth(figures["Outstanding principal"])).toBe(worth(line?.outstanding));
    expect(figures).not.toEqual(before);
    await go(`#/portfolio?as_of=${NOW}&known_at=2026-01-01`);
    expect(await page.locator("main").textContent()).toContain(`There was no disbursement on ${NOW}`);
    const today = new Date().toISOString().slice(0, 10);
    await go(`#/portfolio?as_of=${NOW}&known_at=${today}`);
    expect(await figuresOf(page)).toEqual(before);
    await page.getByLabel("Known at").fill("yesterday");
    await page.getByLabel("Known at").press("Enter");
    expect(await page.getByLabel("Known at").evaluate(messageOf)).toContain(
      "or a timestamp or a sequence of the log",
    );
    await close();
  });

  it("is one line on a phone, which opens; tables keep their first column", async () => {
    const { page, close } = await look(`#/portfolio?as_of=${NOW}&against=${THEN}`, 390);
    expect(await page.getByLabel("As of").isVisible()).toBe(false);
    await page.getByText(`As of ${NOW}, against ${THEN}`).click();
    expect(await page.getByLabel("As of").isVisible()).toBe(true);
    const header = await page.locator("header").boundingBox();
    expect(header?.height).toBeLessThan(60);
    const first = page.locator("table.rows tbody th").first();
    const left = async () => Math.round((await first.boundingBox())?.x ?? -1);
    const before = await left();
    const moved = await page.getByRole("group", { name: "Loans" }).evaluate(scrolledBy120);
    expect(moved).toBe(120);
    expect(await left()).toBe(before);
    await close();
  });
});
