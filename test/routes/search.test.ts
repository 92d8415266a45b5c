import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Api, newTenant } from "../support/api.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";
import { insertRange, insertRows, measured } from "../support/lookup-rows.ts";
import { runs } from "../support/runs.ts";

const KINDS = ["clients", "disbursements", "payments", "operations"] as const;
type Kind = (typeof KINDS)[number];
type Hits = Readonly<Record<Kind | "entries", readonly string[]>>;

const NONE: Hits = { clients: [], disbursements: [], payments: [], operations: [], entries: [] };

const pathOf = (q: string, cursor?: string) =>
  `/api/search?${new URLSearchParams({ q, ...(cursor !== undefined && { cursor }) })}`;

interface Groups {
  readonly [kind: string]: { readonly hits: readonly { readonly id: string }[] } | null;
}

const idsOf = (data: Groups): Hits =>
  Object.fromEntries(
    Object.entries(data).map(([kind, group]) => [kind, group?.hits.map(({ id }) => id) ?? []]),
  ) as unknown as Hits;

/** The ids that the first page finds. */
async function found(api: Api, q: string): Promise<Hits> {
  const { status, text, body } = await api.get(pathOf(q));
  expect(status, text).toBe(200);
  return idsOf(body.data);
}

const garcia = {
  ...individual,
  client_id: "C-77",
  name: "Ana GARCÍA",
  email: "ana@olive.example",
  registration_number: "DNI-4711",
} as const;

async function lender(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", garcia);
  await api.accept("disbursement", { ...loan, client_id: "C-77" });
  await api.accept("disbursement", purchase);
  await api.accept("payment", payment);
  await api.accept("operation", { ...operation, operation_revenue: 81.25, currency: "USD" });
  return api;
}

describe("GET /api/search", () => {
  it("finds each kind by its id, and says what it is and where it leads", async () => {
    const api = await lender();
    const { body } = await api.get(pathOf("L-1"));
    expect(body.data.disbursements).toEqual({
      hits: [
        {
          id: "L-1",
          label: "loan",
          amount: 10000,
          currency: "USD",
          date: "2024-10-20T12:34:56Z",
          client_id: "C-77",
          client_name: "Ana GARCÍA",
          disbursement_id: "L-1",
          href: "/api/tables/disbursements/L-1",
        },
      ],
      has_more: false,
    });
    expect(body).not.toHaveProperty("next_cursor");
    expect((await api.get(body.data.disbursements.hits[0].href)).body.data.disbursement_id).toBe("L-1");
    expect(await found(api, "PAY-1")).toEqual({ ...NONE, payments: ["PAY-1"] });
    expect(await found(api, "OP-1")).toEqual({ ...NONE, operations: ["OP-1"] });
    expect(await found(api, "c-77")).toEqual({ ...NONE, clients: ["C-77"] });
  });

  it.each(["garcia", "GARCÍA", "ana g", "olive.EXAMPLE", "dni-47", "  Garcia  "])(
    "finds a client by a part of its texts, without regard to case and accents: %s",
    async (q) => {
      expect(await found(await lender(), q)).toEqual({ ...NONE, clients: ["C-77"] });
    },
  );

  it("finds amounts, in their currency only if it is named", async () => {
    const api = await lender();
    await api.accept("disbursement", { ...loan, disbursement_id: "L-2", currency: "JPY" });
    expect((await found(api, "10,000.00")).disbursements).toEqual(["L-2", "L-1"]);
    expect((await found(api, "10000 JPY")).disbursements).toEqual(["L-2"]);
    expect((await found(api, "500")).payments).toEqual(["PAY-1"]);
    expect((await found(api, "81,25")).operations).toEqual(["OP-1"]);
    expect(await found(api, "81.26")).toEqual(NONE);
  });

  it("finds the journal entry of an id for readers of the ledger, with its disbursement", async () => {
    const api = new Api();
    await api.send("PUT", "/v1/bookkeeping", { mode: "records" });
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    const journal = await api.get("/v1/journal-entries");
    const [{ journal_entry_id, event_type }] = journal.body.items;
    const { body } = await api.get(pathOf(journal_entry_id));
    expect(body.data.entries.hits).toEqual([
      expect.objectContaining({
        id: journal_entry_id,
        label: event_type,
        currency: "USD",
        disbursement_id: "L-1",
        href: `/v1/journal-entries/${journal_entry_id}`,
      }),
    ]);
    expect((await api.get(body.data.entries.hits[0].href)).status).toBe(200);
    const reader = new Api(api.tenant, "records:read");
    expect((await reader.get(pathOf(journal_entry_id))).body.data.entries).toBeNull();
  });

  it("shows ids that are equal first, then those that begin so, then others, newest first", async () => {
    const api = new Api();
    const ids = ["X-1", "A-1-B", "A-10", "A-1", "a-1", "Z-A-1"];
    await insertRows(
      api.tenant,
      "payments",
      ids.map((payment_id, index) => ({ created_seq: index + 1, payment_id })),
    );
    expect((await found(api, "A-1")).payments).toEqual(["A-1", "a-1", "A-1-B", "A-10", "Z-A-1"]);
    expect((await found(api, "%")).payments).toEqual([]);
  });

  it("does not find deleted records, erased persons, and other tenants' records", async () => {
    const api = await lender();
    expect(await found(new Api(), "L-1")).toEqual(NONE);
    await api.accept("payment", { step: "delete", payment_id: "PAY-1" });
    expect(await found(api, "PAY-1")).toEqual(NONE);
    const erased = await api.send("POST", "/api/clients/C-77/erasure", { reason: "error" });
    expect(erased.status).toBe(202);
    for (const q of ["garcia", "C-77", "olive", "DNI"]) expect((await found(api, q)).clients).toEqual([]);
    expect((await api.get(pathOf("L-1"))).body.data.disbursements.hits[0].client_name).toBeNull();
  });

  it.each([
    ["", "q must be 1 to 128 characters besides spaces and accents"],
    ["%20%20", "q must be 1 to 128 characters besides spaces and accents"],
    ["%CC%81", "q must be 1 to 128 characters besides spaces and accents"],
    ["x".repeat(129), "q must be 1 to 128 characters besides spaces and accents"],
    ["x&cursor=abc", "cursor belongs to another query. Send the next_cursor of a page of the same query."],
    ["x&limit=3", 'unknown parameter "limit"; the known ones are q, cursor'],
  ])("refuses q=%s with a sentence", async (query, detail) => {
    const { status, body } = await new Api().get(`/api/search?q=${query}`);
    expect([status, body.code, body.detail]).toEqual([400, "invalid_query", detail]);
  });

  it("needs records:read", async () => {
    const { status, body } = await new Api(newTenant(), "positions:read").get(pathOf("x"));
    expect([status, body.code]).toEqual([403, "insufficient_scope"]);
  });
});

/** Follows the cursor to the end: every id in the order of the pages, by kind. */
async function walked(api: Api, q: string): Promise<Hits> {
  const all: Record<string, string[]> = {};
  let cursor: string | undefined;
  do {
    const { status, text, body } = await api.get(pathOf(q, cursor));
    expect(status, text).toBe(200);
    for (const [kind, ids] of Object.entries(idsOf(body.data))) {
      expect(ids.length).toBeLessThanOrEqual(20);
      all[kind] = [...(all[kind] ?? []), ...ids];
    }
    cursor = body.next_cursor;
  } while (cursor !== undefined);
  return all as unknown as Hits;
}

describe("a search of many records", () => {
  it("examines a bounded number of rows for a page, and its cursor continues to the last record", async () => {
    const { tenant } = new Api();
    for (let from = 1; from <= 25_000; from += 5_000) {
      await insertRange(tenant, "payments", from, from + 4_999, (sequence) => ({
        payment_id: sequence === 3 ? "LOST-1" : `PAY-${sequence}`,
      }));
    }
    const first = await measured(tenant, pathOf("ost-1"));
    expect(first.answer.body.data.payments).toEqual({ hits: [], has_more: true });
    expect(first.rowsRead).toBeLessThan(40_000);
    const byId = await measured(tenant, pathOf("LOST"));
    expect(idsOf(byId.answer.body.data).payments).toEqual(["LOST-1"]);
    expect((await walked(new Api(tenant), "ost-1")).payments).toEqual(["LOST-1"]);
  });

  it("finds what a list of all records finds, each once, for random records and texts", async () => {
    const part = fc.stringMatching(/^[abAé1-]{1,3}$/);
    const record = fc.record({ id: fc.stringMatching(/^[abA1-]{1,5}$/), isDeleted: fc.boolean() });
    const records = fc.uniqueArray(record, { selector: ({ id }) => id, minLength: 15, maxLength: 90 });
    await fc.assert(
      fc.asyncProperty(records, part, async (made, q) => {
        const api = new Api();
        const rows = made.map(({ id, isDeleted }, index) => ({
          created_seq: index + 1,
          payment_id: id,
          deleted_at: isDeleted ? 1 : null,
        }));
        await insertRows(api.tenant, "payments", rows);
        const expected = made.filter(({ id, isDeleted }) => {
          const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
          return !isDeleted && lower(id).includes(lower(q));
        });
        const { payments } = await walked(api, q);
        expect([...payments].sort()).toEqual(expected.map(({ id }) => id).sort());
      }),
      { numRuns: runs(25, 200) },
    );
  });
});
