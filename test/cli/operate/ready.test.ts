import { describe, expect, it } from "vitest";
import { configFaults, neededSecrets, secretFaults } from "../../../src/cli/operate/ready.ts";

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
    expect(configFaults(READY, "production")).toEqual([]);
  });

  it.each([
    ["an empty issuer", { AUTH_ISSUER: "" }, /^The setting AUTH_ISSUER is missing/],
    ["an empty audience", { AUTH_AUDIENCE: "" }, /^The setting AUTH_AUDIENCE is missing/],
    ["no keys", { AUTH_JWKS_URL: "" }, /AUTH_JWKS_URL is missing/],
    ["keys over plain http", { AUTH_JWKS_URL: "http://issuer.example/jwks" }, /must be https/],
    ["keys of this machine", { AUTH_JWKS_URL: "http://localhost:9000/jwks" }, /address of this machine/],
    ["an issuer on this machine", { AUTH_ISSUER: "http://127.0.0.1:9000" }, /address of this machine/],
    ["reasons in its 401s", { AUTH_EXPLAIN: "true" }, /^The setting AUTH_EXPLAIN is only for staging/],
    ["every origin", { CORS_ORIGINS: "*" }, /^The setting CORS_ORIGINS must be origins/],
    ["webhooks to this machine", { WEBHOOK_ALLOW_LOOPBACK: "true" }, /for the local service only/],
  ])("with %s is not ready, and the sentence says why", (_, vars, sentence) => {
    expect(configFaults({ ...READY, vars: { ...READY.vars, ...vars } }, "production")).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  it.each(["00000000-0000-0000-0000-000000000000", undefined])(
    "with the database id %s is not ready",
    (database_id) => {
      expect(
        configFaults({ ...READY, d1_databases: [{ binding: "DB", database_id }] }, "production"),
      ).toEqual([expect.stringContaining("The database DB has a placeholder")]);
    },
  );

  it("is told all that is missing at once", () => {
    const vars = { AUTH_ISSUER: "https://issuer.example" };
    const d1_databases = [{ binding: "DB", database_id: undefined }, { binding: "DB_2" }];
    expect(configFaults({ vars, d1_databases }, "production")).toEqual([
      "The setting AUTH_AUDIENCE is missing.",
      "The setting AUTH_JWKS_URL is missing.",
      expect.stringContaining("The database DB has a placeholder"),
      expect.stringContaining("The database DB_2 has a placeholder"),
    ]);
    expect(neededSecrets(READY)).toEqual(["WEBHOOK_KEY", "LOG_SIGNING_KEY"]);
    expect(neededSecrets({ vars: {} })).toEqual(["WEBHOOK_KEY", "LOG_SIGNING_KEY", "API_KEY_SECRET"]);
  });

  it("with a listed issuer on this machine is not ready", () => {
    const issuer = {
      issuer: "https://a.example",
      audience: "ledger",
      jwks_url: "http://127.0.0.1:9000/jwks",
    };
    const vars = { AUTH_ISSUERS: JSON.stringify([issuer]) };
    expect(configFaults({ ...READY, vars }, "production")).toEqual([
      expect.stringMatching(/^The setting AUTH_ISSUERS has an address of this machine/),
    ]);
  });

  it("with the settings of the template is not ready: nobody has said that API keys are the only way in", () => {
    const vars = { AUTH_ISSUER: "", AUTH_AUDIENCE: "", AUTH_JWKS_URL: "" };
    expect(configFaults({ ...READY, vars }, "production")).toEqual([
      "The setting AUTH_ISSUER is missing.",
      "The setting AUTH_AUDIENCE is missing.",
      "The setting AUTH_JWKS_URL is missing.",
      expect.stringContaining("remove the empty AUTH settings"),
    ]);
  });

  it("for staging may say why it refuses a token", () => {
    const vars = { ...READY.vars, AUTH_EXPLAIN: "true" };
    expect(configFaults({ ...READY, vars }, "staging")).toEqual([]);
  });

  it("without an issuer needs the secret of API keys, the only way in", () => {
    const onlyKeys = { vars: {} };
    expect(configFaults({ ...READY, ...onlyKeys }, "production")).toEqual([]);
    expect(secretFaults(onlyKeys, ["WEBHOOK_KEY", "LOG_SIGNING_KEY"], "production")).toEqual([
      expect.stringContaining("npx wrangler secret put API_KEY_SECRET --env production"),
    ]);
    expect(
      secretFaults(onlyKeys, ["WEBHOOK_KEY", "LOG_SIGNING_KEY", "API_KEY_SECRET"], "production"),
    ).toEqual([]);
  });

  it("without its secrets is not ready", () => {
    expect(secretFaults(READY, [], "production")).toEqual([
      expect.stringContaining("npx wrangler secret put WEBHOOK_KEY --env production"),
      expect.stringContaining("npx wrangler secret put LOG_SIGNING_KEY --env production"),
    ]);
    expect(secretFaults(READY, ["OTHER", "WEBHOOK_KEY", "LOG_SIGNING_KEY"], "production")).toEqual([]);
  });
});
