import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings } from "./axe.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open, rowsOf } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();

const MARKUP = `<img src=x onerror="document.title='run'">`;

/** Values that a careless page would run, round or leave out. */
const AWKWARD = [
  {
    category: "client",
    data: {
      step: "create",
      client_id: `C/1 ?#%&"<b>`,
      name: MARKUP,
      email: "ada@example.com",
      phone: "+1234567890",
      address: "=1+1",
      country: "US",
      is_company: false,
      registration_number: "R-1",
      gender: "female",
      info: { nested: [MARKUP, 1.5] },
    },
  },
];

describe.skipIf(chromium === null)("the tables of the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest("tape", sample(12, "2026-09-30"));
    await service.ingest("awkward", AWKWARD);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  it("takes a choice at once and a typed text on Enter, and the focus stays where it was", async () => {
    const { page, close } = await open(browser, service, { tenant: "tape", route: "#/tables/payments" });
    const focused = () => page.evaluate<string>("document.activeElement.labels?.[0].textContent ?? ''");
    await page.getByLabel("Dates of").focus();
    await page.getByLabel("Dates of").selectOption("due_date");
    await page.getByLabel("from").fill("2026-03-10");
    await page.getByLabel("from").press("Tab");
    // A column alone asks for nothing, and a typed day waits.
    expect(page.url()).toMatch(/#\/tables\/payments$/);
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await loaded(page);
    expect(page.url()).toMatch(/date_field=due_date&start_date=2026-03-11$/);
    expect(await focused()).toBe("from");
    await page.getByLabel("Dates of").focus();
    await page.getByLabel("Dates of").selectOption("payment_date");
    await loaded(page);
    expect(page.url()).toContain("date_field=payment_date");
    expect(await focused()).toBe("Dates of");
    await page.getByLabel("Search ids").fill("P-");
    await page.getByLabel("Search ids").press("Enter");
    await loaded(page);
    expect(page.url()).toContain("search=P-");
    expect(await focused()).toBe("Search ids and statuses");
    await close();
  });

  it("show the API's rows in its order, page by page", async () => {
    const { page, close } = await open(browser, service, { tenant: "tape", route: "#/tables/payments" });
    const all = await service.get<{ data: { payment_id: string }[]; pagination: { total: unknown } }>(
      "tape",
      "/api/tables/payments?limit=200&include_count=true",
    );
    const ids = all.data.map(({ payment_id }) => payment_id);
    const shown = async () => (await rowsOf(page, "payments by")).map(([id]) => id);
    expect(await shown()).toEqual(ids.slice(0, 50));
    expect(await page.locator(".pager").textContent()).toContain(`Rows 1 to 50 of ${all.pagination.total}`);
    await page.getByRole("button", { name: "Next" }).click();
    await loaded(page);
    expect(await shown()).toEqual(ids.slice(50, 100));
    await page.getByRole("button", { name: "Previous" }).click();
    await loaded(page);
    expect(await shown()).toEqual(ids.slice(0, 50));
    await close();
  });

  it("filter, search, bound by date and sort as the API does; each can be removed, and Back goes back", async () => {
    const { page, close } = await open(browser, service, { tenant: "tape", route: "#/tables/payments" });
    await page.getByLabel("Where").selectOption("status");
    await page.getByLabel("is exactly").fill("paid");
    await page.getByLabel("Dates of").selectOption("due_date");
    await page.getByLabel("from").fill("2025-06-01");
    await page.getByLabel("to", { exact: true }).fill("2026-06-30");
    await page.getByLabel("is exactly").press("Enter");
    await loaded(page);
    await page.getByRole("button", { name: "Due", exact: true }).click();
    await loaded(page);
    const query =
      "status=paid&date_field=due_date&start_date=2025-06-01&end_date=2026-06-30&sort_by=due_date&limit=50";
    const answer = await service.get<{ data: { payment_id: string }[] }>(
      "tape",
      `/api/tables/payments?${query}`,
    );
    expect(answer.data.length).toBeGreaterThan(5);
    const shown = async () => (await rowsOf(page, "payments by due date")).map(([id]) => id);
    expect(await shown()).toEqual(answer.data.map(({ payment_id }) => payment_id));
    await page.getByRole("button", { name: "Remove filter: Status is paid" }).click();
    await loaded(page);
    expect(page.url()).not.toContain("status");
    await page.goBack();
    await loaded(page);
    expect(await shown()).toEqual(answer.data.map(({ payment_id }) => payment_id));
    await close();
  });

  it("lead from an id to its record, and from there to what belongs to it", async () => {
    const { page, close } = await open(browser, service, { tenant: "tape", route: "#/tables/payments" });
    const [row] = await rowsOf(page, "payments by");
    await page.locator("tbody td a").first().click();
    await page.waitForURL(/#\/disbursement\//);
    // The address changes before the heading does.
    await page.getByRole("heading", { level: 1, name: row?.[1] ?? "", exact: true }).waitFor();
    await page.goBack();
    await loaded(page);
    await page.locator("tbody th a").first().click();
    await page.getByRole("heading", { level: 1, name: row?.[0] ?? "", exact: true }).waitFor();
    await page.getByRole("link", { name: "events of this id" }).click();
    await loaded(page);
    const events = await service.get<{ data: { event_id: string }[] }>(
      "tape",
      `/api/tables/events?id=${row?.[0]}`,
    );
    expect((await rowsOf(page, "events by")).map(([id]) => id)).toEqual(
      events.data.map((one) => one.event_id),
    );
    await close();
  });

  it("are saved as the CSV that the API gives, all of its pages", async () => {
    const { page, faults, close } = await open(browser, service, {
      tenant: "tape",
      route: "#/tables/payments",
    });
    const started = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const download = await started;
    expect(download.suggestedFilename()).toBe("payments.csv");
    const saved = await readFile(await download.path(), "utf8");
    expect(saved).toBe(await service.get("tape", "/api/tables/payments", "text/csv"));
    expect(saved.split("\r\n").length).toBeGreaterThan(50);
    expect(faults).toEqual([]);
    await close();
  });

  it("show every value as text, and find a record by any id", async () => {
    const { page, faults, requests, close } = await open(browser, service, {
      tenant: "awkward",
      route: "#/tables/clients",
    });
    const [row] = await rowsOf(page, "clients by");
    expect(row?.slice(0, 2)).toEqual([`C/1 ?#%&"<b>`, MARKUP]);
    await page.locator("tbody th a").click();
    await loaded(page);
    expect(await page.locator("h1").textContent()).toBe(`C/1 ?#%&"<b>`);
    expect(await page.locator("pre").textContent()).toContain(JSON.stringify(MARKUP));
    expect(await page.title()).toContain("C/1");
    expect(await page.locator("img").count()).toBe(0);
    expect(requests.filter(({ url }) => url.endsWith("/x"))).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it("have names for people, with the API's beside, and the columns that the address names", async () => {
    const { page, close } = await open(browser, service, { tenant: "tape", route: "#/tables/payments" });
    expect(await page.getByRole("button", { name: "Due", exact: true }).getAttribute("title")).toBe(
      "due_date",
    );
    await page.getByText(/^Columns \(\d+ of \d+\)$/).click();
    for (const box of await page.locator(".column-choice input").all()) await box.uncheck();
    await page.getByLabel(/^due_date/).check();
    await page.getByRole("button", { name: "Show these columns" }).click();
    await loaded(page);
    expect(new URL(page.url()).hash).toBe("#/tables/payments?columns=due_date");
    expect(await page.locator("thead th").allTextContents()).toEqual(["Payment", "Due"]);
    await page.getByRole("button", { name: "Due", exact: true }).click();
    await loaded(page);
    expect(await page.locator("thead th").allTextContents()).toEqual(["Payment", "Due"]);
    await close();
  });

  it("open an object beside the table as text, and Escape closes it", async () => {
    const { page, faults, close } = await open(browser, service, {
      tenant: "awkward",
      route: "#/tables/clients",
    });
    const cell = page.getByRole("button", { name: "Further data: nested; show beside" });
    await cell.click();
    const beside = page.getByRole("complementary", { name: "Further data" });
    expect(await beside.locator("pre").textContent()).toContain("1.5");
    expect(await beside.locator("pre").textContent()).toContain("onerror");
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await beside.count()).toBe(0);
    expect(await cell.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true);
    expect(faults).toEqual([]);
    await close();
  });

  it("say quietly that events came, and show them on request", async () => {
    await service.ingest("live", AWKWARD);
    const look = { tenant: "live", route: "#/tables/clients" };
    const { page, requests, close } = await open(browser, service, look);
    const follows = ({ url }: { readonly url: string }) => {
      const { pathname, searchParams } = new URL(url);
      return pathname === "/api/tables/events" && searchParams.has("cursor");
    };
    await expect.poll(() => requests.some(follows), { timeout: 60_000 }).toBe(true);
    const [first] = AWKWARD;
    const more = ["C-2", "C-3"].map((client_id) => ({ ...first, data: { ...first?.data, client_id } }));
    await service.ingest("live", more);
    await page.getByRole("button", { name: "2 new events: show" }).click({ timeout: 60_000 });
    await loaded(page);
    expect((await rowsOf(page, "clients by")).map(([id]) => id).sort()).toEqual([
      "C-2",
      "C-3",
      `C/1 ?#%&"<b>`,
    ]);
    expect(await page.locator(".news").textContent()).toBe("");
    await close();
  });

  it("explain a refused request in plain words, with its trace id", async () => {
    const { page, go, close } = await open(browser, service, {
      tenant: "tape",
      route: "#/tables/payments/none",
    });
    expect(await page.getByRole("alert").textContent()).toMatch(/payments.*Trace [0-9a-f]{32}/);
    await go("#/tables/payments?date_field=due_date&start_date=2026-02-31");
    expect(await page.getByRole("alert").textContent()).toContain("start_date must be a real date");
    await go("#/tables/nothing");
    expect(await page.locator("h1").textContent()).toBe("No such table");
    await close();
  });
});
