import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SCOPES } from "../../src/contract/scopes.ts";
import { findings } from "./axe.ts";
import { findChromium, launch } from "./chromium.ts";
import { loaded, open, rowsOf } from "./open.ts";
import { type Service, sample, startService } from "./service.ts";

const chromium = await findChromium();
const ALL = SCOPES.join(" ");

describe.skipIf(chromium === null)("the settings of the console", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });
  const look = (tenant: string, route: string, scope = ALL) =>
    open(browser, service, { tenant, route, scope });
  /** Sends the form: its button, then the act in the confirmation. */
  const confirm = async (page: Page, label: string, act: string) => {
    await page.getByRole("button", { name: label }).click();
    await page.getByRole("dialog", { name: `${act}?` }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: act }).click();
  };

  it("change only what was changed, and say so before", async () => {
    const { page, faults, close } = await look("form", "#/settings");
    await page.getByRole("button", { name: "Save …" }).click();
    await page.getByText("Nothing is changed.").waitFor();
    await page.getByLabel("Time zone").fill("Asia/Tokyo");
    await page.getByLabel("Report dimensions of a disbursement").fill("branch\nofficer");
    await confirm(page, "Save …", "Change the settings");
    await loaded(page);
    await page.getByRole("button", { name: "Save …" }).waitFor();
    expect(await page.getByLabel("Time zone").inputValue()).toBe("Asia/Tokyo");
    expect(await service.get("form", "/v1/settings")).toMatchObject({
      time_zone: "Asia/Tokyo",
      arrears_tolerance: "0",
      report_dimensions: { disbursement: ["branch", "officer"], client: [] },
    });
    await page.getByLabel("Time zone").fill("Nowhere");
    await confirm(page, "Save …", "Change the settings");
    expect(await page.getByRole("alert").textContent()).toContain("time_zone: must be an IANA name");
    await service.change("form", {
      method: "PUT",
      path: "/v1/settings",
      scope: "settings:write",
      body: { arrears_tolerance: "5" },
    });
    await page.getByLabel("Time zone").fill("Europe/Paris");
    await confirm(page, "Save …", "Change the settings");
    await page.getByText("Changed meanwhile").waitFor();
    expect(faults).toEqual([]);
    await close();
  });

  it("create a key of chosen scopes, show it once, and revoke it", async () => {
    const { page, faults, close } = await look("keys", "#/settings/keys");
    await page.getByLabel("Name (what").fill("nightly export");
    await page.getByRole("button", { name: "Create …" }).click();
    await page.getByText("Scopes: choose one or more.").waitFor();
    await page.getByLabel(/^records:read/).check();
    await confirm(page, "Create …", "Create the key nightly export");
    const key = await page.getByLabel("API key", { exact: true }).textContent();
    const asked = await fetch(`${service.origin}/v1/whoami`, { headers: { Authorization: `Bearer ${key}` } });
    expect(await asked.json()).toMatchObject({ tenant_id: "keys", scopes: ["records:read"] });
    await loaded(page);
    const [row] = await rowsOf(page, "API keys");
    expect(row?.slice(0, 2)).toEqual([expect.stringContaining("nightly export"), "records:read"]);
    await page.evaluate("location.hash = '#/settings/tenant'");
    await loaded(page);
    await page.evaluate("location.hash = '#/settings/keys'");
    await loaded(page);
    expect(await page.locator("body").innerHTML()).not.toContain(key);
    await confirm(page, "Revoke …", "Revoke the key nightly export");
    await page.getByText(/^revoked /).waitFor();
    const after = await fetch(`${service.origin}/v1/whoami`, { headers: { Authorization: `Bearer ${key}` } });
    expect(after.status).toBe(401);
    expect(faults).toEqual([]);
    await close();
  });

  it("create an endpoint, show its secret once, test, replay, rotate, disable and delete it", async () => {
    const { page, faults, close } = await look("hooks", "#/settings/webhooks");
    await page.getByLabel("URL").fill("https://hooks.example.com/in");
    await page.getByLabel("recordChanged").check();
    await page.getByLabel("From event").fill("0");
    await page.getByRole("button", { name: "Create …" }).click();
    await page.getByText("From event: a whole number, 1 or more.").waitFor();
    await page.getByLabel("From event").fill("1");
    await confirm(page, "Create …", "Create the endpoint");
    const secret = await page.getByLabel("Secret of the endpoint").textContent();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole("link", { name: "https://hooks.example.com/in" }).click();
    await loaded(page);
    expect(await page.locator("main").innerHTML()).not.toContain("whsec_");
    await confirm(page, "Send a test …", "Send a test message");
    await page.getByText(/^Not delivered: /).waitFor();
    await page.getByLabel("From event").fill("zero");
    await page.getByRole("button", { name: "Replay …" }).click();
    await page.getByText("From event: a whole number, 1 or more.").waitFor();
    await page.getByLabel("From event").fill("1");
    await confirm(page, "Replay …", "Deliver again from event 1");
    await page.getByText(/^Begun: /).waitFor();
    await confirm(page, "Rotate …", "Rotate the secret");
    expect(await page.getByLabel("New secret").textContent()).not.toBe(secret);
    await confirm(page, "Switch …", "Disable the endpoint");
    await page.getByText("The endpoint is disabled.").waitFor();
    await loaded(page);
    expect(await page.locator("dl.members").textContent()).toContain("Statusdisabled");
    await confirm(page, "Delete …", "Delete the endpoint");
    await page.getByText("Deleted.").waitFor();
    await page.getByRole("link", { name: "All endpoints" }).first().click();
    await loaded(page);
    expect(await page.getByText("No endpoint.").count()).toBe(1);
    expect(faults).toEqual([]);
    await close();
  });

  it("change the URL and the types of an endpoint, and send nothing else", async () => {
    await service.change("edited", {
      method: "POST",
      path: "/v1/webhook-endpoints",
      scope: "webhooks:manage records:read",
      body: { url: "https://hooks.example.com/in", event_types: ["recordChanged"], description: "ERP" },
    });
    const { page, close } = await look("edited", "#/settings/webhooks");
    await page.getByRole("link", { name: "https://hooks.example.com/in" }).click();
    await loaded(page);
    const bodies: unknown[] = [];
    page.on("request", (request) => {
      if (request.method() === "PATCH") bodies.push(request.postDataJSON());
    });
    await page.getByRole("button", { name: "Save …" }).click();
    await page.getByText("Nothing is changed.").waitFor();
    await page.getByLabel("URL").fill("https://hooks.example.org/new");
    await page.getByLabel("historyAdded").check();
    await confirm(page, "Save …", "Change the endpoint");
    await page.getByText("Saved: https://hooks.example.org/new.").waitFor();
    await page.getByRole("heading", { name: "https://hooks.example.org/new" }).waitFor();
    expect(bodies).toEqual([
      { url: "https://hooks.example.org/new", event_types: ["recordChanged", "historyAdded"] },
    ]);
    await page.getByRole("button", { name: "Delete …" }).click();
    expect(await page.getByRole("dialog").textContent()).toContain("https://hooks.example.org/new gets");
    await close();
  });

  it("switch bookkeeping on, follow the opening of earlier records, and switch it off", async () => {
    await service.ingest("switch", sample(3, "2026-09-30"));
    const { page, go, faults, close } = await look("switch", "#/settings/bookkeeping");
    await page.getByRole("heading", { name: "Bookkeeping is off" }).waitFor();
    await page.getByRole("button", { name: "Switch …" }).click();
    await page.getByText("Nothing is changed.").waitFor();
    await page.getByLabel("Bookkeeping", { exact: true }).selectOption("records");
    await page.getByLabel("Settlements, where it is on").selectOption("on_disbursement");
    await page.getByLabel("Bank account").fill("ops");
    await page.getByRole("button", { name: "Switch …" }).click();
    expect(await page.getByRole("dialog").textContent()).toContain("from the bank account ops");
    await page.getByRole("button", { name: "Cancel" }).click();
    await confirm(page, "Switch …", "Switch bookkeeping on");
    await page.getByRole("heading", { name: "The books come from the records" }).waitFor();
    await page.locator("dd progress").waitFor({ state: "detached" });
    const state = await service.get<{ readonly progress: { readonly total: unknown } }>(
      "switch",
      "/v1/bookkeeping",
    );
    expect(state).toMatchObject({ mode: "records", settle: "on_disbursement", bank_account_ref: "ops" });
    const { total } = state.progress;
    expect(await page.locator("dl.members").textContent()).toContain(`opened${total} of ${total}`);
    await go("#/books/proof");
    expect(await page.getByText("no difference").count()).toBe(1);
    await go("#/settings/bookkeeping");
    await page.getByLabel("Bookkeeping", { exact: true }).selectOption("off");
    await confirm(page, "Switch …", "Switch bookkeeping off");
    await page.getByRole("heading", { name: "Bookkeeping is off" }).waitFor();
    expect(await service.get("switch", "/v1/bookkeeping")).toMatchObject({ mode: "off" });
    expect(faults).toEqual([]);
    await close();
  });

  it("send a form with one key, and a second attempt after a lost answer makes no second record", async () => {
    const { page, close } = await look("twice", "#/settings/webhooks");
    const keys: (string | undefined)[] = [];
    await page.route("**/v1/webhook-endpoints", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      keys.push(route.request().headers()["idempotency-key"]);
      // The service stores the first one, and its answer is lost.
      if (keys.length > 1) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await page.getByLabel("URL").fill("https://hooks.example.com/in");
    await confirm(page, "Create …", "Create the endpoint");
    await page.getByText("It is not known whether this was stored.").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("It was created by an earlier attempt").waitFor();
    await loaded(page);
    expect(new Set(keys).size).toBe(1);
    expect(keys).toHaveLength(2);
    expect(await rowsOf(page, "Webhook endpoints")).toHaveLength(1);
    await close();
  });

  it("offer to each token only what it may change", async () => {
    const keys = await look("form", "#/settings", "keys:manage records:read");
    expect(
      await keys.page.getByRole("navigation", { name: "Settings" }).getByRole("link").allTextContents(),
    ).toEqual(["API keys"]);
    expect(await keys.page.locator(".choice label").allTextContents()).toHaveLength(2);
    await keys.close();
    const reader = await look("form", "#/quality", "records:read");
    expect(await reader.page.getByRole("link", { name: "Settings" }).count()).toBe(0);
    await reader.go("#/settings/webhooks");
    expect(await reader.page.getByRole("alert").first().textContent()).toContain("webhooks:manage");
    expect(await reader.page.locator("main form").count()).toBe(0);
    await reader.go("#/settings/tenant");
    expect(await reader.page.getByRole("alert").first().textContent()).toContain("settings:write");
    expect(await reader.page.locator("main form").count()).toBe(0);
    await reader.close();
  });

  it.each([
    ["light", 1440],
    ["dark", 390],
  ] as const)("are accessible in %s, %i px wide", async (scheme, width) => {
    const { page, go, close } = await open(browser, service, { tenant: "keys", scope: ALL, scheme, width });
    for (const part of ["tenant", "webhooks", "bookkeeping", "keys"]) {
      await go(`#/settings/${part}`);
      const wider = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
      expect([part, await findings(page), wider]).toEqual([part, [], false]);
    }
    await close();
  });
});
