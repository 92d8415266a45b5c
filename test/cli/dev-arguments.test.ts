import { expect, test } from "vitest";
import { foreignIssuerSettings } from "../../src/cli/local/project.ts";
import { understand } from "./program.ts";

test("the service listens on 8787 and logs to the screen unless told otherwise", async () => {
  expect(await understand(["dev"])).toMatchObject({ command: "dev", options: { port: 8787, quiet: false } });
  const told = await understand(["dev", "--port", "8788", "--quiet"]);
  expect(told).toMatchObject({ command: "dev", options: { port: 8788, quiet: true } });
});

test.each(["0", "65536", "-1", "80x", "", "1e3", "8787.0"])("port %j is refused", async (port) => {
  expect(await understand(["dev", `--port=${port}`])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("It takes a number from 1 to 65535."),
  });
});

test("--help explains the command and does nothing", async () => {
  expect(await understand(["dev", "--help"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("npm start -- --port 8788"),
  });
});

test("an issuer in .dev.vars is noticed, whichever of its settings is there", () => {
  expect(
    foreignIssuerSettings("AUTH_ISSUER=https://id.example\nexport AUTH_JWKS_URL='https://id.example/jwks'\n"),
  ).toEqual(["AUTH_ISSUER", "AUTH_JWKS_URL"]);
  expect(foreignIssuerSettings('AUTH_JWKS={"keys":[]}')).toEqual(["AUTH_JWKS"]);
});

test("a .dev.vars about something else leaves the local issuer in place", () => {
  expect(foreignIssuerSettings("# AUTH_ISSUER=https://id.example\nAUTH_CLOCK_TOLERANCE_S=5\n")).toEqual([]);
  expect(foreignIssuerSettings("")).toEqual([]);
});

test("the .dev.vars of init leaves the local issuer in place, until a key set's URL is added", () => {
  const written = "AUTH_ISSUER='https://local.loan-ledger.invalid'\nAUTH_JWKS='{}'\n";
  expect(foreignIssuerSettings(written)).toEqual([]);
  expect(foreignIssuerSettings(`${written}AUTH_JWKS_URL=https://id.example/jwks\n`)).toContain(
    "AUTH_JWKS_URL",
  );
});
