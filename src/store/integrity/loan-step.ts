import { type SQL, sql } from "drizzle-orm";
import { ledgerLoanId, tenantNamespace } from "../../domain/core/uuid.ts";
import { loanFindingBook, type PlacedFinding } from "../../domain/ledger/integrity.ts";
import type { Database } from "../d1/session.ts";
import { toFindings } from "./finding.ts";
import { disbursementsOfLoans, factsOfLoans, grossOfLoans, openingsOfLoans } from "./loan-facts.ts";
import { nextLoans, sumsOfLoans } from "./loans.ts";

/** Some loans by id, and what is wrong with them at one moment. */
export interface ComparedLoans {
  readonly loans: readonly string[];
  /** No loan follows these. */
  readonly isEnd: boolean;
  readonly findings: readonly PlacedFinding[];
}

const rowsOf = (db: Database, query: SQL) =>
  db.select({ row: sql<string>`row`.as("row") }).from(sql`(${query}) AS found`);

/** The queries that compare up to `count` loans behind `after`, for one batch; `toComparedLoans` reads their answers. */
export function loanQueries(db: Database, tenant: string, after: string, count: number) {
  const loans = nextLoans(tenant, after, count);
  const page = sql`SELECT json_array(loan_id, place) AS row FROM ${loans} AS page ORDER BY place`;
  return [
    rowsOf(db, page),
    rowsOf(db, sumsOfLoans(tenant, loans)),
    rowsOf(db, factsOfLoans(tenant, loans)),
    rowsOf(db, openingsOfLoans(tenant, loans)),
    rowsOf(db, grossOfLoans(tenant, loans)),
    rowsOf(db, disbursementsOfLoans(tenant, loans)),
  ] as const;
}

type Rows = readonly { readonly row: string }[];

export function toComparedLoans(
  tenant: string,
  [page = [], sums = [], facts = [], openings = [], gross = [], booked = []]: readonly Rows[],
): ComparedLoans {
  const listed = page.map(({ row }): string | null => JSON.parse(row)[0]);
  const namespace = tenantNamespace(tenant);
  const strangers = booked.flatMap(({ row }): readonly PlacedFinding[] => {
    const [loan_id, disbursement_id]: [string, string] = JSON.parse(row);
    return loan_id === ledgerLoanId(namespace, disbursement_id) ? [] : [bookedLoan(loan_id)];
  });
  return {
    loans: listed.filter((loan_id) => loan_id !== null),
    isEnd: listed.includes(null),
    findings: [...[sums, facts, openings, gross].flatMap(toFindings), ...strangers],
  };
}

const bookedLoan = (loan_id: string): PlacedFinding => ({
  table: "booked_loans",
  book: loanFindingBook(loan_id),
  account: "",
  currency: "",
  day: "",
  entry: "",
  place: null,
});

/** Compares the next loans; one round trip. */
export async function compareLoanStep(
  db: Database,
  tenant: string,
  after: string,
  count: number,
): Promise<ComparedLoans> {
  return toComparedLoans(tenant, await db.batch(loanQueries(db, tenant, after, count)));
}
