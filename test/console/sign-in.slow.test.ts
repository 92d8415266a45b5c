import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mintToken } from "../support/tokens.ts";
import { findChromium, launch } from "./chromium.ts";
import { signInAs, startIssuer, type TestIssuer, TOKEN_LIFE_S } from "./issuer.ts";
import { loaded } from "./open.ts";
import { READS, type Service, startService } from "./service.ts";

const chromium = await findChromium();
const TENANT = "signed-in";

describe.skipIf(chromium === null)("the sign-in of the console", () => {
  let browser: Browser;
  let issuer: TestIssuer;
  let service: Service;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];
  beforeAll(async () => {
    issuer = await startIssuer();
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService(issuer.settings)]);
    await issuer.serve(service.origin, TENANT);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
    issuer?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    context.setDefaultTimeout(120_000);
    page = await context.newPage();
    faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content.Security.Policy/i.test(message.text())) faults.push(message.text());
    });
    return () => context.close();
  });

  /** Signs in from a view, and waits until that view has loaded. */
  async function signIn(route: string): Promise<void> {
    await page.goto(`${service.origin}/console${route}`);
    await page.getByRole("button", { name: `Sign in at ${new URL(issuer.issuer).host}` }).click();
    await signInAs(page, "ada");
    await page.waitForURL(`${service.origin}/console${route}`);
    await loaded(page);
  }

  it("returns to the view that was asked for, and leaves no code and no token anywhere but in memory", async () => {
    const answered: Promise<string>[] = [];
    page.on("response", (response) => {
      if (response.url() === `${issuer.issuer}/token`) answered.push(response.text());
    });
    await signIn("#/tables/clients?search=nobody");
    expect(await page.locator("h1").textContent()).toBe("Clients");
    expect(await page.locator(".who").textContent()).toMatch(/^signed-in *signed in *Sign out$/);
    const { access_token, refresh_token, id_token } = JSON.parse((await answered[0]) ?? "{}");
    const kept = await page.evaluate(
      "[document.documentElement.outerHTML, JSON.stringify({...localStorage}), JSON.stringify({...sessionStorage}), document.cookie, JSON.stringify(history.state), location.href].join(' ')",
    );
    for (const secret of [access_token, refresh_token, id_token]) {
      expect(secret).toMatch(/.{20}/);
      expect(kept).not.toContain(secret);
    }
    expect(page.url()).not.toContain("code=");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in at" }).waitFor();
    expect(faults).toEqual([]);
  });

  it("renews the token while the page is open, and later requests have the new one", async () => {
    await page.clock.install();
    await signIn("#/tables/clients");
    const sent = async (route: string) => {
      const request = page.waitForRequest((one) => one.url().includes("/api/tables/"));
      await page.evaluate(`location.hash = ${JSON.stringify(route)}`);
      const token = (await request).headers().authorization;
      await loaded(page);
      return token;
    };
    const before = await sent("#/tables/payments");
    const renewal = page.waitForResponse(
      (response) =>
        response.url() === `${issuer.issuer}/token` &&
        (response.request().postData() ?? "").includes("grant_type=refresh_token"),
    );
    // By the page's clock alone: what the issuer and the service count has not passed.
    await page.clock.fastForward(TOKEN_LIFE_S * 1000);
    const renewed = await renewal;
    expect(renewed.status()).toBe(200);
    await renewed.finished();
    const after = await sent("#/tables/operations");
    expect(before).toMatch(/^Bearer ey/);
    expect(after).toMatch(/^Bearer ey/);
    expect(after).not.toBe(before);
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("says that a pasted token has ended, and signs in again to the same view", async () => {
    await page.goto(`${service.origin}/console#/tables/events`);
    await page.getByText("Use a token or an API key").click();
    await page.getByLabel("Token").fill(await mintToken({ tenant: TENANT, scope: READS, expiresInS: -3600 }));
    await page.getByRole("button", { name: "Open the console" }).click();
    await loaded(page);
    const alert = page.getByRole("alert").first();
    expect(await alert.textContent()).toMatch(/^Your access has endedThe token was valid until \d{4}-/);
    await page.getByRole("button", { name: "Sign in again" }).click();
    await signInAs(page, "ada");
    await page.waitForURL(`${service.origin}/console#/tables/events`);
    await loaded(page);
    expect(await page.locator("h1").textContent()).toBe("Events");
    expect(faults).toEqual([]);
  });

  it("says why the issuer gave no access, and takes no answer that this tab did not ask for", async () => {
    await page.goto(`${service.origin}/console#/quality`);
    await page.getByRole("button", { name: "Sign in at" }).click();
    await page.getByRole("link", { name: /cancel/i }).click();
    await page.waitForURL(`${service.origin}/console#/quality`);
    expect(await page.getByRole("alert").first().textContent()).toContain("End-User aborted interaction");
    await page.goto(`${service.origin}/console?code=of-another&state=of-another`);
    expect(await page.getByRole("alert").first().textContent()).toContain("did not begin in this tab");
    expect(page.url()).toBe(`${service.origin}/console`);
    expect(faults).toEqual([]);
  });

  it("opens the issuer's origin to the page, and nothing else", async () => {
    const response = await fetch(`${service.origin}/console`);
    expect(response.headers.get("Content-Security-Policy")).toContain(
      `; connect-src 'self' ${issuer.issuer};`,
    );
    await page.goto(`${service.origin}/console`);
    await page.getByRole("button", { name: "Sign in at" }).waitFor();
    await page.evaluate("fetch('http://127.0.0.1:9/').catch(() => null)");
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.filter((fault) => !fault.includes("http://127.0.0.1:9/"))).toEqual([]);
  });
});
