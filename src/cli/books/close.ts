import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { closed, closingList, closingPreview } from "../../contract/closing/answers.ts";
import { trialBalanceHash } from "../../domain/closing/trial-balance.ts";
import type { Day } from "../../domain/core/dates.ts";
import { toMajor } from "../../domain/core/money.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { PagesError } from "../export/csv-pages.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { getExact } from "../read/get.ts";
import { sendWrite } from "../send.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { type ClosedPeriod, writeFiles } from "./closed-files.ts";

export interface CloseOptions extends ServiceOptions {
  readonly through: Day;
  readonly out: string;
  readonly yes: boolean;
}

type Preview = ParsedOf<typeof closingPreview>;
type Closings = ParsedOf<typeof closingList>;
type Warning = Preview["warnings"][number];

/** Closes a month, and writes what was closed. Resolves with the exit code. */
export async function closePeriod({ through, out, yes, ...options }: CloseOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const before = await getExact<Closings>(service.value, "/v1/closing");
  if (!before.ok) return report(before.error);
  const found = await previewOf(service.value, through);
  if (!found.ok) return report(found.error);
  process.stdout.write(warningsText(through, found.value.warnings));
  const isOpen = (before.value.closed_through ?? "") < through;
  if (isOpen) {
    if (!yes && !(await isAgreed(through))) return report(failed("Nothing was closed."));
    const request = { method: "PUT", path: "/v1/closing", body: { closed_through: through } } as const;
    const sent = await sendWrite<ParsedOf<typeof closed>>(service.value, {
      ...request,
      key: `cli:${randomUUID()}`,
    });
    if (!sent.ok) return report(sent.error);
    console.log(`The books are closed through ${through}: event ${sent.value.sequence}.`);
  }
  try {
    const period = await closedPeriod(service.value, through);
    if (!period.ok) return report(period.error);
    for (const path of await writeFiles(service.value, period.value, out)) console.log(path);
  } catch (error) {
    if (error instanceof PagesError) return report(error.failure);
    throw error;
  }
  return EXIT.done;
}

const previewOf = (service: Service, through: Day) =>
  getExact<Preview>(service, `/v1/closing/preview?closed_through=${through}`);

/** What was closed: the days since the closing before, and a trial balance that has the hash of the closing. */
async function closedPeriod(service: Service, through: Day): Promise<Result<ClosedPeriod, CommandFailure>> {
  const closings = await getExact<Closings>(service, "/v1/closing");
  if (!closings.ok) return closings;
  const found = await previewOf(service, through);
  if (!found.ok) return found;
  const [closing] = closings.value.closings.filter(({ closed_through }) => closed_through === through);
  const balances = found.value.balances.map(({ dr_balance_minor, cr_balance_minor, ...account }) => ({
    ...account,
    total: { dr_minor: BigInt(dr_balance_minor), cr_minor: BigInt(cr_balance_minor) },
  }));
  if (!closing)
    return err(failed(`The books are closed, but no closing ends on ${through}. No file was written.`));
  if (trialBalanceHash(through, balances) !== closing.trial_balance_hash) {
    return err(
      failed(`The trial balance of ${through} is not the one that was closed. No file was written.`),
    );
  }
  const earlier = closings.value.closings.flatMap(({ closed_through }) => closed_through ?? []);
  const previous = earlier.filter((day) => day < through).reduce((a, b) => (a > b ? a : b), "");
  return ok({ through, previous: previous === "" ? null : previous, balances });
}

/** Asks on the terminal; no answer is no. */
async function isAgreed(through: Day): Promise<boolean> {
  process.stderr.write(`Close the books through ${through}? (y/N) `);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return /^y(es)?$/i.test(line.trim());
  return false;
}

const WORDS: Readonly<Record<Warning["code"], (warning: Warning) => string>> = {
  suspense_not_zero: (warning) => `Suspense (2200) holds ${amountOf(warning)}.`,
  clearing_not_zero: (warning) => `Disbursement clearing (2100) holds ${amountOf(warning)}.`,
  bank_difference: (warning) => `The books hold ${amountOf(warning)} more than a bank states.`,
  open_exceptions: ({ count, more }) => `Open exceptions: ${more ? "more than " : ""}${count}.`,
  accruals_missing: ({ count }) => `Days of the month on which a loan lacks interest: ${count}.`,
};

function warningsText(through: Day, warnings: readonly Warning[]): string {
  if (warnings.length === 0) return `Nothing is unfinished as of ${through}.\n`;
  return `Unfinished as of ${through}:\n${warnings.map((one) => `- ${WORDS[one.code](one)}\n`).join("")}`;
}

const amountOf = ({ amount_minor = "0", currency = "" }: Warning): string =>
  `${toMajor(BigInt(amount_minor), currency)} ${currency}`;
