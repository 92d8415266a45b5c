import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings } from "./axe.ts";
import { findChromium, launch } from "./chromium.ts";
import { figuresOf, loaded, open, rowsOf, worth } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();
const AS_OF = "2026-09-30";

interface Line {
  readonly currency: string;
  readonly outstanding: unknown;
  readonly arrears: unknown;
}

describe.skipIf(chromium === null)("a client in the console", () => {
  let browser: Browser;
  let service: Service;
  let id: string;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest("tape", sample(40, AS_OF));
    const loans = await service.get<{ data: { client_id: string | null }[] }>(
      "tape",
      `/api/positions?as_of_date=${AS_OF}&kind=loan&limit=1`,
    );
    id = loans.data[0]?.client_id ?? "";
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  it("has the API's figures in each currency, its disbursements and what was paid on them", async () => {
    const route = `#/client/${id}?as_of=${AS_OF}`;
    const { page, faults, close } = await open(browser, service, { tenant: "tape", route });
    const portfolio = await service.get<{ data: Line[] }>(
      "tape",
      `/api/portfolio?client_id=${id}&as_of_date=${AS_OF}`,
    );
    const cards = page.locator('section.card:has(h2[id^="figures-"])');
    expect(await cards.count()).toBe(portfolio.data.length);
    expect(portfolio.data.length).toBeGreaterThan(0);
    const [line] = portfolio.data;
    const shown = await figuresOf(page);
    expect([worth(shown["Outstanding principal"]), worth(shown.Arrears)]).toEqual([
      worth(portfolio.data.at(-1)?.outstanding),
      worth(portfolio.data.at(-1)?.arrears),
    ]);
    expect(await cards.first().textContent()).toContain(line?.currency);
    const loans = await service.get<{ data: { disbursement_id: string }[] }>(
      "tape",
      `/api/positions?client_id=${id}&as_of_date=${AS_OF}&limit=200`,
    );
    const ids = loans.data.map(({ disbursement_id }) => disbursement_id).sort();
    expect((await rowsOf(page, "Disbursements")).map(([one]) => one).sort()).toEqual(ids);
    const paid = await Promise.all(
      ids.map((one) =>
        service.get<{ data: { payment_id: string }[] }>(
          "tape",
          `/api/tables/payments?disbursement_id=${one}&status=paid&limit=200`,
        ),
      ),
    );
    const payments = (await rowsOf(page, "Payments")).map(([, one]) => one);
    expect(payments.length).toBeGreaterThan(0);
    const all = paid.flatMap(({ data }) => data.map(({ payment_id }) => payment_id));
    expect(payments.filter((one) => !all.includes(one ?? ""))).toEqual([]);
    expect(await findings(page)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it("is named beside its id in lists, for a reader of records only", async () => {
    const { data } = await service.get<{ data: { name: string } }>("tape", `/api/tables/clients/${id}`);
    const route = `#/tables/disbursements?client_id=${id}`;
    const { page, requests, close } = await open(browser, service, { tenant: "tape", route });
    await page.getByText(data.name).first().waitFor();
    await page.getByRole("link", { name: id }).first().click();
    await loaded(page);
    expect(await page.locator("h1").textContent()).toBe(id);
    expect(await page.locator("h2").first().textContent()).toBe(data.name);
    expect(requests.filter(({ url }) => url.endsWith(`/api/tables/clients/${id}`)).length).toBe(2);
    await close();
    const look = { tenant: "tape", route: `#/portfolio?as_of=${AS_OF}`, scope: "positions:read" };
    const other = await open(browser, service, look);
    expect(await other.page.locator(".client-name").count()).toBeGreaterThan(0);
    await other.go(`#/client/${id}?as_of=${AS_OF}`);
    expect(await other.page.locator("main").textContent()).not.toContain(data.name);
    expect(await other.page.getByRole("alert").count()).toBe(0);
    expect(other.requests.filter(({ url }) => url.includes("/api/tables/"))).toEqual([]);
    await other.close();
  });
});
