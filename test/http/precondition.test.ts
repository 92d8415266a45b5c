import { describe, expect, it } from "vitest";
import { ROUTES } from "../../src/contract/routes.ts";
import { PLAIN } from "../facility/terms.ts";
import { Api, answerTo, newKey } from "../support/api.ts";

/* Changes that name the version that they are about (docs/api.md#versions). */

const CHANGES = {
  putFacility: ["PUT", "/api/facilities/F-1", PLAIN],
  deleteFacility: ["DELETE", "/api/facilities/F-1", undefined],
  putSettings: ["PUT", "/v1/settings", { arrears_tolerance: "7" }],
} as const;

async function change(
  api: Api,
  [method, path, body]: (typeof CHANGES)[keyof typeof CHANGES],
  expected: Readonly<Record<string, string>>,
  key = newKey(),
) {
  const headers = await api.headers({
    "Content-Type": "application/json",
    "Idempotency-Key": key,
    ...expected,
  });
  return answerTo(method, path, { headers, ...(body && { body: JSON.stringify(body) }) });
}

const others = { ...PLAIN, name: "Others" };

it("are those of the routes that say so", () => {
  const named = Object.entries<{ preconditioned?: true }>(ROUTES).filter(([, route]) => route.preconditioned);
  expect(named.map(([name]) => name).sort()).toEqual(Object.keys(CHANGES).sort());
});

describe.each(Object.entries(CHANGES))("%s", (_, sent) => {
  const [, path] = sent;
  const started = async () => {
    const api = new Api();
    expect((await api.send("PUT", "/api/facilities/F-1", others)).status).toBe(201);
    expect((await api.send("PUT", "/v1/settings", { arrears_tolerance: "1" })).status).toBe(200);
    const etag = (await api.get(path)).headers.get("ETag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]+"$/);
    return { api, etag };
  };

  it("changes the version that If-Match names, also among others, and any with *", async () => {
    for (const match of [(tag: string) => tag, (tag: string) => `"x", W/${tag} ,"y"`, () => "*"]) {
      const { api, etag } = await started();
      const answer = await change(api, sent, { "If-Match": match(etag) });
      expect(answer.status, answer.text).toBe(200);
      expect((await api.get(path)).headers.get("ETag")).not.toBe(etag);
    }
  });

  it("changes nothing where there is another version, and says which one", async () => {
    const { api, etag } = await started();
    const before = await api.get(path);
    for (const expected of [{ "If-Match": '"0"' }, { "If-None-Match": "*" }]) {
      const { status, body } = await change(api, sent, expected);
      expect([status, body.code]).toEqual([412, "precondition_failed"]);
      expect(body.detail).toContain(`has the ETag ${etag} now`);
    }
    expect((await api.get(path)).text).toBe(before.text);
    const key = newKey();
    expect((await change(api, sent, { "If-Match": '"0"' }, key)).status).toBe(412);
    expect((await change(api, sent, { "If-Match": etag }, key)).status).toBe(200);
    // What was stored is answered again, although the version is another one by now.
    const again = await change(api, sent, { "If-Match": etag }, key);
    expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([200, "true"]);
  });

  it.each([
    { "If-Match": "12" },
    { "If-Match": "" },
    { "If-Match": '"a" "b"' },
    { "If-None-Match": '"12"' },
    { "If-Match": "*", "If-None-Match": "*" },
  ])("refuses %j", async (headers) => {
    const { status, body } = await change(new Api(), sent, headers);
    expect([status, body.code]).toEqual([400, "invalid_query"]);
    expect(body.detail).toContain("If-Match");
  });
});

describe("a facility", () => {
  it("that is not there matches nothing, and If-None-Match: * creates it", async () => {
    const api = new Api();
    const absent = await change(api, CHANGES.putFacility, { "If-Match": "*" });
    expect([absent.status, absent.body.detail]).toEqual([
      412,
      "The facility does not exist now. Nothing has changed.",
    ]);
    expect((await change(api, CHANGES.deleteFacility, { "If-Match": "*" })).status).toBe(404);
    expect((await change(api, CHANGES.putFacility, { "If-None-Match": "*" })).status).toBe(201);
    await api.send("DELETE", "/api/facilities/F-1");
    expect((await change(api, CHANGES.putFacility, { "If-Match": '"1"' })).status).toBe(412);
    expect((await change(api, CHANGES.putFacility, { "If-None-Match": "*" })).status).toBe(201);
  });

  it("that several change at once is changed by one of them", async () => {
    const api = new Api();
    await api.send("PUT", "/api/facilities/F-1", others);
    const etag = (await api.get("/api/facilities/F-1")).headers.get("ETag") ?? "";
    const all = Array.from({ length: 5 }, () => change(api, CHANGES.putFacility, { "If-Match": etag }));
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412, 412, 412, 412]);
  });

  it("has no ETag as of a day or as known, which a change would not replace", async () => {
    const api = new Api();
    await api.send("PUT", "/api/facilities/F-1", PLAIN);
    for (const query of ["as_of_date=2026-12-31", "known_at=1"]) {
      const { status, headers } = await api.get(`/api/facilities/F-1?${query}`);
      expect([status, headers.get("ETag")]).toEqual([200, null]);
    }
  });
});
