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

/** The sum of an account in a currency, debits less credits in major units, as beancount adds it up; empty for none. */
export async function beancountSum(file: string, account: string, currency: string): Promise<string> {
  const query = `SELECT sum(number) WHERE account ~ '${account}' AND currency = '${currency}'`;
  const { stdout } = await promisify(execFile)("bean-query", ["-f", "csv", file, query]);
  return (stdout.trim().split(/\r?\n/)[1] ?? "").trim();
}
