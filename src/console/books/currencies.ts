import type { ParsedOf } from "../../contract/answer-types.ts";
import type { journalSummary, reconciliation } from "../../contract/ledger/answers.ts";
import { pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { may } from "../caller.ts";

/**
 * The currencies of the books as of a day, as far as the token may learn them: from the totals of the loans, or from ten years of
 * the journal's summary. Empty where it may read neither.
 */
export async function currenciesOfBooks(
  as_of_date: string,
  signal: AbortSignal,
): Promise<Fetched<readonly string[]>> {
  const found = new Set<string>();
  if (may("hpts:reconciliation:read")) {
    const path = pathOf(["v1", "reconciliation", "status"], { as_of_date });
    const answer = await get<ParsedOf<typeof reconciliation>>(path, signal);
    if (!answer.ok) return answer;
    for (const { currency } of answer.value.portfolio_rollup) found.add(currency);
    for (const { currency } of answer.value.bank_reconciliation) found.add(currency);
  }
  if (found.size === 0 && may("hpts:ledger:read")) {
    const from_date = `${String(Number(as_of_date.slice(0, 4)) - 9).padStart(4, "0")}-01-01`;
    const path = pathOf(["v1", "journal-summary"], { from_date, to_date: as_of_date, by: "month" });
    const answer = await get<ParsedOf<typeof journalSummary>>(path, signal);
    if (!answer.ok) return answer;
    for (const { currency } of answer.value.lines) found.add(currency);
  }
  return { ok: true, value: [...found].sort() };
}
