import { env } from "cloudflare:workers";

/** What a tenant is seeded with. */
export interface Seeded {
  readonly loans: number;
  readonly paymentsOfALoan: number;
}

/**
 * Loans of 1,000 with a margin of 100 and equal installments, every third of them paid, straight into D1: what a hundred
 * thousand events would take too long to build. The payments' ids do not come in the order of their loans.
 */
export async function seedLoans(tenant: string, { loans, paymentsOfALoan }: Seeded): Promise<void> {
  const payments = loans * paymentsOfALoan;
  const run = (sql: string) => env.DB.prepare(sql).bind(tenant).run();
  const counted = (from: number, to: number) =>
    `WITH RECURSIVE counted (n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM counted WHERE n < ${to})`;
  await run(`${counted(1, loans)}
    INSERT INTO disbursements (tenant_id, disbursement_id, kind, client_id, disbursement_amount, total_expected_margin,
      currency, disbursement_date, maturity_date, first_agreed_amount, created_seq, updated_seq, created_at, updated_at)
    SELECT ?1, printf('L-%06d', n), 'loan', 'C-1', 100000, 10000, 'USD', '2026-01-01', '2026-12-01', 100000, n, n, 0, 0
    FROM counted`);
  await run(`INSERT INTO disbursement_terms SELECT tenant_id, disbursement_id, created_seq, disbursement_date,
    disbursement_amount, total_expected_margin, maturity_date, pledge_creditor FROM disbursements WHERE tenant_id = ?1`);
  const due = "printf('2026-%02d-01', n % 9 + 2)";
  await run(`${counted(0, payments - 1)}
    INSERT INTO payments (tenant_id, payment_id, disbursement_id, payment_total, currency, status, due_date, client_id,
      source, payment_date, payment_principal, payment_fee, installment_number, expected_total, expected_principal,
      expected_fee, expected_due_date, created_seq, updated_seq, created_at, updated_at)
    SELECT ?1, printf('P-%06d', (n * 7919) % ${payments}), printf('L-%06d', n / ${paymentsOfALoan} + 1), 11000, 'USD',
      CASE WHEN n % 3 = 0 THEN 'paid' ELSE 'expected' END, ${due}, 'C-1', 'client',
      CASE WHEN n % 3 = 0 THEN ${due} END, 10000, 1000, n % ${paymentsOfALoan} + 1, 11000, 10000, 1000, ${due},
      ${loans} + n, ${loans} + n, 0, 0
    FROM counted`);
}
