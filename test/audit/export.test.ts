import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { LogLine } from "../../src/domain/log/line.ts";
import { posted } from "../ledger/post.ts";
import { type Answer, Api } from "../support/api.ts";
import { storedEvents } from "../support/chain.ts";
import { individual } from "../support/examples.ts";
import { tamper } from "../support/tamper.ts";
import { linesIn, verifyLog } from "../support/verify-log.ts";
import { logOfEveryKind } from "./every-kind.ts";

const EVENTS = "/v1/log/events";

const nextOf = ({ headers }: Answer) => {
  const [, url] = /^<([^>]+)>; rel="next"$/.exec(headers.get("Link") ?? "") ?? [];
  return url === undefined ? null : url.replace("http://ledger.test", "");
};

/** All pages, from this one on. */
async function pagesFrom(api: Api, first: string): Promise<readonly (readonly LogLine[])[]> {
  const pages = [];
  for (let path: string | null = first; path !== null; ) {
    const answer: Answer = await api.get(path);
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, "application/x-ndjson"]);
    pages.push(linesIn(answer.text));
    path = nextOf(answer);
  }
  return pages;
}

describe("the export of a log with every kind of event", () => {
  let api: Api;
  let text: string;
  let lines: readonly LogLine[];

  beforeAll(async () => {
    api = await logOfEveryKind();
    ({ text } = await api.get(EVENTS));
    lines = linesIn(text);
  });

  it("has all that its hashes cover, and fits", () => {
    expect(verifyLog(lines)).toMatchObject({ fault: null, gaps: [], events: lines.length, erased: 0 });
    const kinds = new Set(lines.map(({ category, step }) => `${category} ${step}`));
    expect(kinds.size).toBeGreaterThan(15);
    expect([...kinds]).toEqual(expect.arrayContaining(["facility put", "facility delete"]));
    const entries = lines.flatMap((line) => line.entries);
    expect(entries.filter(({ settles_entry_id }) => settles_entry_id)).toHaveLength(3);
    expect(entries.filter(({ reverses_entry_id }) => reverses_entry_id)).not.toEqual([]);
    expect(lines.filter(({ makes_history }) => makes_history)).not.toEqual([]);
  });

  it("has data and private byte for byte as they are stored, and no member that an event has not", async () => {
    const stored = await storedEvents(api.tenant);
    expect(lines.map(({ data, private: own, salt }) => [data, own, salt])).toEqual(
      stored.map(({ data, private: own, salt }) => [data, own, salt]),
    );
    const settings = JSON.parse(text.split("\n")[0] ?? "");
    expect(Object.keys(settings).sort()).toEqual(
      [
        ...["actor", "category", "created_at", "data", "data_hash", "entries", "event_id", "hash", "id"],
        ...[
          "key_hash",
          "makes_history",
          "previous_sequence",
          "private",
          "salt",
          "sequence",
          "step",
          "tenant_id",
        ],
      ].sort(),
    );
  });

  it.each([1, 3, 7])("is the same in pages of %i", async (limit) => {
    const pages = await pagesFrom(api, `${EVENTS}?limit=${limit}`);
    expect(pages.every(({ length }) => length <= limit)).toBe(true);
    expect(pages.flat()).toEqual(lines);
  });

  it("begins after the event that is named, and is empty after the last one", async () => {
    expect((await pagesFrom(api, `${EVENTS}?after=4`)).flat()).toEqual(lines.slice(4));
    const empty = await api.get(`${EVENTS}?after=${lines.length}`);
    expect([empty.status, empty.text, nextOf(empty)]).toEqual([200, "", null]);
  });

  it.each(["limit=0", "limit=1001", "after=-1", "after=x", "from=1"])(
    "refuses the query %s",
    async (query) => {
      expect((await api.get(`${EVENTS}?${query}`)).body.code).toBe("invalid_query");
    },
  );

  it("needs both scopes, and names the one that a token lacks", async () => {
    for (const [scope, lacking] of [
      ["records:read", "hpts:ledger:read"],
      ["hpts:ledger:read", "records:read"],
    ] as const) {
      const answer = await new Api(api.tenant, scope).get(EVENTS);
      expect([answer.status, answer.body.code]).toEqual([403, "insufficient_scope"]);
      expect(answer.headers.get("WWW-Authenticate")).toContain(`scope="${lacking}"`);
    }
    const both = new Api(api.tenant, "records:read hpts:ledger:read");
    expect((await both.get(EVENTS)).status).toBe(200);
  });

  it("of another tenant has nothing of it", async () => {
    expect((await new Api().get(EVENTS)).text).toBe("");
  });
});

describe("a page", () => {
  it("ends at about 2 MB of texts, and the next one continues", async () => {
    const api = new Api();
    const info = { note: "x".repeat(16_000) };
    const line = (index: number) =>
      JSON.stringify({
        idempotency_key: `key-of-client-${index}`,
        category: "client",
        data: { ...individual, client_id: `C-${index}`, info },
      });
    for (const from of [0, 75]) {
      const lines = Array.from({ length: 75 }, (_, index) => line(from + index)).join("\n");
      const sent = await api.post("/ingest/batch", lines, undefined, {
        "Content-Type": "application/x-ndjson",
      });
      expect(sent.status).toBe(200);
    }
    const first = await api.get(EVENTS);
    expect(first.text.length).toBeGreaterThan(1_700_000);
    expect(first.text.length).toBeLessThan(2_200_000);
    const pages = await pagesFrom(api, EVENTS);
    expect(pages).toHaveLength(2);
    expect(verifyLog(pages.flat())).toMatchObject({ fault: null, events: 150 });
  });

  it("counts the lines of entries that touch many loans", async () => {
    const api = new Api();
    for (const _ of [1, 2, 3, 4]) await posted(api, "funding");
    const change = "UPDATE journal_entries SET loan_count = 2000 WHERE tenant_id = ?";
    await tamper(env.DB.prepare(change).bind(api.tenant));
    const pages = await pagesFrom(api, EVENTS);
    expect(pages.map(({ length }) => length)).toEqual([3, 1]);
    expect(verifyLog(pages.flat()).fault).toBeNull();
  });
});
