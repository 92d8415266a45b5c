import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { size } from "../support/sizes.ts";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds on the page, in all of its rules. */
export async function findings(page: Page): Promise<readonly string[]> {
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axe);
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: readonly Finding[];
  };
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  );
}

/** Schemes and widths to look at: each scheme and the outer widths once, or each scheme with each width. */
export function looks(narrow: number, ...wider: readonly [...number[], number]) {
  const schemes = ["light", "dark"] as const;
  const all = schemes.flatMap((scheme) => [narrow, ...wider].map((width) => [scheme, width] as const));
  return all.filter((_, index) => size(index % (all.length - 1) === 0, true));
}
