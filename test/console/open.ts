import type { Browser, Page } from "playwright-core";
import { canonicalDecimal } from "../../src/domain/core/decimal.ts";
import type { Service } from "./service.ts";

export interface Look {
  readonly tenant: string;
  /** The view, for example `#/tables/clients`. */
  readonly route?: string;
  readonly scope?: string;
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/** A console that a reader has open, and what the browser did meanwhile. */
export interface Opened {
  readonly page: Page;
  /** Every request, in order. */
  readonly requests: readonly { readonly url: string; readonly authorized: boolean }[];
  /** What a policy refused, and errors of the page's own code. */
  readonly faults: readonly string[];
  /** Goes to a view and waits until it has loaded. */
  readonly go: (route: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the console as its link does, with the token in the fragment, and waits until the view has loaded. */
export async function open(browser: Browser, service: Service, look: Look): Promise<Opened> {
  const { tenant, route = "#/portfolio", scope, width = 1280, scheme = "light" } = look;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const requests: { url: string; authorized: boolean }[] = [];
  const faults: string[] = [];
  context.on("request", (request) => {
    requests.push({ url: request.url(), authorized: "authorization" in request.headers() });
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/Content.Security.Policy/i.test(message.text())) faults.push(message.text());
  });
  await page.goto(`${service.origin}/console#token=${await service.token(tenant, scope)}`);
  const go = async (address: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
    await loaded(page);
  };
  await go(route);
  return { page, requests, faults, go, close: () => context.close() };
}

/** Waits until the view of the address is there and nothing of it loads. */
export async function loaded(page: Page): Promise<void> {
  // A new address is a task of its own: the view before it may still stand.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  await page.locator("h1").waitFor();
  await page.locator("[aria-busy]").first().waitFor({ state: "detached" });
}

/** How many pictures are drawn; each is drawn a frame after its part has loaded, when its width is known. */
export async function pictures(page: Page): Promise<number> {
  await page.locator(".picture:not(:has(canvas))").first().waitFor({ state: "detached" });
  return page.locator("canvas").count();
}

/** The figures on the screen, by their label. */
export async function figuresOf(page: Page): Promise<Readonly<Record<string, string>>> {
  const figures = page.locator("dl.figures > .figure");
  const labels = await figures.locator("dt").allTextContents();
  const values = await figures.locator("dd > .value").allTextContents();
  return Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""]));
}

/** What these tests read of an HTMLTableRowElement; the types of the DOM and of the Worker exclude each other. */
interface TableRow {
  readonly cells: Iterable<{ readonly textContent: string }>;
}

/** The texts of a table's body, row by row; the table is the one whose caption begins so. */
export async function rowsOf(page: Page, caption: string): Promise<readonly (readonly string[])[]> {
  const named = page.locator("caption", { hasText: new RegExp(`^${caption}`) });
  const rows = page.locator("table", { has: named }).locator("tbody tr");
  return rows.evaluateAll((found: readonly TableRow[]) =>
    found.map(({ cells }) => [...cells].map(({ textContent }) => textContent)),
  );
}

/** One text for each value: a figure on the screen and a number of the API compare by what they are worth. */
export function worth(text: unknown): string {
  const plain = String(text).replaceAll(",", "").replace("−", "-");
  return plain.endsWith("%") ? canonicalDecimal(`${plain.slice(0, -1)}e-2`) : canonicalDecimal(plain);
}
