import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { BORROWER, disbursed, entryIdOf, LOAN, reverse } from "./post.ts";
import { storedBooks } from "./stored-books.ts";

const ENTRY_COLUMNS = `journal_entry_id, event_type, currency, layer, effective_at, value_date, posted_at, correlation_id,
  reverses_entry_id, loan_count, external_ref, description, actor`;

describe("the database itself", () => {
  const api = new Api();
  let before: unknown;

  beforeAll(async () => {
    // Sequences 1 and 2 are an entry and its reversal, 3 is an entry that stands.
    entryIdOf(await reverse(api, await disbursed(api)));
    await disbursed(api);
    before = await journal();
  });

  /** Every column of both journal tables, and the books. */
  async function journal() {
    const rows = (table: string) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE tenant_id = ? ORDER BY sequence`).bind(api.tenant).all();
    const [entries, postings] = [await rows("journal_entries"), await rows("journal_postings")];
    return [entries.results, postings.results, await storedBooks(api.tenant)];
  }

  async function expectRefused(sql: string, reason: RegExp): Promise<void> {
    await expect(env.DB.prepare(sql).bind(api.tenant).run()).rejects.toThrow(reason);
    expect(await journal()).toEqual(before);
  }

  const APPEND_ONLY = /append-only.*SQLITE_CONSTRAINT/;

  it.each(["journal_entries", "journal_postings"])(
    "refuses UPDATE, DELETE and REPLACE on %s",
    async (table) => {
      await expectRefused(`UPDATE ${table} SET sequence = 99 WHERE tenant_id = ?`, APPEND_ONLY);
      await expectRefused(`UPDATE OR REPLACE ${table} SET sequence = 3 WHERE tenant_id = ?`, APPEND_ONLY);
      await expectRefused(`UPDATE OR IGNORE ${table} SET sequence = 99 WHERE tenant_id = ?`, APPEND_ONLY);
      await expectRefused(`DELETE FROM ${table} WHERE tenant_id = ?`, APPEND_ONLY);
      const copy = `SELECT * FROM ${table} WHERE tenant_id = ? AND sequence = 3`;
      await expectRefused(`INSERT INTO ${table} ${copy}`, APPEND_ONLY);
      await expectRefused(`INSERT OR REPLACE INTO ${table} ${copy}`, APPEND_ONLY);
      await expectRefused(`REPLACE INTO ${table} ${copy}`, APPEND_ONLY);
      const upsert = `INSERT INTO ${table} ${copy} ON CONFLICT DO UPDATE SET sequence = 99`;
      await expectRefused(upsert, APPEND_ONLY);
    },
  );

  it("lets an erasure null the texts of an entry, and nothing else with them", async () => {
    const own = new Api();
    await disbursed(own);
    const erase = "UPDATE journal_entries SET external_ref = NULL, description = NULL";
    const also = env.DB.prepare(`${erase}, actor = NULL WHERE tenant_id = ?`);
    await expect(also.bind(own.tenant).run()).rejects.toThrow(APPEND_ONLY);
    const changed = await env.DB.prepare(`${erase} WHERE tenant_id = ?`).bind(own.tenant).run();
    expect(changed.meta.changes).toBe(1);
    const other = env.DB.prepare("UPDATE journal_entries SET description = 'x' WHERE tenant_id = ?");
    await expect(other.bind(own.tenant).run()).rejects.toThrow(APPEND_ONLY);
  });

  /** A copy of the reversal as the tenant's sequence 9. */
  const second = (verb: string, reverses: number) =>
    `${verb} INTO journal_entries (tenant_id, sequence, position, reverses_sequence, reverses_position,
       ${ENTRY_COLUMNS})
     SELECT tenant_id, 9, 0, ${reverses}, 0, ${ENTRY_COLUMNS} FROM journal_entries
     WHERE tenant_id = ? AND sequence = 2`;

  it.each(["INSERT", "INSERT OR REPLACE", "REPLACE"])("refuses a second reversal by %s", async (verb) => {
    await expectRefused(second(verb, 1), /reversed once.*SQLITE_CONSTRAINT/);
  });

  it("has the same rule as a constraint", async () => {
    const { results } = await env.DB.prepare(
      `SELECT name FROM pragma_index_list('journal_entries') WHERE "unique" = 1 AND partial = 1`,
    ).all();
    expect(results).toEqual([{ name: "an_entry_is_reversed_once" }]);
  });

  it("refuses a reversal that names no entry, and a disbursement that names one", async () => {
    const { results } = await env.DB.prepare(
      "SELECT sequence, event_type FROM journal_entries WHERE tenant_id = ? AND sequence IN (1, 2)",
    )
      .bind(api.tenant)
      .all<{ sequence: number; event_type: string }>();
    for (const { sequence, event_type } of results) {
      const reverses = event_type === "reversal" ? "NULL" : "3";
      const sql = `INSERT INTO journal_entries (tenant_id, sequence, position, reverses_sequence,
          reverses_position, ${ENTRY_COLUMNS})
        SELECT tenant_id, 9, 0, ${reverses}, reverses_position, ${ENTRY_COLUMNS} FROM journal_entries
        WHERE tenant_id = ? AND sequence = ${sequence}`;
      await expectRefused(sql, /a_reversal_names_its_entry/);
    }
  });

  it.each([
    ["a negative amount", "'1100', '2100', -1"],
    ["an account against itself", "'1100', '1100', 1"],
    ["an amount beyond 64 bits", "'1100', '2100', 9223372036854775807 + 1"],
    ["half a unit", "'1100', '2100', 0.5"],
  ])("refuses a posting of %s", async (_, values) => {
    const sql = `INSERT INTO journal_postings
        (tenant_id, sequence, position, loan_id, line, borrower_id, debit, credit, amount_minor)
      SELECT ?, 3, 1, '${LOAN}', 0, '${BORROWER}', ${values}`;
    await expectRefused(sql, /SQLITE_CONSTRAINT/);
  });

  it("refuses a posting of a loan without a borrower, and of a borrower without a loan", async () => {
    for (const party of [`'${LOAN}', 0, NULL`, `'', 0, '${BORROWER}'`]) {
      const sql = `INSERT INTO journal_postings
          (tenant_id, sequence, position, loan_id, line, borrower_id, debit, credit, amount_minor)
        SELECT ?, 3, 1, ${party}, '1100', '2100', 1`;
      await expectRefused(sql, /a_loan_has_a_borrower/);
    }
  });

  it.each(["ledger_totals", "ledger_days"])("refuses halves of %s out of their bounds", async (table) => {
    for (const change of ["dr_lo = 1000000000", "dr_lo = -1", "dr_hi = -1", "cr_lo = cr_lo + 0.5"]) {
      const sql = `UPDATE ${table} SET ${change} WHERE tenant_id = ?`;
      await expectRefused(sql, /SQLITE_CONSTRAINT/);
    }
  });

  it.each(["loan_balances", "loan_days"])("refuses a balance of %s beyond 64 bits", async (table) => {
    const sql = `UPDATE ${table} SET principal_minor = principal_minor + 9223372036854775807 WHERE tenant_id = ?`;
    await expectRefused(sql, /SQLITE_CONSTRAINT|cannot store/);
  });
});
