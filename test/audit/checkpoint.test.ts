import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose";
import { describe, expect, it, vi } from "vitest";
import { app } from "../../src/app.ts";
import { type Answer, Api } from "../support/api.ts";
import { TEST_PRIVATE_JWK } from "../support/auth-settings.ts";
import { individual } from "../support/examples.ts";
import { failBefore, isLoad, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { send } from "../support/requests.ts";
import { linesIn } from "../support/verify-log.ts";

const CHECKPOINT = "/v1/log/checkpoint";
const JWKS = "/.well-known/jwks.json";

const claimsOf = async ({ text }: Answer) => {
  const keys = (await send(JWKS)).body;
  const { payload } = await compactVerify(text, createLocalJWKSet(keys), { algorithms: ["ES256"] });
  return JSON.parse(new TextDecoder().decode(payload));
};

describe("a checkpoint", () => {
  it("states under the first key where the log ends, for any token of the tenant", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("client", { ...individual, client_id: "C-2" });
    const reader = new Api(api.tenant, "positions:read");
    const before = Math.floor(Date.now() / 1000);
    const answer = await reader.get(CHECKPOINT);
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, "application/jose"]);
    expect(decodeProtectedHeader(answer.text)).toEqual({
      alg: "ES256",
      typ: "checkpoint+jwt",
      kid: "log-key",
    });
    const [, last] = linesIn((await api.get("/v1/log/events")).text);
    const { time, ...claims } = await claimsOf(answer);
    expect(claims).toEqual({ tenant_id: api.tenant, sequence: 2, hash: last?.hash });
    expect([time >= before, time <= Date.now() / 1000]).toEqual([true, true]);
  });

  it("of an empty log is 404", async () => {
    const answer = await new Api().get(CHECKPOINT);
    expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
  });

  it("is not a token, although its key is the issuer's", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const { text } = await api.get(CHECKPOINT);
    const answer = await send("/v1/settings", { headers: { Authorization: `Bearer ${text}` } });
    expect([answer.status, answer.body.code]).toEqual([401, "invalid_token"]);
  });

  it("is 503 where the database does not say how the log ends", async () => {
    const api = new Api();
    await api.accept("client", individual);
    (await wrapDatabase(gateOf(api.tenant))).meet(isLoad, failBefore(), 1);
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const answer = await api.get(CHECKPOINT);
    log.mockRestore();
    expect([answer.status, answer.body.code]).toEqual([503, "unavailable"]);
    expect((await api.get(CHECKPOINT)).status).toBe(200);
  });
});

it("the keys are published without their private parts, the retired one too, each with a name", async () => {
  const { status, body } = await send(JWKS);
  expect(status).toBe(200);
  const { kty, crv, x, y } = TEST_PRIVATE_JWK;
  expect(body.keys).toEqual([
    { kty, crv, x, y, kid: "log-key", alg: "ES256", use: "sig" },
    expect.objectContaining({
      kty,
      crv,
      kid: expect.stringMatching(/^[\w-]{43}$/),
      alg: "ES256",
      use: "sig",
    }),
  ]);
});

describe.each([
  ["missing", undefined],
  ["empty", ""],
  ["no JSON", "{"],
  ["of another curve", JSON.stringify({ kty: "EC", crv: "P-384", x: "AA", y: "AA", d: "AA" })],
  ["without a private key", JSON.stringify({ keys: [{ ...TEST_PRIVATE_JWK, d: undefined }] })],
  ["no point of the curve", JSON.stringify({ ...TEST_PRIVATE_JWK, x: TEST_PRIVATE_JWK.y })],
])("where LOG_SIGNING_KEY is %s", (_, LOG_SIGNING_KEY) => {
  const { LOG_SIGNING_KEY: __, ...others } = env;
  const own = LOG_SIGNING_KEY === undefined ? others : { ...env, LOG_SIGNING_KEY };
  const fetch = async (input: RequestInfo, init?: RequestInit) =>
    app.fetch(new Request(input, init), own, createExecutionContext());

  it("checkpoints and keys are 503, the log names the setting without its value, and writes go on", async () => {
    const api = new Api(undefined, undefined, fetch as never);
    await api.accept("client", individual);
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const answers = [await api.get(CHECKPOINT), await api.get(JWKS)];
    const logged = log.mock.calls.flat().join("\n");
    log.mockRestore();
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [503, "unavailable"],
      [503, "unavailable"],
    ]);
    expect(logged).toContain('"setting":"LOG_SIGNING_KEY"');
    expect(logged).not.toContain(TEST_PRIVATE_JWK.d);
    const written = await api.ingest("client", { ...individual, client_id: "C-2" });
    expect(written.headers.get("X-Log-Receipt")).toMatch(/^sequence=2, /);
  });
});
