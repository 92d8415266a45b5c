import { expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import type { ReportOptions } from "../../src/cli/read/reports.ts";
import { understand } from "./program.ts";

const WIDTH = 80;

/** The commands that a help text lists. */
const commandsIn = (help: string): readonly string[] =>
  [...(/^Commands:\n((?: .*\n?)*)/m.exec(help)?.[1] ?? "").matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(
    ([, name = ""]) => name,
  );

async function helpOf(command: readonly string[]): Promise<string> {
  const { exitCode, stdout } = await understand([...command, "--help"]);
  expect({ command, exitCode }).toEqual({ command, exitCode: 0 });
  return stdout;
}

/** Every command, its subcommands after it. */
async function allCommands(parent: readonly string[] = []): Promise<readonly (readonly string[])[]> {
  const own = commandsIn(await helpOf(parent)).map((name) => [...parent, name]);
  const below = await Promise.all(own.map(allCommands));
  return [parent, ...below.flat()];
}

/** Lines that end although the next word fits. */
function brokenLines(paragraph: string): readonly string[] {
  const lines = paragraph.split("\n");
  return lines.filter((line, index) => {
    const [next = ""] = lines[index + 1]?.split(" ") ?? [];
    return next !== "" && !line.startsWith(" ") && line.length + 1 + next.length < WIDTH;
  });
}

test("the help of each command fits 80 columns, and no line of its description ends early", async () => {
  const commands = await allCommands();
  expect(commands.length).toBeGreaterThan(35);
  for (const command of commands) {
    const help = await helpOf(command);
    expect({ command, long: help.split("\n").filter((line) => line.length > WIDTH) }).toEqual({
      command,
      long: [],
    });
    const [, description = ""] = help.split("\n\n");
    expect({ command, broken: brokenLines(description) }).toEqual({ command, broken: [] });
  }
});

test("--version prints the version of the package", async () => {
  expect(await understand(["--version"])).toMatchObject({ exitCode: 0, stdout: `${packageFile.version}\n` });
});

const READS = [
  ...["portfolio", "positions", "quality", "base F-1", "whoami", "tenants", "show DSB-1", "statement DSB-1"],
  ...["bookkeeping status", "bookkeeping proof", "webhooks list", "vintages", "cash-flow", "concentration"],
  ...["movement --from 2026-05-31 --to 2026-06-30", "roll-rates --from 2026-05-31 --to 2026-06-30"],
];

test.each(READS)("%s takes --json", async (line) => {
  const argv = line.split(" ");
  expect(await understand(argv)).toMatchObject({ exitCode: 0, options: { json: false } });
  expect(await understand([...argv, "--json"])).toMatchObject({ exitCode: 0, options: { json: true } });
});

test("listen forwards where --forward-to names an address, and registers an endpoint otherwise", async () => {
  expect(await understand(["listen"])).toMatchObject({ command: "listen" });
  const to = "http://localhost:4242/webhook";
  expect(await understand(["listen", "--forward-to", to])).toMatchObject({
    command: "forward",
    options: { to },
  });
  expect(await understand(["listen", "--forward-to", "localhost"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("It takes an address such as http://localhost:4242/webhook."),
  });
});

test("bookkeeping on and off say which mode is wanted", async () => {
  for (const [name, mode] of [
    ["on", "records"],
    ["off", "off"],
  ] as const) {
    expect(await understand(["bookkeeping", name])).toMatchObject({
      command: "switchBookkeeping",
      options: { mode },
    });
  }
});

test("bookkeeping on says who settles, and close what it closes", async () => {
  expect(await understand(["bookkeeping", "on"])).toMatchObject({ options: { settle: "by_hand" } });
  const settling = ["bookkeeping", "on", "--settle", "on_disbursement", "--bank", "ops"];
  expect(await understand(settling)).toMatchObject({ options: { settle: "on_disbursement", bank: "ops" } });
  const close = ["close", "--through", "2026-10-31", "--out", "books"];
  const options = { through: "2026-10-31", out: "books" };
  expect(await understand(close)).toMatchObject({
    command: "closePeriod",
    options: { ...options, yes: false },
  });
  expect(await understand([...close, "--yes"])).toMatchObject({ options: { ...options, yes: true } });
  expect(await understand(["close", "--out", "books"])).toMatchObject({ exitCode: 2 });
});

test("log follows only with --follow", async () => {
  expect(await understand(["log"])).toMatchObject({ command: "log", options: { follow: false } });
  expect(await understand(["log", "--follow"])).toMatchObject({ options: { follow: true } });
});

test("a report takes its options and filters as parameters of its route, and refuses what has no form", async () => {
  const line = "vintages --as-of 2026-06-30 --by quarter --months 12 --group-by kind,country --known-at 7";
  const more = ["--where", "country=BR", "--where", "info.sector=a=b", "--where", "pledge_creditor="];
  const tolerance = [
    "--arrears-tolerance",
    "USD:1",
    "--arrears-tolerance-share",
    "0.01",
    "--allocation",
    "own",
  ];
  const { command, options } = await understand([...line.split(" "), ...more, ...tolerance]);
  expect(command).toBe("vintages");
  expect(Object.groupBy((options as ReportOptions).query, ([name]) => name)).toEqual({
    as_of_date: [["as_of_date", "2026-06-30"]],
    by: [["by", "quarter"]],
    months: [["months", "12"]],
    group_by: [["group_by", "kind,country"]],
    known_at: [["known_at", "7"]],
    arrears_tolerance: [["arrears_tolerance", "USD:1"]],
    arrears_tolerance_share: [["arrears_tolerance_share", "0.01"]],
    allocation: [["allocation", "own"]],
    country: [["country", "BR"]],
    "info.sector": [["info.sector", "a=b"]],
    pledge_creditor: [["pledge_creditor", ""]],
  });
  expect(await understand(["concentration"])).toMatchObject({ options: { query: [["by", "client_id"]] } });
  for (const refused of ["vintages --where country", "vintages --months 121", "movement --from 2026-01-31"]) {
    expect(await understand(refused.split(" "))).toMatchObject({ exitCode: 2 });
  }
});
