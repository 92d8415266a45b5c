import { expect, test } from "vitest";
import { issuerSettingsIn } from "../../../src/cli/project.ts";
import { parseStartArguments } from "../../../src/cli/start.ts";

test("the service listens on 8787 unless told otherwise", () => {
  expect(parseStartArguments([])).toMatchObject({ ok: true, value: { port: 8787 } });
  expect(parseStartArguments(["--port", "8788"])).toMatchObject({ ok: true, value: { port: 8788 } });
});

test.each(["0", "65536", "-1", "80x", "", "1e3", "8787.0"])("port %j is refused", (port) => {
  expect(parseStartArguments([`--port=${port}`])).toMatchObject({ ok: false, error: { exitCode: 2 } });
});

test("--help wins over everything else", () => {
  expect(parseStartArguments(["--help", "--port", "nonsense"])).toEqual({ ok: true, value: "help" });
});

test("an issuer in .dev.vars is noticed, whichever of its settings is there", () => {
  expect(
    issuerSettingsIn("AUTH_ISSUER=https://id.example\nexport AUTH_JWKS_URL='https://id.example/jwks'\n"),
  ).toEqual(["AUTH_ISSUER", "AUTH_JWKS_URL"]);
  expect(issuerSettingsIn('AUTH_JWKS={"keys":[]}')).toEqual(["AUTH_JWKS"]);
});

test("a .dev.vars about something else leaves the local issuer in place", () => {
  expect(issuerSettingsIn("# AUTH_ISSUER=https://id.example\nAUTH_CLOCK_TOLERANCE_S=5\n")).toEqual([]);
  expect(issuerSettingsIn("")).toEqual([]);
});
