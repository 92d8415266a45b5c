import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/*
 * Beancount (beancount.github.io) judges the exported books: it knows nothing of this project, refuses an entry that is not
 * balanced or an account that is not open, and adds them up itself.
 */

export const BEANCOUNT = { program: "bean-check", packageName: "beancount" };

/** Writes a journal to a file, in which beancount finds no fault; throws with its complaint. */
export async function checkedFile(directory: string, journal: string): Promise<string> {
  const file = join(directory, `books-${crypto.randomUUID()}.beancount`);
  await writeFile(file, journal);
  await promisify(execFile)("bean-check", [file]);
  return file;
}

/** Each account's sum in a currency, debits less credits in major units, as beancount adds it up. */
export async function beancountSums(file: string, currency: string): Promise<ReadonlyMap<string, string>> {
  const query = `SELECT account, sum(number) WHERE currency = '${currency}' GROUP BY account`;
  const { stdout } = await promisify(execFile)("bean-query", ["-f", "csv", file, query]);
  const lines = stdout.trim().split(/\r?\n/).slice(1);
  return new Map(
    lines.map((line) => {
      const [, code = "", sum = ""] = /^[A-Za-z]+:[^,]*?(\d{4})[^,]*, *(-?[\d.]+)/.exec(line) ?? [];
      if (code === "") throw new Error(`not a sum: ${line}`);
      return [code, sum];
    }),
  );
}
