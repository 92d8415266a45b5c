import { describe, expect, it } from "vitest";
import { ok } from "../../src/domain/core/result.ts";
import { paged, splitPage, startAfter } from "../../src/reads/pages.ts";

const NUMBERS = [1, 2, 3, 4, 5];

/** Two numbers a page, in their order. */
const twoOf = (identity: readonly unknown[], cursor?: string) =>
  paged({ identity, cursor }, async (start) => {
    const after = Number(start?.after?.[0] ?? 0);
    const { shown, last } = splitPage(NUMBERS.filter((number) => number > after).slice(0, 3), 2);
    return ok({ shown, next: last === null ? null : startAfter(String(last)) });
  });

describe("a list in pages", () => {
  it("has each row once, and a cursor on each page but the last", async () => {
    const pages = [];
    let cursor: string | undefined;
    do {
      const page = await twoOf(["t", "numbers"], cursor);
      if (!page.ok) throw new Error(page.error.detail);
      pages.push(page.value.shown);
      cursor = page.value.next_cursor;
    } while (cursor !== undefined);
    expect(pages).toEqual([[1, 2], [3, 4], [5]]);
  });

  it("refuses the cursor of another query, and any other text", async () => {
    const first = await twoOf(["t", "numbers"]);
    const cursor = first.ok ? first.value.next_cursor : undefined;
    for (const [identity, text] of [
      [["u", "numbers"], cursor],
      [["t", "numbers"], "x"],
      [["t", "numbers"], ""],
    ] as const) {
      expect(await twoOf(identity, text)).toMatchObject({ ok: false, error: { code: "invalid_query" } });
    }
  });
});

describe("a page of which one row more was read", () => {
  it.each([
    [[], [], null],
    [[1], [1], null],
    [[1, 2], [1, 2], null],
    [[1, 2, 3], [1, 2], 2],
  ])("%j", (rows, shown, last) => {
    expect(splitPage(rows, 2)).toEqual({ shown, last });
  });
});
