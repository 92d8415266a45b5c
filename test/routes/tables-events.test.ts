import { describe, expect, it } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { disbursement } from "../ledger/post.ts";
import { ALL_SCOPES, Api, newKey } from "../support/api.ts";
import { individual, loan, purchase } from "../support/examples.ts";
import { idsOf, insertRows, measured } from "../support/lookup-rows.ts";
import { mintToken } from "../support/tokens.ts";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function withLoan(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  return api;
}

describe("the events of one record", () => {
  async function others(api: Api, name: string): Promise<void> {
    for (let n = 1; n <= 10; n += 1) {
      await api.accept("disbursement", { ...loan, disbursement_id: `${name}-${n}` });
    }
  }
  /** A loan's events among those of other loans: created, changed twice, deleted, and created anew. */
  async function amongOthers(): Promise<Api> {
    const api = await withLoan();
    const change = {
      disbursement_id: "L-1",
      step: "update",
      change_date: "2025-01-01",
      change_reason: "agreed",
    };
    await others(api, "A");
    await api.accept("disbursement", { ...change, total_expected_margin: 1000.5 });
    await others(api, "B");
    await api.accept("disbursement", { ...change, total_expected_margin: 900 });
    await api.accept("disbursement", { disbursement_id: "L-1", step: "delete" });
    await others(api, "C");
    await api.accept("disbursement", loan);
    return api;
  }
  const OF_LOAN = "/api/tables/events?category=disbursement&id=L-1";
  const SEQUENCES = [36, 25, 24, 13, 2];
  const sequences = ({ body }: Awaited<ReturnType<Api["get"]>>) =>
    body.data.map(({ sequence }: { sequence: number }) => sequence);

  it("are found from its last one back, without reading those of others", async () => {
    const api = await amongOthers();
    const read = async () => {
      const all = await measured(api.tenant, OF_LOAN);
      const updates = await measured(api.tenant, `${OF_LOAN}&step=update`);
      expect(sequences(all.answer)).toEqual(SEQUENCES);
      expect(sequences(updates.answer)).toEqual([24, 13]);
      return [all.rowsRead, updates.rowsRead];
    };
    const before = await read();
    await others(api, "D");
    expect(await read()).toEqual(before);
  });

  it("come page by page, in either order, and counted", async () => {
    const api = await amongOthers();
    const paged: number[] = [];
    let cursor = "";
    do {
      const { body } = await api.get(`${OF_LOAN}&limit=2${cursor}`);
      paged.push(...sequences({ body } as Awaited<ReturnType<Api["get"]>>));
      cursor = body.pagination.next_cursor ? `&cursor=${body.pagination.next_cursor}` : "";
      expect(body.pagination.has_more).toBe(cursor !== "");
    } while (cursor !== "");
    expect(paged).toEqual(SEQUENCES);
    expect(sequences(await api.get(`${OF_LOAN}&sort_order=asc`))).toEqual(SEQUENCES.toReversed());
    const counted = await api.get(`${OF_LOAN}&limit=1&include_count=true`);
    expect(counted.body.pagination).toMatchObject({ total: 5, has_more: true });
    for (const unknown of [
      "category=disbursement&id=L-9",
      "category=payment&id=L-1",
      "category=none&id=L-1",
    ]) {
      expect(sequences(await api.get(`/api/tables/events?${unknown}`))).toEqual([]);
    }
  });
});

describe("the events table", () => {
  it("has every accepted event, in order, with the changes of each update", async () => {
    const api = await withLoan();
    const change = { change_date: "2025-01-01", change_reason: "agreed" };
    const data = { disbursement_id: "L-1", step: "update", total_expected_margin: 1000.5, ...change };
    const maturity_date = "2026-10-20T14:34:56+02:00";
    const updated = await api.ingest(
      "disbursement",
      { ...data, maturity_date, info: { a: 1 } },
      "key-of-update",
    );
    expect(updated.status).toBe(200);
    const { body } = await api.get("/api/tables/events?sort_order=asc");
    expect(body.data.map((event: { sequence: number }) => event.sequence)).toEqual([1, 2, 3]);
    expect(body.data[1]).toMatchObject({
      category: "disbursement",
      step: "create",
      id: "L-1",
      changes: null,
    });
    expect(body.data[2]).toEqual({
      event_id: updated.body.event_id,
      sequence: 3,
      category: "disbursement",
      step: "update",
      id: "L-1",
      data: { ...data, maturity_date, info: { a: 1 } },
      changes: {
        total_expected_margin: { from: 1293, to: 1000.5 },
        maturity_date: { from: "2025-10-20T12:34:56Z", to: "2026-10-20T12:34:56Z" },
      },
      journal_entry_ids: null,
      key_hash: keyHash(api.tenant, "key-of-update"),
      actor: "test-client",
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      created_at: expect.stringMatching(INSTANT),
    });
    expect((await api.get(`/api/tables/events/${updated.body.event_id}`)).body.data).toEqual(body.data[2]);
    const byKey = (key: string) => api.get(`/api/tables/events?idempotency_key=${key}`);
    expect((await byKey("key-of-update")).body.data).toEqual([body.data[2]]);
    expect((await byKey("key-of-nobody")).body.data).toEqual([]);
  });

  it("name their sender, the subject of the token, and can be filtered by it", async () => {
    const api = new Api();
    const sender = async (claims: object) => {
      const options = { tenant: api.tenant, scope: ALL_SCOPES, claims: { ...claims } };
      return { Authorization: `Bearer ${await mintToken(options)}` };
    };
    const robot = await sender({ sub: "robot@bank" });
    const nobody = await sender({ sub: undefined });
    await api.post("/ingest", { category: "client", data: individual }, newKey(), robot);
    await api.post("/v1/disbursements", disbursement, newKey(), robot);
    await api.post("/v1/disbursements", disbursement, newKey(), nobody);
    const all = await api.get("/api/tables/events?sort_order=asc");
    expect(idsOf(all.body.data, "actor")).toEqual(["robot@bank", "robot@bank", null]);
    const own = await api.get("/api/tables/events?sort_order=asc&actor=robot%40bank");
    expect(idsOf(own.body.data, "sequence")).toEqual([1, 2]);
  });

  it("keeps the digits of an event's data and changes", async () => {
    const api = await withLoan();
    const update = JSON.stringify({
      category: "disbursement",
      data: { step: "update", disbursement_id: "L-1", gross_value: 1, credit_score: 2 },
    });
    const exact = update
      .replace('"gross_value":1', '"gross_value":12345678901234.56')
      .replace('"credit_score":2', '"credit_score":7.00000000000000001');
    const { body } = await api.post("/ingest", exact);
    const { text } = await api.get(`/api/tables/events/${body.event_id}`);
    expect(text).toContain('"gross_value":12345678901234.56');
    expect(text).toContain('"gross_value":{"from":null,"to":12345678901234.56}');
    expect(text).toContain('"credit_score":{"from":null,"to":7.00000000000000001}');
  });

  it("shows clients that joined and left a purchase", async () => {
    const api = new Api();
    for (const client_id of ["C-1", "C-2"]) await api.accept("client", { ...individual, client_id });
    await api.accept("disbursement", purchase);
    const purchase_clients = [{ client_id: "C-2" }];
    const update = { step: "update", disbursement_id: "P-1", purchase_clients };
    const { event_id } = (await api.accept("disbursement", update)).body;
    const { body } = await api.get(`/api/tables/events/${event_id}`);
    expect(body.data.changes).toEqual({
      purchase_clients: { from: [{ client_id: "C-1" }], to: purchase_clients },
    });
  });

  it("shows the data of a ledger event only to tokens that may read the ledger", async () => {
    const api = new Api();
    const data = JSON.stringify({ borrower_id: "B-1" });
    await insertRows(api.tenant, "events", [
      { sequence: 1, category: "ledger", step: "accrual", data },
      { sequence: 2, data },
    ]);
    const auditor = await api.get("/api/tables/events?sort_order=asc");
    expect(auditor.body.data[0].data).toEqual({ borrower_id: "B-1" });
    const clerk = await new Api(api.tenant, "records:read").get("/api/tables/events?sort_order=asc");
    expect(clerk.body.data[0]).toMatchObject({ category: "ledger", data: null, changes: null });
    expect(clerk.body.data[1].data).toEqual({ borrower_id: "B-1" });
  });
});
