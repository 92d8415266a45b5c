import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EXIT, report, wrongUsage } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { csvPages, PagesError } from "./csv-pages.ts";

export interface JournalOptions extends ServiceOptions {
  readonly format: "hledger" | "beancount" | "csv" | "summary-csv";
  /** The first and the last day by `effective_at`. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Prints the tenant's journal, or that of some days. Resolves with the exit code. */
export async function journal({ format, from, to, ...options }: JournalOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const isSummary = format === "summary-csv";
  if (isSummary && (from === undefined || to === undefined)) {
    return report(wrongUsage("--format summary-csv needs --from and --to."));
  }
  const days = { ...(from && { from_date: from }), ...(to && { to_date: to }) };
  const text = isSummary
    ? csvPages(service.value, `/v1/journal-summary?${new URLSearchParams({ ...days, by: "month" })}`)
    : format === "csv"
      ? csvPages(service.value, `/v1/journal-entries?${new URLSearchParams({ ...days, page_size: "200" })}`)
      : csvPages(service.value, `/v1/journal-entries?${new URLSearchParams({ ...days, format })}`);
  try {
    await pipeline(Readable.from(text), process.stdout, { end: false });
  } catch (error) {
    if (error instanceof PagesError) return report(error.failure);
    throw error;
  }
  return EXIT.done;
}
