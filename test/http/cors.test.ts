import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { authorize } from "../support/tokens.ts";

const ORIGIN = "https://app.example.com";
const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };

function ask(path: string, init: RequestInit, CORS_ORIGINS = `https://other.example ${ORIGIN}`) {
  const request = new Request(`http://ledger.test${path}`, init);
  return app.fetch(request, { ...env, CORS_ORIGINS } as Cloudflare.Env, context as never);
}

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));

const ALLOWED = {
  "access-control-allow-origin": ORIGIN,
  "access-control-expose-headers":
    "x-d1-bookmark, ETag, Location, Retry-After, Idempotent-Replayed, X-Log-Receipt, Link",
};

describe("a page of an allowed origin", () => {
  it("may ask first, without a token, with which method and headers it may call", async () => {
    for (const path of ["/ingest", "/api/tables/clients/C-1", "/v1/api-keys", "/v1/health/live"]) {
      const answer = await ask(path, {
        method: "OPTIONS",
        headers: { Origin: ORIGIN, "Access-Control-Request-Method": "POST" },
      });
      expect([path, answer.status, await answer.text()]).toEqual([path, 204, ""]);
      expect(corsOf(answer)).toEqual({
        ...ALLOWED,
        "access-control-allow-methods": expect.stringMatching(/POST|GET, HEAD/),
        "access-control-allow-headers": expect.stringMatching(
          /Authorization.*Idempotency-Key.*x-d1-bookmark/,
        ),
        "access-control-max-age": "7200",
      });
      expect(answer.headers.get("Vary")).toBe("Origin");
    }
    expect((await ask("/no/such/path", { method: "OPTIONS", headers: { Origin: ORIGIN } })).status).toBe(404);
  });

  it("may read every answer, also a refusal", async () => {
    const headers = { Origin: ORIGIN, ...(await authorize("acme", "records:read")) };
    const answers = [
      await ask("/api/tables/clients", { headers }),
      await ask("/api/tables/clients", { headers: { Origin: ORIGIN } }),
      await ask("/no/such/path", { headers }),
      await ask("/ingest", { method: "DELETE", headers }),
      await ask("/v1/health/live", { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 404, 405, 200]);
    for (const answer of answers) expect(corsOf(answer)).toEqual(ALLOWED);
    expect(answers[0]?.headers.get("Vary")).toBe("Accept, Origin");
  });
});

describe("a page of another origin", () => {
  it.each(["https://evil.example", "http://app.example.com", `${ORIGIN}.evil.example`, "null"])(
    "%s may read nothing",
    async (Origin) => {
      for (const method of ["GET", "OPTIONS"]) {
        const answer = await ask("/v1/health/live", { method, headers: { Origin } });
        expect(corsOf(answer)["access-control-allow-origin"]).toBeUndefined();
        expect(answer.headers.get("Vary")).toBe("Origin");
      }
    },
  );
});

describe("the setting CORS_ORIGINS", () => {
  it("is off by default: OPTIONS is 405, and no answer varies by Origin", async () => {
    const answer = await ask("/ingest", { method: "OPTIONS", headers: { Origin: ORIGIN } }, "");
    expect([answer.status, answer.headers.get("Vary"), corsOf(answer)]).toEqual([405, null, {}]);
  });

  it("that is malformed lets nobody through, from a browser or not", async () => {
    for (const headers of [{}, { Origin: ORIGIN, ...(await authorize("acme", "records:read")) }]) {
      const answer = await ask("/api/tables/clients", { headers }, "*");
      const { code } = (await answer.json()) as { code: string };
      expect([answer.status, code, corsOf(answer)]).toEqual([500, "misconfigured", {}]);
    }
    expect((await ask("/v1/health/live", {}, "*")).status).toBe(200);
  });
});
