import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { stringifyJson } from "../../contract/json.ts";
import { POSTING_ROUTES } from "../../contract/routes/postings.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { isWithin } from "../../domain/log/gaps.ts";
import type { LogLine } from "../../domain/log/line.ts";
import { dataOf } from "../../domain/log/texts.ts";
import { isCategory } from "../../domain/tape/categories.ts";
import { type CommandFailure, EXIT, failed, report, wrongUsage } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { isReadFailure, readLine, textLines } from "./lines.ts";
import { type Present, readPresent } from "./present.ts";

export interface LostOptions extends ServiceOptions {
  /** A log that was exported before the restore. */
  readonly lost: string;
  /** A file for what `import` does not take; undefined means the error output. */
  readonly apart: string | undefined;
}

/** What was found, for the last lines on the error output. */
interface Counts {
  imported: number;
  apart: number;
  /** Creates of clients who were erased since. */
  erased: number;
  /** The last event of the export. */
  last: number;
}

/**
 * Prints the events of an earlier export that a restore took from the log, as `import` takes them; what it does not take goes
 * apart. Resolves with the exit code.
 */
export async function listLost(options: LostOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const caller = await service.value.whoAmI();
  if (!caller.ok) return report(caller.error);
  const present = await readPresent(service.value);
  if (!present.ok) return report(present.error);
  if (present.value.gaps.length === 0) {
    console.error("The log names no restore: nothing is lost.");
    return EXIT.done;
  }
  const apart = options.apart === undefined ? null : createWriteStream(options.apart);
  const printApart = apart ? (text: string) => void apart.write(`${text}\n`) : console.error;
  try {
    const counts = await printLost(options.lost, caller.value.tenant_id, present.value, printApart);
    if (!counts.ok) return report(counts.error);
    for (const text of summary(counts.value, present.value, options)) console.error(text);
    return EXIT.done;
  } finally {
    if (apart) await finished(apart.end());
  }
}

async function printLost(
  file: string,
  tenant: string,
  present: Present,
  printApart: (text: string) => void,
): Promise<Result<Counts, CommandFailure>> {
  const counts: Counts = { imported: 0, apart: 0, erased: 0, last: 0 };
  try {
    for await (const lines of textLines(file)) {
      for (const text of lines) {
        const line = readLine(text);
        if (!line.ok) return err(wrongUsage(`${file} is no export of a log: ${line.error}.`));
        const fault = strangeness(line.value, tenant, present);
        if (fault) return err(failed(`${file} is not of this log: ${fault}.`));
        counts.last = line.value.sequence;
        if (present.gaps.some((gap) => isWithin(gap, line.value.sequence))) {
          printEvent(line.value, present, counts, printApart);
        }
      }
    }
    return ok(counts);
  } catch (error) {
    if (isReadFailure(error)) return err(wrongUsage(`${file} cannot be read.`));
    throw error;
  }
}

/** What shows that an export is of another log. */
function strangeness(
  { sequence, hash, tenant_id }: LogLine,
  tenant: string,
  { gaps }: Present,
): string | null {
  if (tenant_id !== tenant) return `it is of the tenant ${tenant_id}`;
  const known = gaps.find(({ last_known }) => last_known === sequence);
  return known && known.last_known_hash !== hash
    ? `its event ${sequence} has another hash than the one that was lost`
    : null;
}

function printEvent(
  line: LogLine,
  present: Present,
  counts: Counts,
  printApart: (text: string) => void,
): void {
  const { sequence, category, step, id, key_hash } = line;
  const isErased = present.isErased(line);
  const data = dataOf({ data: line.data, private: isErased ? null : line.private });
  if (isCategory(category)) {
    if (step === "erase") return;
    if (isErased && category === "client" && step === "create") counts.erased += 1;
    else {
      counts.imported += 1;
      process.stdout.write(`{"key_hash":"${key_hash}","category":"${category}","data":${data}}\n`);
    }
  } else if (!isOfTheGate(line)) {
    counts.apart += 1;
    const at = new Date(line.created_at).toISOString();
    const about = { sequence, category, step, id, at, request: requestOf(line) };
    printApart(`${stringifyJson(about).slice(0, -1)},"data":${data}}`);
  }
}

/** The service's own events: it writes them anew by itself, or they make no sense again. */
const isOfTheGate = ({ category, step }: LogLine): boolean =>
  category === "log" || step === "erase" || step === "opening";

/** The request that an event comes from, for those that an operator may send again. */
function requestOf({ category, step }: LogLine): string | undefined {
  if (category === "facility") return `${step.toUpperCase()} /api/facilities/{facility_id}`;
  if (category === "settings") return "PUT /v1/settings";
  if (category === "ledger" && ["closed", "reopened"].includes(step)) return "PUT /v1/closing";
  if (category === "ledger" && step === "account_named") return "PUT /v1/accounts/{account_code}";
  const route = Object.values(POSTING_ROUTES).find(({ command }) => command === step);
  return category === "ledger" && route ? `${route.method} ${route.path}` : undefined;
}

function summary(counts: Counts, { gaps }: Present, { apart }: LostOptions): readonly string[] {
  const known = Math.max(...gaps.map(({ last_known }) => last_known));
  return [
    `${counts.imported} lost events of records, for: npx loan-ledger import --in-order`,
    `${counts.apart} others, for you to send again by their routes${apart === undefined ? ", above" : `: ${apart}`}`,
    ...(counts.erased > 0 ? [`${counts.erased} creates of clients who were erased since are left out.`] : []),
    ...(counts.last < known
      ? [
          `The export ends with event ${counts.last}; events up to ${known} were lost: clients must send those again.`,
        ]
      : []),
  ];
}
