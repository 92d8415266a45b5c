import { expect, it } from "vitest";
import { bookedApi, provedOn } from "../bookkeeping/tape.ts";
import { BORROWER, disburse, LOAN, posted, postTo, reverse } from "../ledger/post.ts";
import { Api, newKey } from "../support/api.ts";
import { expectSoundLog, storedEvents } from "../support/chain.ts";
import { loan } from "../support/examples.ts";
import { ana, bob, found, VALUES } from "./ana.ts";
import { completed, erase, eraseWholly, gateText, sendAna, storedText } from "./person.ts";

const rowOf = async (api: Api, path: string) => (await api.get(`/api/tables/${path}`)).body.data;
const DAY = "as_of_date=2025-06-30";

it("takes a client from records, log, history and the gate, and leaves every figure as it was", async () => {
  const api = await bookedApi();
  await sendAna(api);
  await api.accept("client", bob);
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2", client_id: "C-2", reason: "roof" });
  const reads = [
    `/api/positions/L-1?${DAY}`,
    `/api/portfolio?${DAY}&group_by=client_id`,
    "/v1/trial-balance?currency=USD&as_of_date=2025-06-30",
    "/v1/journal-entries",
    "/api/tables/clients/C-2",
    "/api/tables/disbursements/L-2",
  ];
  const figures = async () => Promise.all(reads.map(async (path) => (await api.get(path)).body));
  const before = await figures();
  const events = await storedEvents(api.tenant);
  expect(found(await storedText(api.tenant))).toEqual(Object.keys(VALUES));

  const begun = await erase(api);
  expect([begun.status, begun.body.status, begun.body.events_done]).toEqual([202, "running", 0]);
  const { body } = await completed(api);
  expect(body).toMatchObject({
    event_id: begun.body.event_id,
    sequence: begun.body.sequence,
    status: "complete",
  });
  expect(body.events_done).toBe(begun.body.sequence);

  expect(found(await storedText(api.tenant))).toEqual([]);
  const own = events.filter(({ person }) => person === "client:C-1");
  const keys = JSON.stringify(await gateText(api.tenant));
  expect(own.length).toBe(5);
  for (const { fingerprint } of own) expect(keys).not.toContain(fingerprint);
  for (const [index, figure] of (await figures()).entries()) {
    const { from_sequence: _, to_sequence: __, ...rest } = figure;
    expect(rest, reads[index]).toEqual({
      ...before[index],
      from_sequence: undefined,
      to_sequence: undefined,
    });
  }
  expect(await provedOn(api, ["2025-06-30"])).toEqual([]);
  await expectSoundLog(api.tenant);
});

it("answers an erased client with nulls, also before, and leaves it out of lists and searches", async () => {
  const api = new Api();
  await api.accept("client", ana);
  await eraseWholly(api);
  const row = await rowOf(api, "clients/C-1");
  const { client_id, country, is_company, erased_at, created_at, updated_at, ...rest } = row;
  expect([client_id, country, is_company]).toEqual(["C-1", "US", false]);
  expect(new Date(erased_at).getTime()).toBeGreaterThan(0);
  expect([typeof created_at, updated_at]).toEqual(["string", erased_at]);
  expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  expect(await rowOf(api, "clients/C-1?known_at=1")).toEqual({ ...row, updated_at: created_at });
  expect(await rowOf(api, "clients/C-1?known_at=2")).toEqual(row);
  for (const query of ["", "?client_id=C-1", "?search=garcia", "?search=C-1"]) {
    expect(await rowOf(api, `clients${query}`), query).toEqual([]);
  }
});

it("hides an erased client's past at once, before the log is walked", async () => {
  const api = new Api();
  await api.accept("client", ana);
  await erase(api);
  expect((await rowOf(api, "clients/C-1?known_at=1")).name).toBeNull();
});

it("answers a used key of the person as a duplicate, whatever the request says", async () => {
  const api = new Api();
  const key = newKey();
  const { body } = await api.ingest("client", ana, key);
  expect((await api.ingest("client", bob, key)).status).toBe(422);
  await eraseWholly(api);
  const again = await api.ingest("client", bob, key);
  expect([again.status, again.body.status, again.body.event_id]).toEqual([200, "duplicate", body.event_id]);
});

it("leaves a company, the members of info that reports group by, and the events of the log", async () => {
  const api = new Api();
  const report_dimensions = { client: ["region"], disbursement: ["branch"] };
  await api.send("PUT", "/v1/settings", { report_dimensions });
  const company = { ...ana, is_company: true, gender: "company", contact_person: VALUES.name };
  await api.accept("client", { ...company, info: { note: VALUES.note, region: 7.0 } });
  await api.accept("disbursement", { ...loan, info: { note: VALUES.note, branch: "north" } });
  await eraseWholly(api);
  expect(await rowOf(api, "clients/C-1")).toMatchObject({
    is_company: true,
    gender: null,
    contact_person: null,
    info: { region: 7 },
  });
  expect((await rowOf(api, "clients/C-1?known_at=2")).is_company).toBe(true);
  expect((await rowOf(api, "disbursements/L-1")).info).toEqual({ branch: "north" });
  const { body } = await api.get("/api/tables/events?sort_order=asc");
  expect(body.data.map(({ step, data }: { step: string; data: object }) => [step, data])).toEqual([
    ["put", { report_dimensions }],
    ["create", { step: "create", client_id: "C-1", country: "US", is_company: true, info: { region: 7 } }],
    ["create", { ...loan, info: { branch: "north" } }],
    ["erase", { reason: "error", shared: [] }],
  ]);
  await expectSoundLog(api.tenant);
});

it("of a borrower takes references, reasons and metadata of the ledger, and leaves the entries", async () => {
  const api = new Api();
  const path = `/v1/borrowers/${BORROWER.toUpperCase()}/erasure`;
  expect((await api.post(path, { reason: "request" })).status).toBe(404);
  await disburse(api, { destination_ref: VALUES.bank_ref, metadata: { note: VALUES.note } });
  const fee = await posted(api, "fees", { external_ref: VALUES.reason });
  await reverse(api, fee);
  await postTo(api, "charge-offs", { reason: VALUES.change_reason });
  const balance = `/v1/loans/${LOAN}/balance?currency=USD&as_of_date=2025-01-01`;
  const before = (await api.get(balance)).body;
  expect(found(await storedText(api.tenant)).sort()).toEqual(["bank_ref", "change_reason", "note", "reason"]);
  expect((await api.post(path, { reason: "request" })).status).toBe(202);
  await completed(api, path);
  expect(found(await storedText(api.tenant))).toEqual([]);
  expect((await api.get(balance)).body).toEqual(before);
  const again = await api.post(path, { reason: "request" });
  expect([again.status, again.body.code]).toEqual([409, "already_erased"]);
  const event = (await storedEvents(api.tenant)).at(-1);
  expect([event?.category, event?.step, event?.record_id]).toEqual(["ledger", "erase", BORROWER]);
  // A later event of the borrower, and no other, is a reason to erase again.
  await posted(api, "fees");
  expect((await api.post(path, { reason: "request" })).status).toBe(409);
  await posted(api, "fees", { external_ref: VALUES.reason });
  expect((await api.post(path, { reason: "request" })).status).toBe(202);
  await completed(api, path);
  expect(found(await storedText(api.tenant))).toEqual([]);
  await expectSoundLog(api.tenant);
});
