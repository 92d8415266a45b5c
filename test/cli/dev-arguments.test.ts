import { expect, test } from "vitest";
import { foreignIssuerSettings } from "../../src/cli/local/project.ts";
import { understand } from "./program.ts";

test("the service listens on 8787 and logs only to a file unless told otherwise; --quiet is taken", async () => {
  const quiet = await understand(["dev", "--quiet"]);
  expect(quiet).toMatchObject({ command: "dev", options: { port: 8787, verbose: false } });
  const told = await understand(["dev", "--port", "8788", "--verbose"]);
  expect(told).toMatchObject({ command: "dev", options: { port: 8788, verbose: true } });
});

test.each(["0", "65536", "-1", "80x", "", "1e3", "8787.0"])("port %j is refused", async (port) => {
  expect(await understand(["dev", `--port=${port}`])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("It takes a number from 1 to 65535."),
  });
});

test("--help explains the command and does not run it", async () => {
  expect(await understand(["dev", "--help"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("npm start -- --port 8788"),
  });
});

test("any setting of an issuer in .dev.vars is noticed", () => {
  expect(
    foreignIssuerSettings("AUTH_ISSUER=https://id.example\nexport AUTH_JWKS_URL='https://id.example/jwks'\n"),
  ).toEqual(["AUTH_ISSUER", "AUTH_JWKS_URL"]);
  expect(foreignIssuerSettings('AUTH_JWKS={"keys":[]}')).toEqual(["AUTH_JWKS"]);
});

test("a .dev.vars with other settings keeps the local issuer", () => {
  expect(foreignIssuerSettings("# AUTH_ISSUER=https://id.example\nAUTH_CLOCK_TOLERANCE_S=5\n")).toEqual([]);
  expect(foreignIssuerSettings("")).toEqual([]);
});

test("the .dev.vars of init keeps the local issuer, until a key set's URL is added", () => {
  const written = "AUTH_ISSUER='https://local.loan-ledger.invalid'\nAUTH_JWKS='{}'\n";
  expect(foreignIssuerSettings(written)).toEqual([]);
  expect(foreignIssuerSettings(`${written}AUTH_JWKS_URL=https://id.example/jwks\n`)).toContain(
    "AUTH_JWKS_URL",
  );
});
