import { addMonths, type SampleDay } from "./calendar.ts";
import type { Random } from "./random.ts";

/** One expected payment; amounts in minor units. */
export interface SampleInstallment {
  readonly id: string;
  readonly number: number;
  readonly due: SampleDay;
  readonly total: number;
  readonly principal: number;
  readonly fee: number;
}

/** What lender and borrower agreed; amounts in minor units. */
export interface SampleAgreement {
  readonly id: string;
  readonly kind: "loan" | "purchase";
  readonly currency: string;
  /** The day of the disbursement. */
  readonly start: SampleDay;
  readonly maturity: SampleDay;
  readonly principal: number;
  readonly margin: number;
  readonly installments: readonly SampleInstallment[];
  /** The client of its payments, if the payments name one. */
  readonly payer: string | null;
  /** Minor units as the number of the wire. */
  readonly amount: (minor: number) => number;
}

/** `unit` is the minor units of about one dollar. */
const CURRENCIES: readonly (readonly [{ code: string; decimals: number; unit: number }, number])[] = [
  [{ code: "USD", decimals: 2, unit: 100 }, 75],
  [{ code: "EUR", decimals: 2, unit: 100 }, 20],
  [{ code: "JPY", decimals: 0, unit: 150 }, 5],
];
const TENORS: readonly (readonly [number, number])[] = [
  [3, 15],
  [6, 25],
  [12, 35],
  [18, 15],
  [24, 10],
];
/** The oldest disbursement is this many months before the day of the sample. */
const AGE_MONTHS_MAX = 30;

/** Splits an amount into equal parts; the last one takes the remainder. */
function parts(amount: number, count: number): readonly number[] {
  const part = Math.floor(amount / count);
  return Array.from({ length: count }, (_, index) =>
    index < count - 1 ? part : amount - part * (count - 1),
  );
}

/** The terms of the disbursement `index`: the worth of 1,000 to 60,000 dollars, at 8 to 24 percent a year. */
export function agree(index: number, payer: string, asOf: SampleDay, random: Random): SampleAgreement {
  const id = `DSB-${String(index).padStart(4, "0")}`;
  const kind = random.chance(0.7) ? "loan" : "purchase";
  const { code, decimals, unit } = random.weighted(CURRENCIES);
  const months = random.weighted(TENORS);
  const start = addMonths(asOf, -random.integer(0, AGE_MONTHS_MAX));
  const day = `${start.slice(0, 8)}${String(random.integer(1, 28)).padStart(2, "0")}`;
  const begun = day <= asOf ? day : start;
  const principal = random.integer(10, 600) * 100 * unit;
  const margin = Math.round((principal * random.integer(8, 24) * months) / 1200);
  const [principals, fees] = [parts(principal, months), parts(margin, months)];
  const installments = principals.map((part, place) => {
    const fee = fees[place] ?? 0;
    const number = place + 1;
    return {
      id: `PAY-${String(index).padStart(4, "0")}-${String(number).padStart(2, "0")}`,
      number,
      due: addMonths(begun, number),
      total: part + fee,
      principal: part,
      fee,
    };
  });
  return {
    id,
    kind,
    currency: code,
    start: begun,
    maturity: addMonths(begun, months),
    principal,
    margin,
    installments,
    payer: kind === "purchase" ? payer : null,
    amount: (minor) => Number((minor / 10 ** decimals).toFixed(decimals)),
  };
}
