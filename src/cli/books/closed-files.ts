import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { late } from "../../contract/bookkeeping/answers.ts";
import { csvLine, csvOf } from "../../contract/csv.ts";
import type { AccountBalance } from "../../domain/closing/trial-balance.ts";
import { openDay } from "../../domain/core/closed-period.ts";
import type { Day } from "../../domain/core/dates.ts";
import { fullDecimal } from "../../domain/core/money.ts";
import { csvPages, PagesError } from "../export/csv-pages.ts";
import { getExact } from "../read/get.ts";
import type { Service } from "../service.ts";

/** What is closed: the days after `previous`, or all days, up to `through`, and the trial balance at their end. */
export interface ClosedPeriod {
  readonly through: Day;
  readonly previous: Day | null;
  readonly balances: readonly (AccountBalance & { readonly account_name: string })[];
}

/** Writes the files of a closed period into a folder, which it makes where there is none. Resolves with their paths. */
export async function writeFiles(
  service: Service,
  { through, previous, balances }: ClosedPeriod,
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const pathOf = (name: string) => join(folder, `${name}-${through}.csv`);
  const [trial, journal, summary, lateItems] = ["trial-balance", "journal", "summary", "late"].map(
    pathOf,
  ) as [string, string, string, string];
  await writeFile(trial, trialBalanceText(balances));
  const from = previous === null ? null : openDay(previous, previous);
  const days = new JournalDays();
  const query = new URLSearchParams({ ...(from && { from_date: from }), to_date: through, page_size: "200" });
  const lines = days.seenIn(csvPages(service, `/v1/journal-entries?${query}`));
  await pipeline(Readable.from(lines), createWriteStream(journal));
  const first = from ?? days.first ?? through;
  await pipeline(Readable.from(summaryOf(service, first, through)), createWriteStream(summary));
  const months = new Set([...monthsOf(first, through), ...days.lateMonths]);
  await pipeline(Readable.from(lateText(service, months, { first, through })), createWriteStream(lateItems));
  return [trial, journal, summary, lateItems];
}

const TRIAL_COLUMNS = ["currency", "account_code", "account_name", "debit", "credit"] as const;

const trialBalanceText = (balances: ClosedPeriod["balances"]): string =>
  csvOf(
    TRIAL_COLUMNS,
    balances.map(({ currency, account_code, account_name, total: { dr_minor, cr_minor } }) => ({
      ...{ currency, account_code, account_name },
      debit: fullDecimal(dr_minor, currency),
      credit: fullDecimal(cr_minor, currency),
    })),
  );

/** A row of the journal begins with its two dates; no text of it has a line break. */
const ROW = /^(\d{4}-\d\d-\d\d),(\d{4}-\d\d-\d\d),/;

/** What passes through of the journal: its first day, and the months of value dates that differ from it. */
class JournalDays {
  first: Day | null = null;
  readonly lateMonths = new Set<string>();

  async *seenIn(text: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array | string> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of text) {
      rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#see(line);
      yield chunk;
    }
  }

  #see(line: string): void {
    const [, date = null, valued = null] = ROW.exec(line) ?? [];
    if (date === null || valued === null) return;
    this.first ??= date;
    if (date !== valued) this.lateMonths.add(valued.slice(0, 7));
  }
}

/** The most months of one summary. */
const MONTHS_MAX = 120;

async function* summaryOf(service: Service, first: Day, through: Day) {
  const months = monthsOf(first, through);
  for (let start = 0; start < months.length; start += MONTHS_MAX) {
    const some = months.slice(start, start + MONTHS_MAX);
    const from = start === 0 ? first : `${some[0]}-01`;
    const to = start + MONTHS_MAX < months.length ? lastDayOf(some.at(-1) ?? "") : through;
    const query = new URLSearchParams({ from_date: from, to_date: to, by: "month" });
    const chunks: Buffer[] = [];
    for await (const chunk of csvPages(service, `/v1/journal-summary?${query}`))
      chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString("utf8");
    yield start === 0 ? text : text.replace(/^[^\n]*\n/, "");
  }
}

/** The months of two days and those between them. */
function monthsOf(first: Day, last: Day): readonly string[] {
  const months: string[] = [];
  for (let month = first.slice(0, 7); month <= last.slice(0, 7); month = monthAfter(month))
    months.push(month);
  return months;
}

const lastDayOf = (month: string): Day =>
  new Date(Date.parse(`${monthAfter(month)}-01T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return number === 12
    ? `${String(year + 1).padStart(4, "0")}-01`
    : `${String(year).padStart(4, "0")}-${String(number + 1).padStart(2, "0")}`;
}

const LATE_COLUMNS = [
  "value_date",
  "effective_at",
  "journal_entry_id",
  "currency",
  "disbursement_id",
  "category",
  "record_id",
  "event_id",
] as const;

/** What was posted late in the period, and what of the period was posted after it. */
async function* lateText(
  service: Service,
  months: ReadonlySet<string>,
  { first, through }: { readonly first: Day; readonly through: Day },
) {
  yield csvLine(LATE_COLUMNS);
  for (const period of [...months].sort()) {
    for (let cursor = ""; ; ) {
      const query = new URLSearchParams({ period, limit: "200", ...(cursor && { cursor }) });
      const page = await getExact<ParsedOf<typeof late>>(service, `/v1/bookkeeping/late?${query}`);
      if (!page.ok) throw new PagesError(page.error);
      for (const one of page.value.data) {
        const isIn = (day: Day) => first <= day && day <= through;
        if (isIn(one.effective_at) || isIn(one.value_date))
          yield csvLine(LATE_COLUMNS.map((name) => one[name]));
      }
      if (page.value.pagination.next_cursor === undefined) break;
      cursor = page.value.pagination.next_cursor;
    }
  }
}
