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

/** The sums of accounts by `1100 USD`, debits less credits in major units, as beancount adds them up. */
export async function beancountSums(file: string): Promise<ReadonlyMap<string, string>> {
  const query = "SELECT account, currency, sum(number) GROUP BY account, currency";
  const { stdout } = await promisify(execFile)("bean-query", ["-f", "csv", file, query]);
  const rows = stdout.matchAll(/^[^,\d]*(\d{4})[^,]*, *([A-Z]{3}) *, *(-?[\d.]+) *\r?$/gm);
  return new Map(Array.from(rows, ([, account, currency, sum = ""]) => [`${account} ${currency}`, sum]));
}
