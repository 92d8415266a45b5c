import { beforeAll, expect, onTestFinished, test } from "vitest";
import { sampleTape } from "../../src/cli/sample/tape.ts";
import { toMinor } from "../../src/domain/core/money.ts";
import { hledger, INSTALL_DEADLINE_MS, judgedBalances, summonJudge } from "./hledger-judge.ts";
import { ImportService, tokenOf } from "./import/service.ts";

/** Why the judge is not to be had; null when it sits. */
let absence: string | null = null;

beforeAll(async () => {
  absence = await summonJudge();
  if (absence !== null) console.log(`hledger does not judge the books: ${absence}`);
}, INSTALL_DEADLINE_MS + 10_000);

const AS_OF = "2026-06-30";
const DAYS = [
  ["2025-12-31", "2026-01-01"],
  [AS_OF, "2026-07-01"],
] as const;

function minor(text: string, currency: string): bigint {
  const amount = toMinor(text, currency);
  if (!amount.ok) throw new Error(amount.error);
  return amount.value;
}

/** The receipts that are marked as recoveries: positions show them as recovered, and not as received. */
function recoveredUpTo(tape: readonly object[], day: string, currency: string): bigint {
  const marked = tape
    .map((line) => (line as { data: Record<string, unknown> }).data)
    .filter((data) => data.recovery === true && data.currency === currency)
    .filter(({ payment_date }) => String(payment_date).slice(0, 10) <= day);
  return marked.reduce((sum, { payment_total }) => sum + minor(String(payment_total), currency), 0n);
}

test("hledger's balances of the books from a realistic tape equal its portfolio", async ({ skip }) => {
  if (absence !== null) skip(absence);
  const { service, stop } = await ImportService.start();
  onTestFinished(stop);
  const token = await tokenOf("kept");
  const call = async (method: string, path: string, body?: object) => {
    const headers = {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      "Idempotency-Key": crypto.randomUUID(),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`${service.url}${path}`, init);
    const text = await answer.text();
    expect(answer.status, text).toBeLessThan(300);
    return text;
  };
  await call("PUT", "/v1/bookkeeping", { mode: "records" });
  const tape = [...sampleTape({ loans: 30, seed: 7, asOf: AS_OF })];
  for (const line of tape) await call("POST", "/ingest", line);
  const journal = await call("GET", "/v1/journal-entries?format=hledger");
  await hledger(journal, "check", "--strict");
  for (const [day, end] of DAYS) {
    const csv = (await call("GET", `/api/portfolio?as_of_date=${day}`)).replaceAll(
      /:(-?[\d.]+)(?=[,}])/g,
      ':"$1"',
    );
    const portfolio: Record<string, string>[] = JSON.parse(csv).data;
    expect(portfolio.length).toBeGreaterThan(0);
    for (const line of portfolio) {
      const { currency = "" } = line;
      const told = (name: string) => minor(line[name] ?? "", currency);
      const judged = await judgedBalances(journal, currency, end);
      const of = (account: string) => judged.get(account) ?? 0n;
      // The books keep each receipt's own parts, and a recovery as a receipt: only their sum is that of the positions.
      const owed = told("outstanding") + told("margin_due") - told("overpaid") - told("recovered");
      expect([day, currency, of("1100") + of("1400")]).toEqual([day, currency, owed]);
      const cash = told("received") + recoveredUpTo(tape, day, currency);
      expect([day, currency, of("1000")]).toEqual([day, currency, cash]);
      expect([day, currency, of("5100")]).toEqual([day, currency, told("written_off")]);
      expect([day, currency, of("2300")]).toEqual([day, currency, -of("1400")]);
    }
  }
});
