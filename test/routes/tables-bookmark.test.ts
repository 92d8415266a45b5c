import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { app } from "../../src/app.ts";
import { Api, answerOf } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { FaultyD1 } from "../support/faulty-d1.ts";

describe("read-your-writes", () => {
  it("a read takes the bookmark of a write and answers with one of its own", async () => {
    const api = new Api();
    const written = (await api.accept("client", individual)).headers.get("x-d1-bookmark") ?? "";
    const read = await api.get("/api/tables/clients/C-1", { "x-d1-bookmark": written });
    expect(read.status).toBe(200);
    const bookmark = read.headers.get("x-d1-bookmark") ?? "";
    expect(bookmark >= written && bookmark !== "").toBe(true);
    const again = await api.get("/api/tables/clients", { "x-d1-bookmark": bookmark });
    expect(again.body.data).toHaveLength(1);
  });

  it.each(["first-primary", "first-unconstrained"])("a session may start %s", async (start) => {
    const { status, headers } = await new Api().get("/api/tables/clients", { "x-d1-bookmark": start });
    expect(status).toBe(200);
    expect(headers.get("x-d1-bookmark")).toMatch(/^[0-9a-f]+(-[0-9a-f]+)+$/);
  });

  it.each([
    "latest",
    "0",
    "00000000-",
    "00000000-xyz",
    "0-0 ; drop",
    `0-${"0".repeat(200)}`,
    "first-primary,",
  ])("the bookmark %s is refused by name", async (bookmark) => {
    for (const path of ["/api/tables/clients", "/api/tables/clients/C-1"]) {
      const { status, body } = await new Api().get(path, { "x-d1-bookmark": bookmark });
      expect(status).toBe(400);
      expect(body.code).toBe("invalid_query");
      expect(body.detail).toContain("x-d1-bookmark");
    }
  });
});

describe("a bookmark that is well-formed but was never given", () => {
  const NEVER_GIVEN = "ffffffff-ffffffff-ffffffff-ffffffffffffffffffffffffffffffff";

  it.each([NEVER_GIVEN, "0-0", "ab-cd-ef"])("is served safely: %s", async (bookmark) => {
    const api = new Api();
    await api.accept("client", individual);
    const { status, body } = await api.get("/api/tables/clients", { "x-d1-bookmark": bookmark });
    expect(status).toBe(200);
    expect(body.data).toHaveLength(1);
  });

  /** What D1 makes of it: the first session fails, and one from the primary does not. */
  async function readWhere(api: Api, session: () => Promise<never>) {
    const faulty = new FaultyD1(env.DB).meet(() => true, session).binding;
    const asked: string[] = [];
    const DB = {
      withSession(from: string) {
        asked.push(from);
        return (from === NEVER_GIVEN ? faulty : env.DB).withSession("first-primary");
      },
    };
    const headers = await api.headers({ "x-d1-bookmark": NEVER_GIVEN });
    const answer = app.request("/api/tables/clients", { headers }, { ...env, DB }, createExecutionContext());
    return { asked, answer: answerOf(await answer) };
  }

  it("falls back to the primary when D1 refuses it", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const { asked, answer } = await readWhere(api, () => Promise.reject(new Error("D1_ERROR: bookmark")));
    expect((await answer).body.data).toHaveLength(1);
    expect(asked).toEqual([NEVER_GIVEN, "first-primary"]);
  });

  it("falls back to the primary when D1 waits for it", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.headers();
    const deadline = vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms: number) => {
      expect(ms).toBeLessThanOrEqual(10_000);
      if (ms < 10_000) queueMicrotask(run);
    }) as never);
    try {
      const { asked, answer } = await readWhere(api, () => new Promise(() => {}));
      expect((await answer).body.data).toHaveLength(1);
      expect(asked).toEqual([NEVER_GIVEN, "first-primary"]);
    } finally {
      deadline.mockRestore();
    }
  });
});

describe("a read whose database fails", () => {
  const readWith = async (error: Error) => {
    const api = new Api();
    const DB = new FaultyD1(env.DB).meet(
      () => true,
      () => Promise.reject(error),
    ).binding;
    return Promise.all(
      ["/api/tables/clients", "/api/tables/clients/C-1", "/v1/accounts/1100/balance?currency=USD"].map(
        async (path) =>
          answerOf(
            await app.request(
              path,
              { headers: await api.headers() },
              { ...env, DB },
              createExecutionContext(),
            ),
          ),
      ),
    );
  };

  it.each(["D1_ERROR: Network connection lost.", "D1 DB is overloaded.", "internal error"])(
    "is a 503 with Retry-After for any message of D1: %s",
    async (message) => {
      for (const { status, headers, body } of await readWith(new Error(message))) {
        expect(status).toBe(503);
        expect(headers.get("Retry-After")).toBe("2");
        expect(body.code).toBe("unavailable");
        expect(body.detail).not.toContain(message);
      }
    },
  );

  it("is a 500 if the service itself is at fault", async () => {
    for (const { status, body } of await readWith(new TypeError("x is not a function"))) {
      expect(status).toBe(500);
      expect(body.code).toBe("internal_error");
    }
  });
});
