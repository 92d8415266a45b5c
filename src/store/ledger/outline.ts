import { type SQL, sql } from "drizzle-orm";
import {
  type Amounts,
  combine,
  LOAN_PART_NAMES,
  type LoanPart,
  minus,
  NO_AMOUNTS,
  type Outline,
} from "../../domain/ledger/loan-book.ts";
import type { Database } from "../d1/session.ts";

type Kind = "now" | "after" | "highest" | "lowest";

const text = (name: string) => sql<string>`${sql.identifier(name)}`.as(name);
const textOrNull = (name: string) => sql<string | null>`${sql.identifier(name)}`.as(name);
const ofEachPart = <P extends string, T>(prefix: P, make: (name: string) => T) =>
  Object.fromEntries(
    LOAN_PART_NAMES.map((part) => [`${prefix}_${part}`, make(`${prefix}_${part}`)]),
  ) as Record<`${P}_${LoanPart}`, T>;

/**
 * A loan, and for each part, as texts: the balance now, the changes of the later days, the highest and the lowest tail,
 * and the first day of the highest. `last_day` is null if no later day has postings.
 */
const COLUMNS = {
  loan_id: text("loan_id"),
  borrower_id: text("borrower_id"),
  currency: text("currency"),
  follows_records: sql<number>`${sql.identifier("follows_records")}`.as("follows_records"),
  from_day: text("from_day"),
  last_day: textOrNull("last_day"),
  interest_remainder: text("interest_remainder"),
  ...ofEachPart("now", text),
  ...ofEachPart("after", text),
  ...ofEachPart("highest", text),
  ...ofEachPart("lowest", text),
  ...ofEachPart("day", textOrNull),
};

type OutlineRow = Awaited<ReturnType<typeof outlinesQuery>>[number];

/** One row for each loan of `wanted`, regardless of the number of its days. */
export const outlinesQuery = (db: Database, tenant: string, wanted: SQL) =>
  db.select(COLUMNS).from(sql`(${outlines(tenant, wanted)}) AS outlines`);

/**
 * The tail of a later day is the change of it and the days after it. The balance before that day is the present one
 * less its tail, so the highest tail gives the lowest balance, and the lowest tail the highest. `since` is the first
 * day of that balance.
 */
function outlines(tenant: string, wanted: SQL): SQL {
  const each = (text: (part: LoanPart) => string) => sql.raw(LOAN_PART_NAMES.map(text).join(", "));
  return sql`
    WITH tails AS (
      SELECT later.loan_id, later.day, wanted.from_day,
        COALESCE(LAG(later.day) OVER (PARTITION BY later.loan_id ORDER BY later.day), wanted.from_day) AS since,
        ${each((part) => `SUM(later.${part}_minor) OVER (PARTITION BY later.loan_id ORDER BY later.day DESC) AS ${part}`)}
      FROM ${wanted} CROSS JOIN loan_days AS later
      WHERE later.tenant_id = ${tenant} AND later.loan_id = wanted.loan_id AND later.day > wanted.from_day
    ), peaks AS (
      SELECT *, ${each((part) => `MAX(${part}) OVER (PARTITION BY loan_id) AS peak_${part}`)} FROM tails
    ), later AS (
      SELECT loan_id, MAX(day) AS last_day, ${each(
        (part) => `
          MAX(CASE WHEN since = from_day THEN ${part} END) AS after_${part}, MAX(${part}) AS highest_${part},
          MIN(${part}) AS lowest_${part}, MIN(CASE WHEN ${part} = peak_${part} THEN since END) AS day_${part}`,
      )}
      FROM peaks GROUP BY loan_id
    )
    SELECT loan.loan_id, loan.borrower_id, loan.currency, loan.follows_records, wanted.from_day, last_day,
      CAST(present.interest_remainder AS TEXT) AS interest_remainder, ${each(
        (part) => `
        CAST(present.${part}_minor AS TEXT) AS now_${part}, CAST(COALESCE(after_${part}, 0) AS TEXT) AS after_${part},
        CAST(COALESCE(highest_${part}, 0) AS TEXT) AS highest_${part},
        CAST(COALESCE(lowest_${part}, 0) AS TEXT) AS lowest_${part}, day_${part}`,
      )}
    FROM ${wanted} CROSS JOIN ledger_loans AS loan CROSS JOIN loan_balances AS present
      LEFT JOIN later ON later.loan_id = loan.loan_id
    WHERE loan.tenant_id = ${tenant} AND loan.loan_id = wanted.loan_id
      AND present.tenant_id = loan.tenant_id AND present.loan_id = loan.loan_id
      AND present.currency = loan.currency`;
}

export function toOutline(row: OutlineRow): Outline {
  const balances = read(row, "now");
  const [highest, lowest] = [read(row, "highest"), read(row, "lowest")];
  const leastDays = Object.fromEntries(
    LOAN_PART_NAMES.map((part) => [part, leastDay(row, part, highest[part])]),
  );
  return {
    balances,
    from: row.from_day,
    at: minus(balances, read(row, "after")),
    // The present balance is also one of the later days' balances; its tail is 0.
    least: combine(balances, highest, (now, tail) => (tail > 0n ? now - tail : now)),
    leastDays: leastDays as Record<LoanPart, string>,
    most: combine(balances, lowest, (now, tail) => (tail < 0n ? now - tail : now)),
  };
}

const leastDay = (row: OutlineRow, part: LoanPart, highest: bigint): string =>
  (highest < 0n ? row.last_day : row[`day_${part}`]) ?? row.from_day;

function read(row: OutlineRow, kind: Kind): Amounts {
  const amounts: Record<LoanPart, bigint> = { ...NO_AMOUNTS };
  for (const part of LOAN_PART_NAMES) amounts[part] = BigInt(row[`${kind}_${part}`]);
  return amounts;
}
