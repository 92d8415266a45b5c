import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { membersOfPacking } from "../../../src/reads/packed-list.ts";
import { sessionOf } from "../../../src/store/d1/session.ts";
import { freshPacking, type Packing, packedPage, writePacked } from "../../../src/store/position/packings.ts";
import { eraseWholly } from "../../erasure/person.ts";
import { Api } from "../../support/api.ts";
import { company, individual, loan, payment, purchase } from "../../support/examples.ts";
import { measured } from "../../support/lookup-rows.ts";
import { restore, snapshotOf } from "../../support/time-travel.ts";

/* Packed facts are never stale (docs/design.md#packed-facts): each answer is that of the records. */

const dated = { disbursement_date: "2026-01-15", maturity_date: "2026-12-31" };
const DAY = "as_of_date=2026-03-31";

async function stocked(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", { ...company, country: "FR" });
  for (const id of ["L-1", "L-2", "L-3"]) {
    await api.accept("disbursement", { ...loan, ...dated, disbursement_id: id });
  }
  await api.accept("disbursement", { ...purchase, payment_date: "2026-02-01" });
  await api.accept("payment", { ...payment, due_date: "2026-03-01" });
  return api;
}

const clear = async ({ tenant }: Api) => {
  for (const table of ["packed_facts", "packings", "position_memos"]) {
    await env.DB.prepare(`DELETE FROM ${table} WHERE tenant_id = ?`).bind(tenant).run();
  }
};

async function packedOf({ tenant }: Api): Promise<Record<string, boolean>> {
  const { results } = await env.DB.prepare(
    "SELECT disbursement_id, facts IS NOT NULL AS is_packed FROM packed_facts WHERE tenant_id = ?",
  )
    .bind(tenant)
    .all<{ disbursement_id: string; is_packed: number }>();
  return Object.fromEntries(
    results.map(({ disbursement_id, is_packed }) => [disbursement_id, is_packed === 1]),
  );
}

const PATHS = [
  `/api/portfolio?${DAY}&group_by=country,state`,
  "/api/portfolio/movement?from_date=2026-02-15&to_date=2026-06-30&group_by=client_id",
  `/api/positions?${DAY}&limit=200`,
];

const answers = async (api: Api) => {
  const all = [];
  for (const path of PATHS) all.push((await api.get(path)).body);
  return all;
};

/** The answers from packed facts, which are those without them. */
async function checked(api: Api) {
  const fromPacked = await answers(api);
  await clear(api);
  expect(fromPacked).toEqual(await answers(api));
  return fromPacked;
}

describe("packing", () => {
  const { db } = sessionOf(env.DB, "first-primary");
  const members = membersOfPacking({ disbursement: [], client: [] });

  async function opened(api: Api): Promise<Packing> {
    const packing = await freshPacking(db, api.tenant, members);
    if (!packing) throw new Error("no other request changes it");
    return packing;
  }

  const old = { rows: [{ disbursement_id: "L-2", facts: "[]" }], gone: ["L-1"], filled: null };
  const isOld = async (api: Api) =>
    (await packedPage(db, api.tenant, "", await opened(api)))?.[0]?.facts === "[]";

  it("writes nothing that was read before an event that has been marked since", async () => {
    const api = await stocked();
    await answers(api);
    const before = await opened(api);
    await api.accept("payment", { ...payment, payment_id: "PAY-9", disbursement_id: "L-2" });
    expect((await opened(api)).head.sequence).toBe(before.head.sequence + 1);
    const marked = { "L-1": true, "L-2": false, "L-3": true, "P-1": true };
    expect(await packedOf(api)).toEqual(marked);
    await writePacked(db, api.tenant, before, old);
    expect(await packedOf(api)).toEqual(marked);
  });

  it("marks what was packed before an event that came meanwhile", async () => {
    const api = await stocked();
    await answers(api);
    const before = await opened(api);
    await api.accept("payment", { ...payment, payment_id: "PAY-9", disbursement_id: "L-2" });
    await writePacked(db, api.tenant, before, old);
    expect(await isOld(api)).toBe(false);
    expect(await packedOf(api)).toEqual({ "L-2": false, "L-3": true, "P-1": true });
  });

  it("writes nothing that was read of a log that is not there any more", async () => {
    const api = await stocked();
    await answers(api);
    const { head, ...others } = await opened(api);
    const lost = { ...others, head: { sequence: head.sequence + 1, event_id: head.event_id } };
    await writePacked(db, api.tenant, lost, old);
    expect(await packedOf(api)).toEqual({ "L-1": true, "L-2": true, "L-3": true, "P-1": true });
    expect(await isOld(api)).toBe(false);
  });

  it("reads and writes nothing of an earlier generation", async () => {
    const api = await stocked();
    await answers(api);
    const before = await opened(api);
    const others = membersOfPacking({ disbursement: ["branch"], client: [] });
    const now = await freshPacking(db, api.tenant, others);
    expect([now?.generation, now?.filled_to]).toEqual([before.generation + 1, ""]);
    expect(await packedPage(db, api.tenant, "", before)).toBeNull();
    await writePacked(db, api.tenant, before, { ...old, filled: { from: "", to: null } });
    expect(await freshPacking(db, api.tenant, others)).toEqual(now);
    expect(await packedOf(api)).toEqual({ "L-1": true, "L-2": true, "L-3": true, "P-1": true });
  });

  it("follows many events in steps", async () => {
    const api = await stocked();
    await answers(api);
    await env.DB.prepare("UPDATE packings SET up_to = -39999 WHERE tenant_id = ?").bind(api.tenant).run();
    const { generation, head } = await opened(api);
    expect(generation).toBe(1);
    const { results } = await env.DB.prepare("SELECT up_to FROM packings WHERE tenant_id = ?")
      .bind(api.tenant)
      .all();
    expect(results).toEqual([{ up_to: head.sequence }]);
    expect(Object.values(await packedOf(api))).toEqual([false, false, false, false]);
    await env.DB.prepare("UPDATE packings SET up_to = -199999 WHERE tenant_id = ?").bind(api.tenant).run();
    expect((await opened(api)).generation).toBe(2);
    await checked(api);
  });
});

describe("packed facts", () => {
  it.each<readonly [string, string, object]>([
    ["a new disbursement", "disbursement", { ...loan, ...dated, disbursement_id: "L-9" }],
    ["one before all others", "disbursement", { ...loan, ...dated, disbursement_id: "A" }],
    [
      "a change of terms",
      "disbursement",
      {
        step: "update",
        disbursement_id: "L-2",
        disbursement_amount: 5,
        change_date: "2026-02-01",
        change_reason: "x",
      },
    ],
    [
      "a change without terms",
      "disbursement",
      { step: "update", disbursement_id: "L-2", insurer_name: "Seguro" },
    ],
    ["a deleted disbursement", "disbursement", { step: "delete", disbursement_id: "L-3" }],
    ["a new payment", "payment", { ...payment, payment_id: "PAY-9", disbursement_id: "L-2" }],
    [
      "a paid payment",
      "payment",
      { step: "update", payment_id: "PAY-1", status: "paid", payment_date: "2026-03-02" },
    ],
    ["a deleted payment", "payment", { step: "delete", payment_id: "PAY-1" }],
    ["a client's new country", "client", { step: "update", client_id: "C-1", country: "BR" }],
  ])("follow %s", async (_, category, data) => {
    const api = await stocked();
    await answers(api);
    const before = await packedOf(api);
    expect(before).toEqual({ "L-1": true, "L-2": true, "L-3": true, "P-1": true });
    await api.accept(category, data);
    expect(await packedOf(api)).toEqual(before);
    await checked(api);
  });

  it("are read again only where an event concerned the disbursement", async () => {
    const api = await stocked();
    await answers(api);
    await api.accept("payment", { ...payment, payment_id: "PAY-9", disbursement_id: "L-2" });
    await env.DB.prepare(
      "UPDATE packed_facts SET facts = '?' WHERE tenant_id = ? AND disbursement_id = 'L-2'",
    )
      .bind(api.tenant)
      .run();
    const { rowsWritten } = await measured(api.tenant, `/api/portfolio?as_of_date=2026-05-05`);
    // Marked, packed, how far it is marked, and a memo of three rows.
    expect(rowsWritten).toBeLessThanOrEqual(6);
    expect(await packedOf(api)).toEqual({ "L-1": true, "L-2": true, "L-3": true, "P-1": true });
  });

  it("move with a payment whose id is created anew under another disbursement", async () => {
    const api = await stocked();
    await answers(api);
    await api.accept("payment", { step: "delete", payment_id: "PAY-1" });
    await api.accept("payment", { ...payment, disbursement_id: "L-2", due_date: "2026-02-01" });
    const [portfolio] = await checked(api);
    expect(portfolio.data).not.toEqual([]);
  });

  it("leave with a disbursement, and come again with a new one of its id", async () => {
    const api = await stocked();
    await answers(api);
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-3" });
    await answers(api);
    expect(await packedOf(api)).toEqual({ "L-1": true, "L-2": true, "P-1": true });
    await api.accept("disbursement", { ...loan, ...dated, disbursement_id: "L-3", currency: "JPY" });
    await checked(api);
  });

  it("begin anew with the members of info that the settings name", async () => {
    const api = await stocked();
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      info: { branch: "N", other: "secret" },
    });
    await answers(api);
    await api.send("PUT", "/v1/settings", { report_dimensions: { disbursement: ["branch"] } });
    const { body } = await api.get(`/api/portfolio?${DAY}&group_by=info.branch`);
    expect(body.data.map(({ group }: { group: unknown }) => group)).toEqual([null, "N"]);
    const { results } = await env.DB.prepare("SELECT facts FROM packed_facts WHERE tenant_id = ?")
      .bind(api.tenant)
      .all();
    expect(JSON.stringify(results)).not.toContain("secret");
    await checked(api);
  });

  it("of a person who was erased hold nothing but what reports may use", async () => {
    const api = await stocked();
    await api.send("PUT", "/v1/settings", { report_dimensions: { client: ["region"] } });
    await api.accept("client", { step: "update", client_id: "C-1", info: { region: "N", name: "secret" } });
    await answers(api);
    const { results } = await env.DB.prepare("SELECT facts FROM packed_facts WHERE tenant_id = ?")
      .bind(api.tenant)
      .all();
    for (const text of ["secret", individual.name, individual.email, individual.phone]) {
      expect(JSON.stringify(results)).not.toContain(text);
    }
    await eraseWholly(api, "C-1");
    const by = `/api/portfolio?${DAY}&group_by=country,client_info.region`;
    const { body } = await api.get(by);
    await clear(api);
    expect((await api.get(by)).body).toEqual(body);
  });

  it("of a restored database are those of its log", async () => {
    const api = await stocked();
    await answers(api);
    const then = await snapshotOf(api.tenant);
    const before = await answers(api);
    await api.accept("payment", {
      ...payment,
      payment_id: "PAY-9",
      disbursement_id: "L-2",
      due_date: "2026-01-20",
    });
    await api.accept("disbursement", { ...loan, ...dated, disbursement_id: "L-9" });
    expect(await answers(api)).not.toEqual(before);
    await restore(api.tenant, then);
    expect(await answers(api)).toEqual(before);
    await checked(api);
  });

  it("are not used for what the log knew", async () => {
    const api = await stocked();
    const { body } = await api.get(`/api/portfolio?${DAY}&known_at=5`);
    expect(body.data).not.toEqual([]);
    expect(await packedOf(api)).toEqual({});
  });

  it("that are larger than 16 KB are read from their rows", async () => {
    const api = await stocked();
    const many = Array.from({ length: 400 }, (_, index) => ({
      category: "payment",
      data: { ...payment, payment_id: `MANY-${index}`, payment_total: 1 + index },
    }));
    for (let start = 0; start < many.length; start += 100) {
      const lines = many
        .slice(start, start + 100)
        .map((event, index) => JSON.stringify({ ...event, idempotency_key: `key-many-${start + index}` }));
      const answer = await api.post("/ingest/batch", lines.join("\n"), undefined, {
        "Content-Type": "application/x-ndjson",
      });
      expect(answer.status, answer.text).toBe(200);
    }
    await answers(api);
    expect(await packedOf(api)).toEqual({ "L-1": false, "L-2": true, "L-3": true, "P-1": true });
    await checked(api);
  });
});
