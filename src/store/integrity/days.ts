import { type SQL, sql } from "drizzle-orm";
import { FINDINGS_MAX, finding, halves } from "./finding.ts";

/** Loans of the entries of one step's days, unless one day has more, and days. */
const LOANS_MAX = 5_000;
const DAYS_MAX = 100;

/** The last of the next days with entries; null if they are the last, so that the step ends while days are added. */
export const endOfDays = (tenant: string, after: string): SQL => {
  const next = (day: SQL) =>
    sql`(SELECT min(effective_at) FROM journal_entries INDEXED BY journal_entries_by_day
      WHERE tenant_id = ${tenant} AND effective_at > ${day})`;
  return sql`WITH RECURSIVE page (day, before, place) AS (
      SELECT ${next(sql`${after}`)}, 0, 1
      UNION ALL
      SELECT ${next(sql`page.day`)}, before + (SELECT SUM(own.loan_count + 1)
        FROM journal_entries AS own INDEXED BY journal_entries_by_day
        WHERE own.tenant_id = ${tenant} AND own.effective_at = page.day), place + 1
      FROM page WHERE day IS NOT NULL AND place < ${DAYS_MAX} AND before < ${LOANS_MAX}
    ) SELECT iif(count(*) = count(day), max(day), NULL) AS end FROM page`;
};

/** The account with days that follows one, as JSON: their key begins with it, so that the days of each are found at once. */
const nextPlace = (tenant: string, after: SQL): SQL => sql`(
  SELECT json_array(later.book, later.account_code, later.currency, later.layer) FROM ledger_days AS later
  WHERE later.tenant_id = ${tenant} AND (later.book, later.account_code, later.currency, later.layer) > ${after}
  ORDER BY later.book, later.account_code, later.currency, later.layer LIMIT 1)`;

/** The sums of the accounts on some days, against the sums of the postings; `end` null: on all later days. */
export function sumsOfDays(tenant: string, after: string, end: string | null): SQL {
  const within = (day: string) =>
    end === null
      ? sql`${sql.raw(day)} > ${after}`
      : sql`${sql.raw(day)} > ${after} AND ${sql.raw(day)} <= ${end}`;
  return sql`WITH RECURSIVE places (place) AS (
      SELECT ${nextPlace(tenant, sql`('', '', '', '')`)}
      UNION ALL
      SELECT ${nextPlace(tenant, sql`(place ->> 0, place ->> 1, place ->> 2, place ->> 3)`)}
      FROM places WHERE place IS NOT NULL
    ), kept AS MATERIALIZED (
      SELECT days.* FROM places CROSS JOIN ledger_days AS days WHERE days.tenant_id = ${tenant}
        AND days.book = place ->> 0 AND days.account_code = place ->> 1
        AND days.currency = place ->> 2 AND days.layer = place ->> 3 AND ${within("days.day")}
    ), own AS MATERIALIZED (
      SELECT iif(book.value = 'bank', 'bank:' || head.bank_account_ref, '') AS book,
        iif(side.value = 'DR', moved.debit, moved.credit) AS account_code, head.currency, head.layer,
        head.effective_at AS day, ${sql.raw(halves("side.value = 'DR'", "moved.amount_minor", "dr"))},
        ${sql.raw(halves("side.value = 'CR'", "moved.amount_minor", "cr"))}
      FROM journal_entries AS head INDEXED BY journal_entries_by_day CROSS JOIN journal_postings AS moved
        CROSS JOIN json_each('["DR","CR"]') AS side CROSS JOIN json_each('["","bank"]') AS book
      WHERE head.tenant_id = ${tenant} AND ${within("head.effective_at")}
        AND moved.tenant_id = ${tenant} AND moved.sequence = head.sequence AND moved.position = head.position
        AND (book.value = '' OR (head.bank_account_ref IS NOT NULL
          AND iif(side.value = 'DR', moved.debit, moved.credit) = '1000'))
      GROUP BY 1, 2, 3, 4, 5
    )
    SELECT ${finding("ledger_days", { book: "book", accounts: "account_code || ' '", currency: "currency", day: "day" })}
    FROM (
      SELECT COALESCE(kept.book, own.book) AS book, COALESCE(kept.account_code, own.account_code) AS account_code,
        COALESCE(kept.currency, own.currency) AS currency, COALESCE(kept.day, own.day) AS day,
        kept.day IS NULL OR own.day IS NULL OR ${IS_OTHER} AS is_other
      FROM kept FULL JOIN own ON own.book = kept.book AND own.account_code = kept.account_code
        AND own.currency = kept.currency AND own.layer = kept.layer AND own.day = kept.day)
    WHERE is_other LIMIT ${FINDINGS_MAX}`;
}

/** Gross sums have no bound, so both sides stay in halves; those of the postings carry. */
const IS_OTHER = sql.raw(
  ["dr", "cr"]
    .map((side) => {
      const own = { hi: `own.${side}_hi`, lo: `own.${side}_lo` };
      return `(kept.${side}_hi - ${own.hi}) * 1000000000 + (kept.${side}_lo - ${own.lo}) <> 0`;
    })
    .join(" OR "),
);
