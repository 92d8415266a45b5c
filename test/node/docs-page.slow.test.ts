import type { Miniflare } from "miniflare";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";

/** Debian's, or the one that the variable names. */
const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

let service: Miniflare;
let browser: Browser;
let origin: string;
beforeAll(async () => {
  service = await startBuiltWorker(await buildWorker(), { bindings: TEST_AUTH_BINDINGS });
  ({ origin } = await service.ready);
  browser = await chromium.launch({ timeout: 300_000, executablePath: CHROMIUM, args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser.close();
  await service.dispose();
});

describe("the reference in a browser", () => {
  it.each(["light", "dark"] as const)(
    "shows every chapter in %s, and no request leaves the origin",
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme });
      page.setDefaultTimeout(300_000);
      const foreign: string[] = [];
      const faults: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
          foreign.push(request.url());
      });
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
      });
      await page.goto(`${origin}/docs`);
      await page.getByRole("heading", { name: "Loan Ledger" }).waitFor();
      for (const chapter of ["Ingest", "Tables", "Ledger", "Service"]) {
        await page.getByText(chapter, { exact: true }).first().waitFor();
      }
      await page.getByText("Send one event").first().waitFor();
      await page.waitForLoadState("networkidle");
      expect(foreign).toEqual([]);
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});

describe("every page in a browser", () => {
  it.each(["/", "/docs", "/console", "/problems", "/problems/not_found"])(
    "%s causes no error and requests no missing icon",
    async (path) => {
      // A browser asks for the icon of an origin once: each page in a profile of its own.
      const context = await browser.newContext();
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(`${message.text()} ${message.location().url}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) faults.push(response.url());
      });
      await page.goto(`${origin}${path}`);
      await page.waitForLoadState("networkidle");
      expect(faults).toEqual([]);
      expect(await page.locator("link[rel=icon]").count()).toBe(1);
      await context.close();
    },
  );
});
