import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings, looks } from "./axe.ts";
import { findChromium, launch } from "./chromium.ts";
import { type Service, startService } from "./service.ts";

const chromium = await findChromium();

describe.skipIf(chromium === null)("the home page", () => {
  let browser: Browser;
  let service: Service;
  beforeAll(async () => {
    [browser, service] = await Promise.all([launch(chromium ?? ""), startService()]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.dispose();
  });

  it("has requests that work in a shell as they are copied, also when they are sent again", async () => {
    const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
    const page = await context.newPage();
    await page.goto(`${service.origin}/`);
    const TOKEN = await service.token("first", "records:read ingest:write");
    const answers: string[] = [];
    for (const name of ["Who am I?", "Send an event", "Send an event", "Read it back"]) {
      const button = page.getByRole("button", { name: `Copy: ${name}` });
      await button.click();
      await page.getByText("Copied").first().waitFor();
      const command = String(await page.evaluate("navigator.clipboard.readText()"));
      const { stdout } = await promisify(execFile)("sh", ["-c", command], {
        env: { ...process.env, TOKEN, no_proxy: "*" },
      });
      answers.push(stdout);
    }
    const [self, sent, again, read] = answers.map((text) => JSON.parse(text));
    expect(self.tenant_id).toBe("first");
    expect(sent.event_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(again).toMatchObject({ status: "duplicate", event_id: sent.event_id, sequence: sent.sequence });
    expect(read.data).toMatchObject({ client_id: "C-1", name: "Ada Example" });
    await context.close();
  });

  it("says whether the service is ready", async () => {
    const page = await browser.newPage();
    await page.goto(`${service.origin}/`);
    await page.getByText(/^Ready · version \d/).waitFor();
    await page.route("**/v1/health/ready", (route) => route.fulfill({ status: 503, json: {} }));
    await page.reload();
    await page.getByText("Not ready").waitFor();
    await page.close();
  });

  it.each(looks(390, 1440))(
    "in %s, %i px wide: axe finds no fault, and the page is not wider",
    async (colorScheme, width) => {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
      const page = await context.newPage();
      await page.goto(`${service.origin}/`);
      await page.getByText(/^Ready/).waitFor();
      expect(await findings(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth > innerWidth")).toBe(false);
      await context.close();
    },
  );
});
