import type { Day } from "../core/dates.ts";
import type { ToldLoan } from "./told.ts";

/** The accounts that a proof compares, each on its normal side. */
export const PROVED = ["1000", "1100", "1400", "2100", "2300", "4100", "4200", "4300", "5100"] as const;
type Proved = (typeof PROVED)[number];

const CREDIT_NORMAL: ReadonlySet<string> = new Set(["2100", "2300", "4100", "4200", "4300"]);

/** The amount that a loan's postings moved between two accounts up to a day. */
export interface PostedSum {
  readonly currency: string;
  readonly debit: string;
  readonly credit: string;
  readonly amount_minor: bigint;
}

/** Minor units by currency and account. No figure is floored at 0. */
class Figures {
  readonly #sums = new Map<string, bigint>();

  add(currency: string, account: Proved, amount: bigint): void {
    const key = `${currency} ${account}`;
    this.#sums.set(key, (this.#sums.get(key) ?? 0n) + amount);
  }

  of(key: string): bigint {
    return this.#sums.get(key) ?? 0n;
  }

  get keys(): readonly string[] {
    return [...this.#sums.keys()];
  }
}

/** The figures as of a day by what the events say. A deleted disbursement counts as 0 less what was received. */
function toldFigures(loan: ToldLoan, day: Day): Figures {
  const figures = new Figures();
  addTerms(figures, loan, day);
  for (const { day: on, currency, kind, is_refund, total, fee } of loan.receipts) {
    if (on > day) continue;
    const sign = is_refund ? -1n : 1n;
    figures.add(currency, "1000", sign * total);
    if (kind === "recovery") figures.add(currency, "4300", sign * total);
    if (kind === "upfront_fee") figures.add(currency, "4200", sign * total);
    if (kind !== "loan") continue;
    figures.add(currency, "1100", -sign * (total - fee));
    figures.add(currency, "1400", -sign * fee);
    figures.add(currency, "2300", -sign * fee);
    figures.add(currency, "4100", sign * fee);
  }
  return figures;
}

/** What was agreed: a lower amount is a loss, and a raise takes back losses, in the order of the log, before it is lent. */
function addTerms(figures: Figures, { disbursement }: ToldLoan, day: Day): void {
  if (!disbursement || disbursement.is_deleted) return;
  const { currency, first, changes } = disbursement;
  const add = (on: Day, account: Proved, amount: bigint) => {
    if (on <= day) figures.add(currency, account, amount);
  };
  let lost = 0n;
  for (const { day: on, amount, margin } of [first, ...changes]) {
    const before = lost;
    lost = amount < lost ? lost - amount : 0n;
    add(on, "5100", lost - before);
    add(on, "1100", amount);
    add(on, "2100", amount + lost - before);
    add(on, "1400", margin);
    add(on, "2300", margin);
  }
}

/** The figures by the postings. Money that left for a disbursement is neither cash received nor a promise. */
function postedFigures(sums: readonly PostedSum[]): Figures {
  const figures = new Figures();
  for (const { currency, debit, credit, amount_minor } of sums) {
    const isSettlement = [debit, credit].includes("2100") && [debit, credit].includes("1000");
    if (isSettlement) continue;
    for (const account of PROVED) {
      const sign = CREDIT_NORMAL.has(account) ? -1n : 1n;
      if (debit === account) figures.add(currency, account, sign * amount_minor);
      if (credit === account) figures.add(currency, account, -sign * amount_minor);
    }
  }
  return figures;
}

/** An account whose figure differs between records and books. */
interface Disagreement {
  readonly account_code: Proved;
  readonly currency: string;
  readonly records_minor: bigint;
  readonly books_minor: bigint;
}

/** Compares what the events of a loan say with its postings up to `day`. */
export function disagreements(loan: ToldLoan, sums: readonly PostedSum[], day: Day): readonly Disagreement[] {
  const [records, books] = [toldFigures(loan, day), postedFigures(sums)];
  const keys = [...new Set([...records.keys, ...books.keys])].sort();
  return keys.flatMap((key) => {
    const [currency, account_code] = key.split(" ") as [string, Proved];
    const [records_minor, books_minor] = [records.of(key), books.of(key)];
    return records_minor === books_minor ? [] : [{ account_code, currency, records_minor, books_minor }];
  });
}
