import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { minorUnits } from "../../src/domain/core/currency.ts";

/*
 * hledger (hledger.org) judges the exported books: it knows nothing of this project, parses them strictly and adds
 * them up itself.
 */

export const INSTALL_DEADLINE_MS = 600_000;

/** A program that judges books, and the Debian package that it comes in. */
interface Judge {
  readonly program: string;
  readonly packageName: string;
}

export const HLEDGER: Judge = { program: "hledger", packageName: "hledger" };

/** Sees that a judge is there, installing it where CI=true and that can be done: null, or why it is not to be had. */
export async function summonJudge({ program, packageName }: Judge = HLEDGER): Promise<string | null> {
  const run = promisify(execFile);
  const version = () => run(program, ["--version"]);
  const answers = (command: () => Promise<unknown>) => command().then(Boolean, () => false);
  if (await answers(version)) return null;
  if (process.env.CI !== "true") return "it is not installed, and only a run with CI=true installs it";
  if (!(await answers(() => run("apt-get", ["--version"]))))
    return "it is not installed, and there is no apt-get";
  if (process.getuid?.() !== 0) return "it is not installed, and only root can install it";
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${packageName}`;
  await answers(() => run("sh", ["-c", install], { env, timeout: INSTALL_DEADLINE_MS }));
  return (await answers(version)) ? null : "it could not be installed from this machine's package sources";
}

/** What hledger says to a journal on its standard input; throws with its complaint when it finds one. */
export async function hledger(journal: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const child = spawn("hledger", ["-f", "-", ...args], { env, stdio: "pipe" });
  child.stdin.end(journal);
  const [[exitCode], out, complaint] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  if (exitCode !== 0) throw new Error(`hledger ${args.join(" ")}: ${complaint}`);
  return out;
}

export interface Transaction {
  readonly tdate: string;
  readonly tdate2: string | null;
  readonly tcode: string;
  readonly tdescription: string;
  readonly tstatus: string;
  readonly ttags: readonly (readonly [name: string, value: string])[];
  readonly tpostings: readonly { readonly paccount: string; readonly pdate: string | null }[];
}

export const transactionsIn = async (journal: string): Promise<Transaction[]> =>
  JSON.parse(await hledger(journal, "print", "-O", "json"));

/** Minor units of each account in one currency, debits less credits, before `end`. */
export async function judgedBalances(
  journal: string,
  currency: string,
  end: string,
): Promise<Map<string, bigint>> {
  const query = ["balance", "--flat", "-N", "-E", "-O", "csv", "-e", end, `cur:${currency}`];
  const lines = (await hledger(journal, ...query)).trim().split("\n").slice(1);
  return new Map(
    lines.map((line) => {
      const [, code = "", amount = ""] =
        /^"[a-z]+:(\d{4}) [^"]*","(-?[\d.]+)(?: [A-Z]{3})?"$/.exec(line) ?? [];
      const [whole = "", fraction = ""] = amount.split(".");
      if (code === "") throw new Error(`not a balance: ${line}`);
      return [code, BigInt(whole + fraction.padEnd(minorUnits(currency), "0"))];
    }),
  );
}
