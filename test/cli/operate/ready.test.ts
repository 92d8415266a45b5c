import { describe, expect, it } from "vitest";
import { configFaults, secretFaults } from "../../../src/cli/operate/ready.ts";

const READY = {
  vars: {
    AUTH_ISSUER: "https://issuer.example",
    AUTH_AUDIENCE: "loan-ledger",
    AUTH_JWKS_URL: "https://issuer.example/jwks",
  },
  d1_databases: [{ binding: "DB", database_id: "7a1d3c52-9d2e-4f0b-8f5e-2f4c2d1b0a99" }],
};

describe("an environment", () => {
  it("with its own issuer and database is ready", () => {
    expect(configFaults(READY)).toEqual([]);
  });

  it.each([
    ["an empty issuer", { AUTH_ISSUER: "" }, /^The setting AUTH_ISSUER is missing/],
    ["an empty audience", { AUTH_AUDIENCE: "" }, /^The setting AUTH_AUDIENCE is missing/],
    ["no keys", { AUTH_JWKS_URL: "" }, /AUTH_JWKS_URL is missing/],
    ["keys over plain http", { AUTH_JWKS_URL: "http://issuer.example/jwks" }, /must be https/],
    ["keys of this machine", { AUTH_JWKS_URL: "http://localhost:9000/jwks" }, /address of this machine/],
    ["an issuer on this machine", { AUTH_ISSUER: "http://127.0.0.1:9000" }, /address of this machine/],
    ["webhooks to this machine", { WEBHOOK_ALLOW_LOOPBACK: "true" }, /for the local service only/],
  ])("with %s is not ready, and the sentence says why", (_, vars, sentence) => {
    expect(configFaults({ ...READY, vars: { ...READY.vars, ...vars } })).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  it.each(["00000000-0000-0000-0000-000000000000", undefined])(
    "with the database id %s is not ready",
    (database_id) => {
      expect(configFaults({ ...READY, d1_databases: [{ binding: "DB", database_id }] })).toEqual([
        expect.stringContaining("The database DB has a placeholder"),
      ]);
    },
  );

  it("without its secrets is not ready", () => {
    expect(secretFaults([], "production")).toEqual([
      expect.stringContaining("npx wrangler secret put WEBHOOK_KEY --env production"),
    ]);
    expect(secretFaults(["OTHER", "WEBHOOK_KEY"], "production")).toEqual([]);
  });
});
