import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintToken } from "../support/tokens.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open } from "./open.ts";
import { READS, type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();

describe.skipIf(chromium === null)("the token of the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
    await service.ingest("tape", sample(4, "2026-09-30"));
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  it("leaves the address before the first request, and is in no address, storage, cookie or document", async () => {
    const token = await service.token("tape");
    const context = await browser.newContext();
    const page = await context.newPage();
    const addresses: string[] = [];
    context.on("request", (request) => {
      addresses.push(request.url());
      if (request.url().includes("/api/")) addresses.push(page.url());
    });
    await page.goto(`${service.origin}/console#token=${token}`);
    await loaded(page);
    await page.evaluate("location.hash = '#/tables/clients'");
    await loaded(page);
    expect(addresses.filter((url) => url.includes("/api/")).length).toBeGreaterThan(1);
    const kept = await page.evaluate(
      "[document.documentElement.outerHTML, JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), document.cookie, JSON.stringify(history.state), location.href].join(' ')",
    );
    expect([...addresses, kept].filter((text) => String(text).includes(token))).toEqual([]);
    await page.goBack();
    await page.goBack().catch(() => null);
    expect(page.url()).not.toContain(token);
    await context.close();
  });

  it("is asked for again after a reload, and nothing is requested without it", async () => {
    const { page, requests, close } = await open(browser, service, {
      tenant: "tape",
      route: "#/tables/clients",
    });
    // The view before may ask for news until the new document takes its place.
    let before = 0;
    page.once("framenavigated", () => {
      before = requests.length;
    });
    await page.reload();
    expect(before).toBeGreaterThan(0);
    await page.getByLabel("Token").waitFor();
    await page.waitForLoadState("networkidle");
    expect(requests.slice(before).filter(({ url }) => new URL(url).pathname.startsWith("/api"))).toEqual([]);
    await page.getByLabel("Token").fill("not a token");
    await page.getByRole("button", { name: "Open the console" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("neither a token");
    await page.getByLabel("Token").fill(await service.token("tape"));
    await page.getByRole("button", { name: "Open the console" }).click();
    await loaded(page);
    expect(await page.locator("h1").textContent()).toBe("Clients");
    await page.getByRole("button", { name: "Forget token" }).click();
    expect(await page.getByLabel("Token").inputValue()).toBe("");
    await close();
  });

  it("can be an API key, whose tenant and scopes the page asks for", async () => {
    const token = await service.token("tape", "keys:manage positions:read");
    const made = await fetch(`${service.origin}/v1/api-keys`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        "Idempotency-Key": "console-key",
      },
      body: JSON.stringify({
        name: "console",
        scopes: ["positions:read"],
        expires_at: "2099-12-31T00:00:00Z",
      }),
    });
    expect(made.status).toBe(201);
    const { key } = (await made.json()) as { key: string };
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${service.origin}/console`);
    await page.getByLabel("Token").fill(key);
    await page.getByRole("button", { name: "Open the console" }).click();
    await loaded(page);
    expect(await page.locator(".who").textContent()).toMatch(/^tape *access until 2099-12-31 00:00 UTC/);
    await page.evaluate("location.hash = '#/tables/clients'");
    await loaded(page);
    expect(await page.getByRole("alert").textContent()).toContain("You have positions:read");
    await context.close();
  });

  it("goes with every request to the API and with no other, and no request leaves the origin", async () => {
    const { requests, faults, go, close } = await open(browser, service, { tenant: "tape" });
    for (const route of ["#/disbursement/D-0001", "#/tables/events", "#/tables/clients/none", "#/nothing"])
      await go(route);
    const api = ({ url }: { readonly url: string }) => /^\/(api|v1)\//.test(new URL(url).pathname);
    expect(requests.filter(api).length).toBeGreaterThan(3);
    expect(requests.filter((request) => api(request) !== request.authorized)).toEqual([]);
    expect(requests.filter(({ url }) => new URL(url).origin !== service.origin)).toEqual([]);
    expect(faults).toEqual([]);
    await close();
  });

  it("that lacks a scope or has expired is refused in plain words, and another token continues at the same place", async () => {
    const look = { tenant: "tape", scope: "positions:read", route: "#/tables/clients" };
    const { page, close } = await open(browser, service, look);
    const alert = page.getByRole("alert");
    expect(await alert.textContent()).toMatch(/records:read.*You have positions:read/s);
    const expired = await mintToken({ tenant: "tape", scope: READS, expiresInS: -3600 });
    await page.evaluate(`location.hash = '#token=${expired}'`);
    await loaded(page);
    expect(page.url()).not.toContain(expired);
    await page.evaluate("location.hash = '#/tables/clients'");
    await loaded(page);
    expect(await alert.textContent()).toMatch(/token.*Trace [0-9a-f]{32}/is);
    await page.getByRole("button", { name: "Use another token" }).click();
    await page.getByLabel("Token").fill(await service.token("tape"));
    await page.getByRole("button", { name: "Open the console" }).click();
    await loaded(page);
    expect(await page.locator("tbody tr").count()).toBeGreaterThan(1);
    await close();
  });
});
