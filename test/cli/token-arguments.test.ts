import { describe, expect, test } from "vitest";
import { lifetime } from "../../src/cli/commands/options.ts";
import { SCOPES } from "../../src/contract/scopes.ts";
import { understand } from "./program.ts";

describe("the arguments of the token command", () => {
  test("default to every scope and thirty days", async () => {
    expect(await understand(["token", "--tenant", "acme"])).toMatchObject({
      command: "token",
      options: { tenant: "acme", scopes: [...SCOPES], lifetimeS: 30 * 86_400, dataDirectory: undefined },
    });
  });

  test("accept scopes separated by any white space, each once", async () => {
    const scope = " ingest:write  records:read ingest:write";
    const understood = await understand(["token", "--tenant=a", "--scope", scope]);
    expect(understood).toMatchObject({ options: { scopes: ["ingest:write", "records:read"] } });
  });

  test.each([
    [[], "required option '--tenant <id>' not specified"],
    [["--tenant", ""], "It takes 1 to 64 of the characters"],
    [["--tenant", "a b"], "It takes 1 to 64 of the characters"],
    [["--tenant", "a/b"], "It takes 1 to 64 of the characters"],
    [["--tenant", "acme\n"], "It takes 1 to 64 of the characters"],
    [["--tenant", "x".repeat(65)], "It takes 1 to 64 of the characters"],
    [["--tenant", "a", "--scope", "records:write"], 'no scope "records:write"'],
    [["--tenant", "a", "--scope", " "], "names no scope"],
    [["--tenant", "a", "--expires-in", "soon"], "It takes a number and a unit"],
    [["--tenant", "a", "--expires-in", "366d"], "It takes a number and a unit"],
    [["--tenant", "a", "--colour"], "unknown option '--colour'"],
    [["--tenant", "a", "b"], "too many arguments"],
    [["--tenant"], "argument missing"],
  ])("%j are refused as wrong usage", async (argv, message) => {
    expect(await understand(["token", ...argv])).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining(message),
    });
  });

  test("the longest tenant that the service accepts is accepted", async () => {
    expect(await understand(["token", "--tenant", "x".repeat(64)])).toMatchObject({ exitCode: 0 });
  });
});

test.each([
  ["3600s", 3600],
  ["90m", 5400],
  ["12h", 43_200],
  ["30d", 2_592_000],
  ["365d", 31_536_000],
])("a lifetime of %s is %s seconds", (text, seconds) => {
  expect(lifetime(text)).toBe(seconds);
});

test.each(["0s", "-1d", "1.5h", "10", "1w", "31536001s"])("a lifetime of %s is refused", (text) => {
  expect(() => lifetime(text)).toThrow("at most 365d");
});
