import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCOPES } from "../../src/contract/scopes.ts";
import { findings, looks } from "./axe.ts";
import { keepBooks } from "./books-tenant.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open, rowsOf } from "./open.ts";
import { type Service, startService } from "./service.ts";

const chromium = await findChromium();
const ALL = SCOPES.join(" ");

describe.skipIf(chromium === null)("the books of the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    for (const tenant of ["kept", "closing"]) await keepBooks(service, tenant);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  const look = (tenant: string, route: string, scope = ALL) =>
    open(browser, service, { tenant, route, scope });

  it("show the trial balance to the cent; an amount leads to its entries, an entry to its loan", async () => {
    const { page, faults, close } = await look("kept", "#/books/trial-balance?as_of=2026-02-28");
    const rows = await rowsOf(page, "Trial balance in USD");
    // 1,000 lent at a margin of 100; 250 of principal and 25 of margin came back.
    expect(rows.filter(([, , debit, credit]) => debit !== "0.00" || credit !== "0.00")).toEqual([
      ["1000", "Cash", "275.00", "0.00", "275.00"],
      ["1100", "Principal Receivable", "1,000.00", "250.00", "750.00"],
      ["1400", "Margin Receivable", "100.00", "25.00", "75.00"],
      ["2100", "Disbursement Clearing", "0.00", "1,000.00", "1,000.00"],
      ["2300", "Unearned Margin", "25.00", "100.00", "75.00"],
      ["4100", "Interest Income", "0.00", "25.00", "25.00"],
    ]);
    expect(await page.locator("tfoot").textContent()).toBe("Total1,400.001,400.000.00");
    await page.getByRole("link", { name: "250.00", exact: true }).click();
    await loaded(page);
    expect(new URL(page.url()).hash).toBe("#/books/journal?account_code=1100&to_date=2026-02-28");
    const entries = await rowsOf(page, "Journal entries");
    expect(entries.map((row) => row.slice(-5))).toContainEqual([
      "1100 Principal Receivable",
      "",
      "250.00",
      "USD",
      "D-1",
    ]);
    await page.getByRole("link", { name: "250.00", exact: true }).first().click();
    await loaded(page);
    expect(await page.locator("h1").textContent()).toBe("Journal entry");
    expect(await page.locator("dl.members").textContent()).toContain("2026-02-15");
    await page.getByRole("link", { name: "D-1" }).first().click();
    await loaded(page);
    expect(await page.locator("h1").textContent()).toBe("D-1");
    expect(faults).toEqual([]);
    await close();
  });

  it("filter the journal as the API does", async () => {
    const { page, close } = await look("kept", "#/books/journal");
    await page.getByLabel("Kind of entry").focus();
    await page.getByLabel("Kind of entry").selectOption("disbursement");
    await loaded(page);
    // The choice counts at once, and the keyboard goes on from there.
    expect(page.url()).toContain("event_type=disbursement");
    expect(await page.locator("select:focus option:checked").textContent()).toBe("disbursement");
    const shown = (await rowsOf(page, "Journal entries")).filter((row) => row.length === 7);
    expect(shown.map(([on, kind]) => [on, kind])).toEqual([["2026-01-15", "disbursement"]]);
    await page.getByRole("link", { name: "Remove all filters" }).click();
    await loaded(page);
    expect((await rowsOf(page, "Journal entries")).filter((row) => row.length === 7)).toHaveLength(2);
    await close();
  });

  it("call an account what the tenant calls it, where the token may read it", async () => {
    await keepBooks(service, "named");
    await service.change("named", {
      method: "PUT",
      path: "/v1/accounts/1100",
      scope: "hpts:adjustments:write",
      body: { name: "Loans to customers" },
    });
    const { page, go, close } = await look("named", "#/books/journal?account_code=1100");
    const accounts = async () => (await rowsOf(page, "Journal entries")).map((row) => row.at(-5));
    expect(await accounts()).toContain("1100 Loans to customers");
    expect(await page.getByLabel("Account").locator("option:checked").getAttribute("label")).toBe(
      "1100 Loans to customers",
    );
    await go("#/disbursement/D-1");
    expect(await accounts()).toContain("1100 Loans to customers");
    await close();
    const other = await look("named", "#/books/journal", "hpts:ledger:read");
    const names = (await rowsOf(other.page, "Journal entries")).map((row) => row.at(-5));
    expect(names).toContain("1100 Principal Receivable");
    await other.close();
  });

  it("name the missing scope, and ask nothing", async () => {
    const { page, requests, go, close } = await look("kept", "#/books", "positions:read");
    for (const [part, scope] of [
      ["", "hpts:balances:read"],
      ["/journal", "hpts:ledger:read"],
      ["/proof", "hpts:reconciliation:read"],
    ]) {
      await go(`#/books${part}`);
      expect(await page.getByRole("alert").textContent()).toContain(`needs the scope ${scope}`);
    }
    expect(
      requests.filter(({ url }) => /trial-balance|journal|bookkeeping/.test(new URL(url).pathname)),
    ).toEqual([]);
    await close();
  });

  it("show reconciliation, exceptions and proof, each empty where all agrees", async () => {
    const { page, go, close } = await look("kept", "#/books/reconciliation?as_of=2026-02-28");
    expect(await rowsOf(page, "Principal by currency")).toEqual([["USD", "750.00", "750.00", "ok"]]);
    await go("#/books/exceptions");
    expect(await page.getByText("No exception.").count()).toBe(1);
    await go("#/books/proof?as_of=2026-02-28");
    expect(await page.locator("main").textContent()).toContain("no difference");
    expect(await page.locator("main").textContent()).toContain("1 disbursement compared");
    await close();
  });

  it("close only after a confirmation that names the day, show the warnings, and reopen only with a reason", async () => {
    const { page, requests, close } = await look("closing", "#/books/closing");
    const puts = () => requests.filter(({ url }) => url.endsWith("/v1/closing")).length;
    const before = puts();
    await page.getByLabel("Close through").selectOption("2026-09-30");
    await page.getByRole("button", { name: "Close …" }).click();
    const dialog = page.getByRole("dialog", { name: "Close the books through 2026-09-30?" });
    await dialog.waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(puts()).toBe(before);
    await page.getByRole("button", { name: "Close …" }).click();
    await dialog.waitFor();
    expect(await dialog.getByRole("list", { name: "Warnings" }).textContent()).toContain(
      "Disbursement clearing (2100) is not zero: 1,000.00 USD",
    );
    await page.getByRole("button", { name: "Close the books through 2026-09-30" }).click();
    await page.getByText("The books are closed through 2026-09-30.").waitFor();
    await loaded(page);
    expect(await page.getByRole("list", { name: "Warnings" }).textContent()).toContain(
      "Disbursement clearing (2100) is not zero: 1,000.00 USD",
    );
    const list = await service.get<{ closed_through: string }>("closing", "/v1/closing");
    expect(list.closed_through).toBe("2026-09-30");
    expect((await rowsOf(page, "Closings")).map(([through]) => through)).toEqual(["2026-09-30"]);
    await page.getByLabel("Stay closed through").selectOption("");
    await page.getByLabel("Why (nothing personal)").fill("a receipt was missing");
    await page.getByRole("button", { name: "Reopen …" }).click();
    await page.getByRole("button", { name: "Reopen all closed months" }).click();
    await page.getByText("Everything is open.").waitFor();
    await loaded(page);
    expect((await rowsOf(page, "Closings")).map(([through, , , note]) => [through, note])).toEqual([
      ["nothing", "a receipt was missing"],
      ["2026-09-30", "–"],
    ]);
    await close();
  });

  it("offer to each token only what it may read, and no closing without its scope", async () => {
    const tabs = async (scope: string) => {
      const { page, close } = await look("kept", "#/books", scope);
      const found = await page.getByRole("navigation", { name: "Books" }).getByRole("link").allTextContents();
      await close();
      return found;
    };
    expect(await tabs("hpts:balances:read")).toEqual(["Trial balance"]);
    expect(await tabs("hpts:reconciliation:read")).toEqual(["Reconciliation", "Proof"]);
    const reader = await look("kept", "#/books/closing", "hpts:ledger:read");
    expect(await reader.page.locator("main button").count()).toBe(0);
    expect(await reader.page.locator("main").textContent()).toContain("hpts:closing:write");
    await reader.close();
    const other = await look("kept", "#/quality", "positions:read");
    expect(await other.page.getByRole("link", { name: "Books" }).count()).toBe(0);
    await other.go("#/books/journal");
    expect(await other.page.getByRole("alert").textContent()).toContain("hpts:ledger:read");
    await other.close();
  });

  it.each(looks(390, 1024, 1440))("are accessible in %s, %i px wide", async (scheme, width) => {
    const { page, go, faults, close } = await open(browser, service, {
      tenant: "kept",
      scope: ALL,
      scheme,
      width,
    });
    for (const part of [
      "trial-balance",
      "journal",
      "reconciliation",
      "exceptions",
      "proof",
      "closing",
      "late",
    ]) {
      await go(`#/books/${part}`);
      const wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
      expect([part, await findings(page), wider]).toEqual([part, [], false]);
    }
    expect(faults).toEqual([]);
    await close();
  });
});
