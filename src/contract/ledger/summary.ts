import { fullDecimal } from "../../domain/core/money.ts";
import type { SummaryLine } from "../../domain/ledger/summary.ts";
import type { AnswerOf } from "../answer-types.ts";
import { csvOf } from "../csv.ts";
import type { journalSummary } from "./answers.ts";

/** `GET /v1/journal-summary` (docs/ledger.md#the-summary). */
export const summaryView = (lines: readonly SummaryLine[]): AnswerOf<typeof journalSummary> => ({
  lines: lines.map(({ period, currency, account_codes, name, external_code, dr_minor, cr_minor }) => ({
    period,
    currency,
    account_codes: [...account_codes],
    name,
    external_code: external_code ?? undefined,
    debit_minor: dr_minor.toString(),
    credit_minor: cr_minor.toString(),
  })),
});

const COLUMNS = ["period", "currency", "account_codes", "name", "external_code", "debit", "credit"] as const;

/** The same lines as CSV, in major units with the currency's decimals. */
export const summaryCsv = (lines: readonly SummaryLine[]): string =>
  csvOf(
    COLUMNS,
    lines.map(({ account_codes, dr_minor, cr_minor, ...line }) => ({
      ...line,
      account_codes: account_codes.join(" "),
      debit: fullDecimal(dr_minor, line.currency),
      credit: fullDecimal(cr_minor, line.currency),
    })),
  );
