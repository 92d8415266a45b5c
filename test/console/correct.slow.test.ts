import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringifyJson } from "../../src/contract/json.ts";
import { findings } from "./axe.ts";
import { keepBooks } from "./books-tenant.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open, rowsOf, worth } from "./open.ts";
import { type Service, startService } from "./service.ts";

const chromium = await findChromium();
const WRITES = "records:read ingest:write";

/** A purchase for one client, and another client. */
const GOODS = [
  {
    category: "client",
    data: {
      step: "create",
      client_id: "C-2",
      name: "Bo",
      email: "bo@example.com",
      phone: "+1234567890",
      address: "2 Main Street",
      country: "US",
      is_company: false,
      registration_number: "R-2",
      gender: "male",
    },
  },
  {
    category: "disbursement",
    data: {
      step: "create",
      disbursement_id: "G-1",
      kind: "purchase",
      disbursement_amount: 500,
      total_expected_margin: 20,
      currency: "USD",
      purchase_clients: [{ client_id: "C-1" }],
      operation_date: "2026-02-01",
      payment_date: "2026-02-03",
      estimated_delivery_date: "2026-06-01",
      goods_description: "Tractor",
      goods_status: "ordered",
      info: { officer: "A" },
    },
  },
];

type Row = Readonly<Record<string, unknown>>;

interface Figures {
  readonly outstanding_principal: unknown;
  readonly arrears: { readonly total: unknown };
  readonly received: { readonly total: unknown };
}

describe.skipIf(chromium === null)("corrections in the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    for (const tenant of ["paid", "terms", "twice"]) await keepBooks(service, tenant);
    await service.ingest("terms", GOODS);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  const look = (tenant: string, route: string, scope = WRITES) =>
    open(browser, service, { tenant, route, scope });
  const position = async (tenant: string) =>
    (await service.get<{ data: Figures }>(tenant, "/api/positions/D-1")).data;
  const preview = async (page: Page) =>
    Object.fromEntries((await rowsOf(page, "Position on")).map(([figure, ...both]) => [figure, both]));
  const posts = (requests: readonly { readonly url: string }[]) =>
    requests.filter(({ url }) => url.endsWith("/ingest")).length;

  it("record an installment as paid: the preview's figures are those of the API afterwards, and no earlier", async () => {
    const { page, requests, faults, close } = await look("paid", "#/disbursement/D-1");
    await page.getByRole("link", { name: "Record a payment" }).click();
    await loaded(page);
    await page.getByLabel("Paid is").selectOption("P-2");
    await page.getByRole("button", { name: "Choose" }).click();
    await loaded(page);
    await page.getByLabel("Payment date").fill("2026-03-20");
    await page.getByRole("button", { name: "Preview and record …" }).click();
    await page.getByRole("dialog", { name: "Record the installment P-2 as paid?" }).waitFor();
    const shown = await preview(page);
    expect([shown["Outstanding principal"], shown.Received]).toEqual([
      ["750.00", "500.00"],
      ["275.00", "550.00"],
    ]);
    expect(await findings(page)).toEqual([]);
    expect(worth((await position("paid")).outstanding_principal)).toBe(worth("750"));
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(posts(requests)).toBe(0);
    await page.getByRole("button", { name: "Preview and record …" }).click();
    await page.getByRole("button", { name: "Record the installment P-2 as paid" }).click();
    await page.getByText(/^Stored as event \d+ of P-2\.$/).waitFor();
    const after = await position("paid");
    expect([after.outstanding_principal, after.received.total, after.arrears.total].map(worth)).toEqual(
      [shown["Outstanding principal"]?.[1], shown.Received?.[1], shown.Arrears?.[1]].map(worth),
    );
    expect(posts(requests)).toBe(1);
    expect(faults).toEqual([]);
    await close();
  });

  it("record other money with its warnings, before and after it is stored", async () => {
    const { page, close } = await look("paid", "#/disbursement/D-1/payment");
    await page.getByLabel("Total").fill("10.00");
    await page.getByLabel("Payment date").fill("2020-01-01");
    await page.getByRole("button", { name: "Preview and record …" }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("list", { name: "Warnings" }).textContent()).toContain("before the loan's");
    await dialog.getByRole("button", { name: /^Record the payment P-/ }).click();
    await page.getByText(/^Stored as event/).waitFor();
    expect(await page.getByRole("list", { name: "Warnings" }).textContent()).toContain("before the loan's");
    await close();
  });

  it("refuse by the name of the field before anything is sent, by the rules of the service", async () => {
    const { page, requests, close } = await look("terms", "#/disbursement/D-1/correct");
    const ask = async () => {
      await page.getByRole("button", { name: "Preview and correct …" }).click();
      return page.locator("p.fault[role=alert]").textContent();
    };
    expect(await ask()).toBe("Nothing is changed.");
    await page.getByLabel("Amount", { exact: true }).fill("9OO");
    expect(await ask()).toContain("Amount must be an amount such as 1250.00");
    await page.getByLabel("Amount", { exact: true }).fill("900");
    expect(await ask()).toBe(
      "Change date is required when amount changes. Change reason is required when amount changes",
    );
    expect(posts(requests)).toBe(0);
    await page.getByLabel("Change date").fill("2026-04-01");
    await page.getByLabel("Change reason").fill("agreed");
    await page.getByRole("button", { name: "Preview and correct …" }).click();
    await page.getByRole("button", { name: "Correct the disbursement D-1" }).click();
    await page.getByText(/^Stored as event/).waitFor();
    expect(worth((await position("terms")).outstanding_principal)).toBe(worth("650"));
    await close();
  });

  it("change a purchase's clients, its further data and a day from the calendar, with every digit", async () => {
    const { page, faults, close } = await look("terms", "#/disbursement/G-1/correct");
    await page.getByLabel("Purchase clients").fill("C-2\nC-1");
    await page.getByLabel("Further data").fill('{"branch": "north", "rate": 1.50}');
    const day = page.getByLabel("Estimated delivery date");
    await page.locator(".date-field", { has: day }).getByRole("button", { name: "Calendar" }).click();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    expect(await day.inputValue()).toBe("2026-06-02");
    await page.getByRole("button", { name: "Preview and correct …" }).click();
    const dialog = page.getByRole("dialog", { name: "Correct the disbursement G-1?" });
    await dialog.waitFor();
    expect(await dialog.locator(".changes li").allTextContents()).toEqual([
      "Purchase clients: C-1 → C-2, C-1",
      "Estimated delivery date: 2026-06-01 → 2026-06-02",
      'Further data.officer: "A" → nothing',
      'Further data.branch: nothing → "north"',
      "Further data.rate: nothing → 1.50",
    ]);
    await page.getByRole("button", { name: "Correct the disbursement G-1" }).click();
    await page.getByText(/^Stored as event/).waitFor();
    const { data } = await service.get<{ data: Row }>("terms", "/api/tables/disbursements/G-1");
    expect(data.purchase_clients).toEqual([{ client_id: "C-2" }, { client_id: "C-1" }]);
    expect(stringifyJson(data.info)).toBe('{"branch":"north","rate":1.50}');
    expect(faults).toEqual([]);
    await close();
  });

  it("store one event when the answer of the first attempt is lost", async () => {
    const { page, close } = await look("twice", "#/disbursement/D-1/payment");
    let attempts = 0;
    await page.route("**/ingest", async (route) => {
      attempts += 1;
      if (attempts > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.getByLabel("Total").fill("10.00");
    await page.getByRole("button", { name: "Preview and record …" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Record the payment P-/ })
      .click();
    await page.getByText("It is not known whether this was stored.").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText(/^Stored as event/).waitFor();
    const { data } = await service.get<{ data: unknown[] }>("twice", "/api/tables/payments?status=paid");
    expect(data).toHaveLength(2);
    await close();
  });

  it("are offered only to a token that may write", async () => {
    const { page, go, close } = await look("paid", "#/disbursement/D-1", "records:read");
    expect(await page.getByRole("link", { name: "Correct a record" }).count()).toBe(0);
    await go("#/disbursement/D-1/correct");
    expect(await page.locator("main").textContent()).toContain("ingest:write");
    expect(await page.locator("main form").count()).toBe(0);
    await close();
  });

  it.each([
    ["light", 1024],
    ["dark", 390],
  ] as const)("are accessible in %s, %i px wide, preview included", async (scheme, width) => {
    const { page, go, faults, close } = await open(browser, service, {
      tenant: "paid",
      scope: WRITES,
      scheme,
      width,
    });
    for (const part of ["correct", "correct/P-3", "correct/none", "payment", "payment?row=P-3"]) {
      await go(`#/disbursement/D-1/${part}`);
      const wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
      expect([part, await findings(page), wider]).toEqual([part, [], false]);
    }
    await page.getByRole("button", { name: "Preview and record …" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await findings(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
    // The focus is on Cancel, and stays within the dialog.
    expect(await page.locator(":focus").textContent()).toBe("Cancel");
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.locator(":focus").textContent()).toBe("Preview and record …");
    expect(faults).toEqual([]);
    await close();
  });
});
