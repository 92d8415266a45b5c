import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { gateOf, keysSaved } from "../support/gate.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";
import { linesIn } from "../support/verify-log.ts";
import { Receiver } from "../webhooks/receiver.ts";
import { PLAIN, TERMS } from "./terms.ts";

const PATH = "/api/facilities/F-1";

describe("the events of a facility", () => {
  it("are reported to webhooks in their order, without names and amounts", async () => {
    const receiver = await Receiver.of();
    const { api } = receiver;
    await receiver.create({ event_types: ["facilityChanged"] });
    await api.send("PUT", PATH, TERMS);
    await api.send("PUT", "/v1/settings", {});
    await api.send("DELETE", PATH);
    await receiver.turn();
    expect(receiver.story).toEqual(["facilityChanged 1", "facilityChanged 3"]);
    const [put] = receiver.received;
    expect(put?.data).toEqual({
      ...{ event_id: expect.any(String), sequence: 1, tenant_id: api.tenant },
      ...{ category: "facility", step: "put", id: "F-1", occurred_at: expect.any(String) },
    });
  });

  it("are in the exported log with the terms as they were sent, and none of it is private", async () => {
    const api = new Api();
    await api.send("PUT", PATH, PLAIN);
    await api.send("DELETE", PATH);
    const lines = linesIn((await api.get("/v1/log/events")).text);
    expect(lines.map(({ category, step, id }) => `${category} ${step} ${id}`)).toEqual([
      "facility put F-1",
      "facility delete F-1",
    ]);
    expect(lines.map((line) => line.private)).toEqual([null, null]);
    expect(JSON.parse(lines[0]?.data ?? "").data).toEqual({ facility_id: "F-1", ...PLAIN });
  });

  it("that a restore of the database took are gone with their terms, and can be put again", async () => {
    const api = new Api();
    await api.send("PUT", PATH, TERMS);
    const before = await snapshotOf(api.tenant);
    const key = newKey();
    await api.send("PUT", PATH, PLAIN, key);
    await api.send("PUT", "/api/facilities/F-2", PLAIN);
    await keysSaved(gateOf(api.tenant), 3);
    await restore(api.tenant, before);
    expect((await api.get(PATH)).body.data).toMatchObject({ name: TERMS.name, sequence: 1 });
    await api.send("PUT", "/api/facilities/F-3", PLAIN);
    const again = await api.send("PUT", PATH, PLAIN, key);
    expect([again.status, again.body.data]).toEqual([
      200,
      { facility_id: "F-1", creditor: null, sequence: 1_003, ...PLAIN },
    ]);
    expect(again.headers.get("Idempotent-Replayed")).toBeNull();
    const listed = await api.get("/api/facilities");
    expect(listed.body.data.map(({ facility_id }: { facility_id: string }) => facility_id)).toEqual([
      "F-1",
      "F-3",
    ]);
    expect((await api.get(`${PATH}?known_at=1`)).body.data.name).toBe(TERMS.name);
  });
});
