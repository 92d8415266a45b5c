import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RULES } from "../../src/console/quality/rules.ts";
import type { QualityJson } from "../../src/contract/position/answers.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();

const AS_OF = "2026-09-30";
const TENANT = "tape";

const person = {
  name: "Ada",
  email: "ada@example.com",
  phone: "+1234567890",
  address: "1 Main St",
  country: "US",
  is_company: false,
  registration_number: "R-1",
  gender: "female",
};

/** Two clients with one registration number, one of which has an id that would be markup. */
const TWINS = ["<b>twin</b>", "twin/2"].map((client_id) => ({
  category: "client",
  data: { step: "create", client_id, ...person },
}));

/** What this test reads of an HTMLLIElement; the types of the DOM and of the Worker exclude each other. */
interface Item {
  readonly querySelectorAll: (tag: "a") => Iterable<{ readonly textContent: string }>;
}

describe.skipIf(chromium === null)("the quality page of the console", () => {
  let browser: Browser;
  let service: Service;
  let quality: QualityJson;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest(TENANT, [...sample(90, AS_OF), ...TWINS]);
    quality = await service.get(TENANT, `/api/quality?as_of_date=${AS_OF}`);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  const look = (route = `#/quality?as_of=${AS_OF}`, scope?: string) =>
    open(browser, service, { tenant: TENANT, route, ...(scope !== undefined && { scope }) });

  it("shows each rule's findings and examples as the API has them, and the rules that found nothing", async () => {
    const { page, faults, close } = await look();
    const found = quality.rules.filter(({ count }) => Number(count.value) > 0);
    expect(found.length).toBeGreaterThan(2);
    for (const { code, count, examples } of found) {
      const card = page.locator(`section[aria-labelledby=${code}]`);
      expect(await card.locator("h2").textContent()).toBe(RULES[code][0]);
      expect(await card.locator(".note").textContent()).toMatch(new RegExp(`^${count.value} findings?\\b`));
      const links = await card
        .locator("li")
        .evaluateAll((items: readonly Item[]) =>
          items.map((item) => [...item.querySelectorAll("a")].map(({ textContent }) => textContent)),
        );
      expect(links).toEqual(
        examples.map((example) =>
          "client_ids" in example
            ? example.client_ids
            : [example.payment_id, example.disbursement_id].filter((id) => id !== undefined),
        ),
      );
    }
    const quiet = quality.rules.filter(({ count }) => Number(count.value) === 0);
    expect(await page.locator("section[aria-labelledby=clean] dt").allTextContents()).toEqual(
      quiet.map(({ code }) => RULES[code][0]),
    );
    expect(faults).toEqual([]);
    await close();
  });

  it("leads to the records: a disbursement on that day, a payment, a client of any id", async () => {
    const { page, close } = await look();
    await page.getByRole("link", { name: "<b>twin</b>" }).click();
    await loaded(page);
    expect(await page.locator("h1").textContent()).toContain("<b>twin</b>");
    const ofPayments = quality.rules.flatMap(({ examples }) => examples).find((one) => "payment_id" in one);
    const { payment_id = "", disbursement_id = "" } = ofPayments as Readonly<Record<string, string>>;
    for (const [name, title] of [
      [payment_id, payment_id],
      [disbursement_id, disbursement_id],
    ] as const) {
      await page.evaluate(`location.hash = "#/quality?as_of=${AS_OF}"`);
      await loaded(page);
      await page.getByRole("link", { name, exact: true }).first().click();
      await loaded(page);
      expect(await page.locator("h1").textContent()).toContain(title);
    }
    expect(page.url()).toContain(`as_of=${AS_OF}`);
    await close();
  });

  it("goes to another day, and says when nothing was found", async () => {
    const { page, close } = await open(browser, service, {
      tenant: "empty",
      route: `#/quality?as_of=${AS_OF}`,
    });
    expect(await page.locator("main").textContent()).toContain("None of the 15 rules found anything.");
    await page.getByLabel("As of").fill("1999-12-31");
    await page.getByLabel("As of").press("Enter");
    await loaded(page);
    expect(page.url()).toContain("as_of=1999-12-31");
    await close();
  });

  it("opens with only positions:read, and names the scope if it is missing", async () => {
    const allowed = await look(undefined, "positions:read");
    expect(await allowed.page.locator("section[aria-labelledby]").count()).toBeGreaterThan(2);
    await allowed.close();
    const refused = await look(undefined, "hpts:ledger:read");
    expect(await refused.page.getByRole("alert").textContent()).toContain("positions:read");
    await refused.close();
  });
});
