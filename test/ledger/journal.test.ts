import { beforeAll, describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import { disburse, disbursed, entryIdOf, LOAN, refusalOf, reverse } from "./post.ts";

const PATH = `/v1/loans/${LOAN}/journal-entries`;
/** More pages than any test has: a token that goes in circles ends here. */
const PAGES_MAX = 50;

interface Item {
  readonly journal_entry_id: string;
  readonly effective_at: string;
  readonly event_type: string;
}

/** Follows next_page_token to the last page; `between` runs after each page. */
async function walk(api: Api, query: string, between: () => Promise<unknown> = async () => {}) {
  const items: Item[] = [];
  let token = "";
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const { status, body, text } = await api.get(`${PATH}?${query}${token}`);
    expect(status, text).toBe(200);
    items.push(...body.items);
    if (!("next_page_token" in body)) return items;
    token = `&page_token=${body.next_page_token}`;
    await between();
  }
  throw new Error("the pages do not end");
}

const idsOf = (items: readonly Item[]) => items.map(({ journal_entry_id }) => journal_entry_id);

describe("a loan's journal", () => {
  const api = new Api();
  const posted: string[] = [];
  let reversal: string;

  beforeAll(async () => {
    // Posted out of the order of their days.
    for (const day of [5, 1, 4, 2, 3, 5, 1]) {
      posted.push(await disbursed(api, { effective_at: `2024-01-0${day}`, amount_minor: `${day}` }));
    }
    await disbursed(api, { loan_id: crypto.randomUUID() });
    reversal = entryIdOf(await reverse(api, posted[1] ?? "", { effective_at: "2024-01-06" }));
    posted.push(reversal);
  });

  const newestFirst = () => posted.toReversed();

  it("is newest first, shows each entry as its id does, and has no token at its end", async () => {
    const { body } = await api.get(PATH);
    expect(idsOf(body.items)).toEqual(newestFirst());
    expect(Object.keys(body)).toEqual(["items"]);
    for (const item of body.items) {
      expect((await api.get(`/v1/journal-entries/${item.journal_entry_id}`)).body).toEqual(item);
    }
  });

  it.each([1, 2, 3, 7, 8, 9, 200])("has every entry once in pages of %d", async (size) => {
    expect(idsOf(await walk(api, `page_size=${size}`))).toEqual(newestFirst());
  });

  it("has no token on a last page that is exactly full", async () => {
    const { body } = await api.get(`${PATH}?page_size=${posted.length}`);
    expect(body.items).toHaveLength(posted.length);
    expect(body.next_page_token).toBeUndefined();
  });

  it("allows the page size to change between pages", async () => {
    const first = (await api.get(`${PATH}?page_size=3`)).body;
    const rest = (await api.get(`${PATH}?page_size=200&page_token=${first.next_page_token}`)).body;
    expect(idsOf([...first.items, ...rest.items])).toEqual(newestFirst());
  });

  it.each([
    ["from_date=2024-01-04", [8, 6, 3, 1]],
    ["to_date=2024-01-02", [7, 4, 2]],
    ["from_date=2024-01-02&to_date=2024-01-04", [5, 4, 3]],
    ["from_date=2024-01-03&to_date=2024-01-03", [5]],
    ["from_date=2025-01-01", []],
    ["event_type=reversal", [8]],
    ["event_type=disbursement&from_date=2024-01-05", [6, 1]],
    ["event_type=reversal&to_date=2024-01-05", []],
  ])("filtered by %s has the entries %j, whole and in pages", async (query, numbers) => {
    const expected = numbers.map((number) => posted[number - 1]);
    expect(idsOf((await api.get(`${PATH}?${query}`)).body.items)).toEqual(expected);
    expect(idsOf(await walk(api, `${query}&page_size=1`))).toEqual(expected);
  });

  it.each([
    "page_size=0",
    "page_size=201",
    "page_size=-1",
    "page_size=1.5",
    "page_size=01",
    "page_size=ten",
    "page_size=",
    "page_size=1&page_size=2",
    "from_date=2023-02-29",
    "to_date=2024-01-01T00:00:00Z",
    "from_date=2024-01-02&to_date=2024-01-01",
    "event_type=payment",
    "event_type=",
    "page_token=",
    "page_token=x",
    `page_token=${"x".repeat(513)}`,
    "limit=5",
    "cursor=x",
  ])("refuses the query %s", async (query) => {
    expect(refusalOf(await api.get(`${PATH}?${query}`))).toEqual([400, "invalid_query"]);
  });

  it("accepts a token only with its own query: not with another loan, tenant or filter, or changed", async () => {
    const token: string = (await api.get(`${PATH}?page_size=2&from_date=2024-01-01`)).body.next_page_token;
    const other = new Api();
    await disbursed(other);
    const otherLoan = crypto.randomUUID();
    await disbursed(api, { loan_id: otherLoan });
    const changed = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
    const queries = [
      await api.get(`${PATH}?page_token=${token}`),
      await api.get(`${PATH}?from_date=2024-01-02&page_token=${token}`),
      await api.get(`${PATH}?from_date=2024-01-01&event_type=disbursement&page_token=${token}`),
      await api.get(`/v1/loans/${otherLoan}/journal-entries?from_date=2024-01-01&page_token=${token}`),
      await other.get(`${PATH}?from_date=2024-01-01&page_token=${token}`),
      await api.get(`${PATH}?from_date=2024-01-01&page_token=${changed}`),
    ];
    for (const answer of queries) expect(refusalOf(answer)).toEqual([400, "invalid_query"]);
    const upper = PATH.replace(LOAN, LOAN.toUpperCase());
    expect((await api.get(`${upper}?from_date=2024-01-01&page_token=${token}`)).status).toBe(200);
  });

  it("is 404 for an unknown loan", async () => {
    expect(refusalOf(await api.get(`/v1/loans/${crypto.randomUUID()}/journal-entries`))).toEqual([
      404,
      "not_found",
    ]);
    expect(refusalOf(await api.get("/v1/loans/L-1/journal-entries"))).toEqual([404, "not_found"]);
  });
});

it("has stable pages while others post", async () => {
  const api = new Api();
  const before = [];
  for (const number of oneTo(9)) before.push(await disbursed(api, { amount_minor: `${number}` }));
  const walked = await walk(api, "page_size=2", () =>
    Promise.all(oneTo(3).map(() => disburse(api, { effective_at: "2020-01-01" }))),
  );
  expect(idsOf(walked)).toEqual(before.toReversed());
  expect(idsOf(await walk(api, "page_size=10"))).toHaveLength(9 + 3 * 4);
});

describe("one entry", () => {
  it("is found by its id in any case", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const found = await api.get(`/v1/journal-entries/${id.toUpperCase()}`);
    expect([found.status, found.body.journal_entry_id]).toEqual([200, id]);
    expect((await api.get(`/v1/journal-entries/${id}?expand=all`)).status).toBe(400);
  });

  it("is 404 for what is no journal entry", async () => {
    const api = new Api();
    const { body } = await disburse(api);
    const other = body.journal_entry_id.replace(/^......../, "00000000");
    for (const id of [crypto.randomUUID(), body.disbursement_event_id, other, "E-1", "%00", LOAN]) {
      expect([id, ...refusalOf(await api.get(`/v1/journal-entries/${id}`))]).toEqual([id, 404, "not_found"]);
    }
  });
});
