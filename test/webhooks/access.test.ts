import { describe, expect, it } from "vitest";
import { insertEvents } from "../fanout/queue.ts";
import { Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { ENDPOINTS, Receiver, URL_OF_RECEIVER } from "./receiver.ts";

const records = { event_types: ["recordChanged"] };

async function staged() {
  const receiver = await Receiver.of();
  await insertEvents(receiver.api.tenant, 1, 2);
  const { endpoint_id } = await receiver.create(records);
  const tokenOf = (scopes: string) => new Api(receiver.api.tenant, scopes);
  return { receiver, path: `${ENDPOINTS}/${endpoint_id}`, tokenOf };
}

type Ask = (api: Api, path: string) => Promise<{ readonly status: number; readonly headers: Headers }>;
const ASKS: readonly [string, Ask][] = [
  ["reads it", (api, path) => api.get(path)],
  ["changes its URL", (api, path) => api.patch(path, { url: "https://evil.example.net/" })],
  ["changes its status", (api, path) => api.patch(path, { status: "disabled" })],
  ["changes its types", (api, path) => api.patch(path, { event_types: ["journalEntryPosted"] })],
  ["rotates its secret", (api, path) => api.post(`${path}/rotate-secret`, { expire_previous: true })],
  ["replays the log", (api, path) => api.post(`${path}/replay`, { from_sequence: 1 })],
  ["tests it", (api, path) => api.post(`${path}/test`, {})],
  ["deletes it", (api, path) => api.delete(path)],
];

describe("a token that may not read what an endpoint reports", () => {
  it.each(ASKS)("is refused when it %s, and nothing changes", async (_, ask) => {
    const { receiver, path, tokenOf } = await staged();
    const before = (await receiver.api.get(path)).body;
    const answer = await ask(tokenOf("webhooks:manage hpts:ledger:read"), path);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("WWW-Authenticate")).toContain('scope="records:read"');
    expect((await receiver.api.get(path)).body).toEqual(before);
    expect(receiver.received).toEqual([]);
  });

  it.each(ASKS)("gets 404 when it %s and there is no such endpoint", async (_, ask) => {
    const { tokenOf } = await staged();
    expect((await ask(tokenOf("webhooks:manage"), `${ENDPOINTS}/${crypto.randomUUID()}`)).status).toBe(404);
  });

  it("may change the description, and does not see the endpoint in the list", async () => {
    const { receiver, path, tokenOf } = await staged();
    const manager = tokenOf("webhooks:manage");
    expect((await manager.patch(path, { description: "Accounting" })).status).toBe(200);
    expect((await manager.patch(path, { description: "x", status: "disabled" })).status).toBe(403);
    expect((await manager.get(ENDPOINTS)).body).toEqual({ data: [] });
    expect((await receiver.api.get(ENDPOINTS)).body.data).toMatchObject([{ description: "Accounting" }]);
  });

  it("gets no stored answer of a request that another token made", async () => {
    const { receiver, path, tokenOf } = await staged();
    const key = newKey();
    const body = { url: URL_OF_RECEIVER };
    expect((await receiver.api.post(ENDPOINTS, body, key)).status).toBe(201);
    const other = tokenOf("webhooks:manage hpts:ledger:read");
    expect((await other.post(ENDPOINTS, body, key)).status).toBe(403);
    const rotation = newKey();
    expect((await receiver.api.post(`${path}/rotate-secret`, {}, rotation)).status).toBe(200);
    expect((await other.post(`${path}/rotate-secret`, {}, rotation)).status).toBe(403);
  });
});

describe("a token that may read what an endpoint reports", () => {
  it("may have it sent elsewhere, and add only types that it may read", async () => {
    const { receiver, path, tokenOf } = await staged();
    const reader = tokenOf("webhooks:manage records:read");
    expect((await reader.patch(path, { event_types: ["recordChanged", "journalEntryPosted"] })).status).toBe(
      403,
    );
    expect((await reader.patch(path, { url: "https://new.example.com/" })).status).toBe(200);
    await receiver.api.accept("client", individual);
    await receiver.turn();
    expect(receiver.received.map(({ url }) => url)).toEqual(["https://new.example.com/"]);
  });
});
