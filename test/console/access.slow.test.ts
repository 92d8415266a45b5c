import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings, looks } from "./axe.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();

const AS_OF = "2026-09-30";
const TENANT = "tape";

describe.skipIf(chromium === null)("the console is accessible", () => {
  let browser: Browser;
  let service: Service;
  let views: Readonly<Record<string, string>>;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest(TENANT, sample(40, AS_OF));
    const list = await service.get<{ data: { disbursement_id: string; client_id: string | null }[] }>(
      TENANT,
      `/api/positions?as_of_date=${AS_OF}&limit=1`,
    );
    const id = list.data[0]?.disbursement_id;
    views = {
      portfolio: `#/portfolio?as_of=${AS_OF}`,
      disbursement: `#/disbursement/${id}?as_of=${AS_OF}`,
      client: `#/client/${list.data[0]?.client_id}?as_of=${AS_OF}`,
      quality: `#/quality?as_of=${AS_OF}`,
      books: `#/books/trial-balance?as_of=${AS_OF}`,
      table: "#/tables/payments?status=paid&search=P",
      row: `#/tables/disbursements/${id}`,
      search: `#/search?q=${id}`,
      problem: "#/tables/payments/none",
    };
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  it.each(looks(375, 768, 1440))(
    "in %s, %i px wide: axe finds no fault, and no page is wider than its window",
    async (scheme, width) => {
      const { page, go, faults, close } = await open(browser, service, { tenant: TENANT, scheme, width });
      const found: Record<string, readonly string[]> = {};
      for (const [name, route] of Object.entries(views)) {
        await go(route);
        for (const details of await page.locator("details > summary:visible").all()) await details.click();
        found[name] = await findings(page);
        const wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
        expect([name, wider]).toEqual([name, false]);
      }
      if (width < 760) await page.getByRole("button", { name: "Menu" }).click();
      found.menu = await findings(page);
      await page.getByRole("button", { name: "Forget token" }).click();
      found.token = await findings(page);
      expect(found).toEqual(
        Object.fromEntries([...Object.keys(views), "menu", "token"].map((name) => [name, []])),
      );
      expect(faults).toEqual([]);
      await close();
    },
  );

  it("can be used with only the keyboard, and the focus is always visible", async () => {
    const { page, close } = await open(browser, service, { tenant: TENANT, route: views.portfolio ?? "" });
    await page.reload();
    await page.getByLabel("Token").waitFor();
    const press = (key: string) => page.keyboard.press(key);
    const focused = () => page.locator(":focus");
    /** Tabs on until the focus is on what has this name; every stop on the way must show that it has the focus. */
    const tabTo = async (name: string, key = "Tab") => {
      for (let steps = 0; steps < 80; steps += 1) {
        await press(key);
        const [label, outline] = (await page.evaluate(
          `(() => { const one = document.activeElement, style = getComputedStyle(one);
            const label = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
            return [label.trim(), style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2 ? "none" : "seen"]; })()`,
        )) as [string, string];
        expect([label, outline]).toEqual([label, "seen"]);
        if (label === name) return;
      }
      throw new Error(`${key} never came to ${name}`);
    };
    await tabTo("Token or API key");
    await page.keyboard.insertText(await service.token(TENANT));
    await tabTo("Open the console");
    await press("Enter");
    await loaded(page);
    expect(await focused().textContent()).toBe("Portfolio");
    await tabTo("Skip to the content", "Shift+Tab");
    await press("Enter");
    expect(await focused().getAttribute("id")).toBe("main");
    await tabTo("Charts");
    await tabTo("31-60 days: show the loans");
    await press("Enter");
    await loaded(page);
    expect(await focused().textContent()).toBe("Loans: 31-60 days");
    await tabTo("Show");
    await press("ArrowUp");
    await press("ArrowUp");
    await loaded(page);
    await tabTo("Arrears");
    await press("Enter");
    await loaded(page);
    await tabTo("Quality", "Shift+Tab");
    await press("Enter");
    await loaded(page);
    expect(await focused().textContent()).toBe("Quality");
    await tabTo("Download examples as CSV");
    await tabTo("Tables", "Shift+Tab");
    await press("Enter");
    await loaded(page);
    expect(await focused().textContent()).toBe("Clients");
    await tabTo("Payments");
    await press("Enter");
    await loaded(page);
    await tabTo("is exactly");
    await page.keyboard.insertText("nobody");
    await press("Enter");
    await loaded(page);
    await tabTo("Remove filter: Payment is nobody");
    await press("Enter");
    await loaded(page);
    await tabTo("Search", "Shift+Tab");
    await page.keyboard.insertText("nobody at all");
    await press("Enter");
    await loaded(page);
    expect(await page.locator("main").textContent()).toContain("Nothing found.");
    await close();
  });

  it("announces changes to a screen reader, and names every picture and table", async () => {
    const { page, close } = await open(browser, service, { tenant: TENANT, route: views.disbursement ?? "" });
    expect(await page.getByRole("status").first().textContent()).toMatch(/^Loaded .+\.$/);
    const pictures = await page.getByRole("img").all();
    expect(pictures.length).toBe(2);
    for (const picture of pictures) {
      expect(await picture.getAttribute("aria-label")).toMatch(
        / to \d{4}-\d\d-\d\d\. 2026-09-30: .+ [\d,.]+\. The arrow keys/,
      );
    }
    for (const table of await page.locator("main table:not(.u-legend)").all()) {
      expect(await table.locator("caption").count()).toBe(1);
    }
    await close();
  });
});
