import { describe, expect, test } from "vitest";
import { SCOPES } from "../../../src/auth/scopes.ts";
import { parseLifetime, parseTokenArguments } from "../../../src/cli/token.ts";

describe("the arguments of the token command", () => {
  test("default to every scope and thirty days", () => {
    expect(parseTokenArguments(["--tenant", "acme"])).toEqual({
      ok: true,
      value: { tenant: "acme", scopes: [...SCOPES], lifetimeS: 30 * 86_400, dataDirectory: undefined },
    });
  });

  test("take scopes separated by any white space, each once", () => {
    const parsed = parseTokenArguments(["--tenant=a", "--scope", " ingest:write  records:read ingest:write"]);
    expect(parsed).toMatchObject({ ok: true, value: { scopes: ["ingest:write", "records:read"] } });
  });

  test.each([
    [[], "--tenant is required"],
    [["--tenant", ""], "--tenant takes"],
    [["--tenant", "a b"], "--tenant takes"],
    [["--tenant", "a/b"], "--tenant takes"],
    [["--tenant", "acme\n"], "--tenant takes"],
    [["--tenant", "x".repeat(65)], "--tenant takes"],
    [["--tenant", "a", "--scope", "records:write"], 'no scope "records:write"'],
    [["--tenant", "a", "--scope", " "], "names no scope"],
    [["--tenant", "a", "--expires-in", "soon"], "--expires-in takes"],
    [["--tenant", "a", "--expires-in", "366d"], "--expires-in takes"],
    [["--tenant", "a", "--colour"], "Unknown option '--colour'. --help lists"],
    [["--tenant", "a", "b"], "Unexpected argument 'b'"],
    [["--tenant"], "argument missing"],
  ])("%j are refused as wrong usage", (argv, message) => {
    expect(parseTokenArguments(argv)).toEqual({
      ok: false,
      error: { exitCode: 2, message: expect.stringContaining(message) },
    });
  });

  test("the longest tenant that the service accepts is accepted", () => {
    expect(parseTokenArguments(["--tenant", "x".repeat(64)])).toMatchObject({ ok: true });
  });
});

test.each([
  ["3600s", 3600],
  ["90m", 5400],
  ["12h", 43_200],
  ["30d", 2_592_000],
  ["365d", 31_536_000],
  ["0s", undefined],
  ["-1d", undefined],
  ["1.5h", undefined],
  ["10", undefined],
  ["1w", undefined],
  ["31536001s", undefined],
])("a lifetime of %s is %s seconds", (text, seconds) => {
  expect(parseLifetime(text)).toBe(seconds);
});
