import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { individual, loan } from "../support/examples.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open } from "./open.ts";
import { type Service, startService } from "./service.ts";

const chromium = await findChromium();
const TENANT = "finder";

const client = (client_id: string, name: string) => ({
  category: "client",
  data: { ...individual, client_id, name },
});
const credit = (disbursement_id: string, client_id: string, disbursement_amount: number) => ({
  category: "disbursement",
  data: { ...loan, disbursement_id, client_id, disbursement_amount, currency: "EUR" },
});
const RECORDS = [
  client("C-1", "Ana García"),
  client("C-2", "<b>Bold</b> & Co"),
  credit("L-1", "C-1", 1250.5),
  credit("L-2", "C-2", 900),
  ...Array.from({ length: 30 }, (_, index) => client(`MANY-${index + 10}`, "One of Many")),
];

describe.skipIf(chromium === null)("the search of the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest(TENANT, RECORDS);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  const box = (page: Page) => page.getByRole("combobox", { name: "Search" });
  const chosen = (page: Page) => page.locator("[role=option][aria-selected=true]");
  const typed = async (page: Page, text: string) => {
    await page.keyboard.press("/");
    await page.keyboard.insertText(text);
    await page.getByRole("option").first().waitFor();
  };

  it("begins with / everywhere but in a field, and goes by arrows, Enter and Escape", async () => {
    const { page, faults, close } = await open(browser, service, { tenant: TENANT });
    await typed(page, "1.250,50");
    expect(await page.getByRole("group", { name: "Disbursements" }).textContent()).toContain("1,250.50 EUR");
    expect(await chosen(page).textContent()).toMatch(/^L-1/);
    expect(await box(page).getAttribute("aria-expanded")).toBe("true");
    const active = await box(page).getAttribute("aria-activedescendant");
    expect(await chosen(page).getAttribute("id")).toBe(active);
    await page.keyboard.press("ArrowDown");
    expect(await chosen(page).textContent()).toBe("All results for “1.250,50”");
    await page.keyboard.press("ArrowDown");
    expect(await chosen(page).textContent()).toMatch(/^L-1/);
    await page.keyboard.press("Enter");
    await loaded(page);
    expect(page.url()).toMatch(/#\/disbursement\/L-1$/);
    await typed(page, "garcia");
    expect(await page.getByRole("status").textContent()).toBe("1 hit.");
    await page.keyboard.press("Escape");
    expect(await box(page).getAttribute("aria-expanded")).toBe("false");
    expect(await box(page).inputValue()).toBe("garcia");
    await page.keyboard.press("Escape");
    expect(await box(page).inputValue()).toBe("");
    await page.evaluate("location.hash = '#/tables/clients'");
    await loaded(page);
    await page.getByLabel("is exactly").fill("a");
    await page.keyboard.press("/");
    expect(await page.getByLabel("is exactly").inputValue()).toBe("a/");
    expect(faults).toEqual([]);
    await close();
  });

  it("shows names as text, and opens what is clicked", async () => {
    const { page, close } = await open(browser, service, { tenant: TENANT, width: 390 });
    await typed(page, "bold");
    expect(await page.getByRole("option").first().textContent()).toContain("<b>Bold</b> & Co");
    await page.getByRole("option").first().click();
    await loaded(page);
    expect(page.url()).toMatch(/#\/client\/C-2$/);
    await close();
  });

  it("shows 20 hits of a kind on its page, and searches further on request", async () => {
    const { page, close } = await open(browser, service, { tenant: TENANT, route: "#/search?q=many" });
    const hits = page.locator("a.hit");
    expect(await hits.count()).toBe(20);
    await page.getByRole("button", { name: "Search further" }).click();
    await hits.nth(29).waitFor();
    expect(new Set(await hits.locator(".hit-id").allTextContents()).size).toBe(30);
    expect(await page.getByRole("button", { name: "Search further" }).count()).toBe(0);
    await page.evaluate("location.hash = '#/search?q=nobody'");
    await loaded(page);
    expect(await page.locator("main").textContent()).toContain("Nothing found.");
    await close();
  });

  it("opens a disbursement by its id for readers of positions only", async () => {
    const look = { tenant: TENANT, scope: "positions:read" };
    const { page, requests, close } = await open(browser, service, look);
    await page.keyboard.press("/");
    await page.keyboard.insertText("L-2");
    await page.keyboard.press("Enter");
    await loaded(page);
    expect(page.url()).toMatch(/#\/disbursement\/L-2$/);
    expect(requests.filter(({ url }) => url.includes("/api/search"))).toEqual([]);
    await close();
  });
});
