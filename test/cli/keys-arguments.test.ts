import { expect, test } from "vitest";
import { understand } from "./program.ts";

const create = ["keys", "create", "--tenant", "acme", "--scopes", "ingest:write keys:manage"];

test("keys create takes tenant, scopes, end, jurisdiction and where the secret is", async () => {
  const more = ["--expires-in", "30d", "--jurisdiction", "us", "--name", " Importer ", "--env", "production"];
  expect(await understand([...create, ...more, "--secret-file", "secret"])).toMatchObject({
    command: "createKey",
    options: {
      tenant: "acme",
      scopes: ["ingest:write", "keys:manage"],
      name: "Importer",
      jurisdiction: "us",
      lifetimeS: 30 * 86_400,
      secretFile: "secret",
      environment: "production",
    },
  });
  expect(await understand(create)).toMatchObject({
    options: { name: "first key", environment: undefined, lifetimeS: undefined, jurisdiction: undefined },
  });
});

test.each([
  [["keys", "create", "--tenant", "acme"], "--scopes"],
  [["keys", "create", "--scopes", "records:read"], "--tenant"],
  [[...create, "--scopes", "all"], 'There is no scope "all"'],
  [[...create, "--tenant", "a b"], "It takes 1 to 64"],
  [[...create, "--name", "a\nb"], "without control characters"],
  [[...create, "--jurisdiction", "moon"], "eu, us, fedramp"],
  [[...create, "--env", "somewhere"], "staging, production"],
])("%j is wrong usage", async (args, reason) => {
  expect(await understand(args)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(reason) });
});

test("keys list and revoke take a place; whoami takes a token or key", async () => {
  expect(await understand(["keys", "list", "--tenant", "acme", "--json"])).toMatchObject({
    command: "listKeys",
    options: { tenant: "acme", json: true, environment: undefined },
  });
  expect(await understand(["keys", "revoke", "k3y1d0000000", "--env", "staging"])).toMatchObject({
    command: "revokeKey",
    options: { id: "k3y1d0000000", environment: "staging" },
  });
  expect(await understand(["whoami", "--token", "ll_x"])).toMatchObject({
    command: "whoAmI",
    options: { token: "ll_x" },
  });
});
