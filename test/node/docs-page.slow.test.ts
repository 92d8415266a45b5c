import type { Miniflare } from "miniflare";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, launch } from "../console/chromium.ts";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";

const chromium = await findChromium();

describe.skipIf(chromium === null)("every page in a browser", () => {
  let service: Miniflare;
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    [service, browser] = await Promise.all([
      startBuiltWorker(await buildWorker(), { bindings: TEST_AUTH_BINDINGS }),
      launch(chromium ?? ""),
    ]);
    ({ origin } = await service.ready);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  it.each([
    ["/", []],
    ["/docs", ["Ingest", "Tables", "Ledger", "Service"]],
    ["/console", []],
    ["/problems", []],
    ["/problems/not_found", []],
  ] as const)(
    "%s shows all of it in both schemes, causes no error, asks for no missing icon and for nothing outside the origin",
    async (path, chapters) => {
      // A browser asks for the icon of an origin once: each page in a profile of its own.
      const context = await browser.newContext({ colorScheme: "light" });
      context.setDefaultTimeout(300_000);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
          faults.push(request.url());
      });
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(`${message.text()} ${message.location().url}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) faults.push(response.url());
      });
      await page.goto(`${origin}${path}`);
      if (chapters.length > 0) {
        await page.getByRole("heading", { name: "Loan Ledger" }).waitFor();
        await page.getByText("Send one event").first().waitFor();
      }
      for (const chapter of chapters) await page.getByText(chapter, { exact: true }).first().waitFor();
      await page.waitForLoadState("networkidle");
      // What the other scheme may need is asked for now.
      await page.emulateMedia({ colorScheme: "dark" });
      for (const chapter of chapters) await page.getByText(chapter, { exact: true }).first().waitFor();
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      expect(faults).toEqual([]);
      expect(await page.locator("link[rel=icon]").count()).toBe(1);
      await context.close();
    },
  );
});
