import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type CommandFailure, EXIT, failed, report, wrongUsage } from "../failure.ts";
import { Service, type ServiceOptions, sentenceOf } from "../service.ts";

export interface JournalOptions extends ServiceOptions {
  readonly format: "hledger" | "beancount" | "csv" | "summary-csv";
  /** The first and the last day by `effective_at`. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Carries a failure out of a stream. */
class JournalError extends Error {
  readonly failure: CommandFailure;

  constructor(failure: CommandFailure) {
    super(failure.message);
    this.failure = failure;
  }
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
    ? textOf(service.value, `/v1/journal-summary?${new URLSearchParams({ ...days, by: "month" })}`)
    : format === "csv"
      ? textOf(service.value, `/v1/journal-entries?${new URLSearchParams({ ...days, page_size: "200" })}`)
      : textOf(service.value, `/v1/journal-entries?${new URLSearchParams({ ...days, format })}`);
  try {
    await pipeline(Readable.from(text), process.stdout, { end: false });
  } catch (error) {
    if (error instanceof JournalError) return report(error.failure);
    throw error;
  }
  return EXIT.done;
}

/** The text of an answer and of the pages that follow it; the first line of a further page names the columns again. */
async function* textOf(service: Service, start: string): AsyncGenerator<Uint8Array | string> {
  for (let path: string | null = start; path !== null; ) {
    const response = await service.request(path, { headers: { Accept: "text/csv" } });
    if (!(response instanceof Response)) throw new JournalError(failed(sentenceOf(response)));
    if (path === start && response.body) yield* response.body;
    else yield (await response.text()).replace(/^[^\n]*\n/, "");
    const [, next] = /<([^>]*)>; rel="next"/.exec(response.headers.get("Link") ?? "") ?? [];
    path = next === undefined ? null : pathOf(next);
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
