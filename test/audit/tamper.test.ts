import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { LogLine } from "../../src/domain/log/line.ts";
import type { Api } from "../support/api.ts";
import { tamper } from "../support/tamper.ts";
import { verifyLog } from "../support/verify-log.ts";
import { exportedLog, logOfEveryKind, sequenceOfKind } from "./every-kind.ts";

/*
 * Changes by hand in the local database, one for each column of each kind of row. `verify` names the event, and sees
 * nothing of a column that docs/audit.md#what-is-protected lists as not protected.
 */

/** What an event without private text may get there. */
const BYTES: Readonly<Record<string, string>> = { salt: "zeroblob(16)", private_hash: "zeroblob(32)" };

/** One byte changed: the last one of a text or of bytes, the next number, something for NULL. */
const another = (column: string) => `CASE typeof(${column})
  WHEN 'text' THEN substr(${column}, 1, length(${column}) - 1) || '~'
  WHEN 'blob' THEN unhex(substr(hex(${column}), 1, 2 * length(${column}) - 1)
    || CASE substr(hex(${column}), -1) WHEN '0' THEN '1' ELSE '0' END)
  WHEN 'integer' THEN ${column} + 1 ELSE ${BYTES[column] ?? "1"} END`;

const EVENT = {
  protected:
    "event_id category step record_id previous_sequence key_hash data private salt private_hash person makes_history actor created_at hash",
  open: "fingerprint answer trace_id",
};
const ENTRY = {
  protected: "position journal_entry_id event_type currency layer effective_at value_date settles_entry_id",
  open: "posted_at correlation_id loan_count external_ref description actor",
};
const POSTING = "position loan_id borrower_id debit credit amount_minor";

/** Why an event does not fit, where it is for another reason than its hash. */
const WHY: Readonly<Record<string, RegExp>> = {
  sequence: /^it is missing/,
  private: /^its private_hash is not|^it has a private text that no hash covers/,
  salt: /^its private_hash is not|^it has a salt and no private text/,
  private_hash: /^its private_hash is not|^its hash is not/,
  previous_sequence: /^its previous_sequence is/,
  makes_history: /^its makes_history is not/,
  settles_entry_id: /^the settles_entry_id of its entries/,
};
const whyOf = (column: string) => WHY[column] ?? /^its hash is not that of its content/;
const namesIn = (list: string) => list.split(" ");

describe("a change by hand", () => {
  let api: Api;
  let lines: readonly LogLine[];

  const exported = () => exportedLog(api);
  const sequenceOf = (kind: string) => sequenceOfKind(lines, kind);

  beforeAll(async () => {
    api = await logOfEveryKind();
    lines = await exported();
    expect(verifyLog(lines).fault).toBeNull();
  });

  /** Changes a column of one row, and answers the first event that does not fit, and why; then all is as before. */
  async function firstUnfit(table: string, column: string, of: string, value = another(column)) {
    const row = `tenant_id = '${api.tenant}' AND ${of}`;
    const select = `SELECT quote(${column}) AS old, quote(${value}) AS new FROM ${table} WHERE ${row}`;
    const { results } = await env.DB.prepare(select).all<{ old: string; new: string }>();
    const [found] = results;
    if (results.length !== 1 || !found) throw new Error(`${results.length} rows: ${row}`);
    const change = (from: string, to: string) =>
      tamper(
        env.DB.prepare(
          `UPDATE ${table} SET ${column} = ${to} WHERE ${row.replace(` ${column} = ${found.old}`, ` ${column} = ${from}`)}`,
        ),
      );
    await change(found.old, found.new);
    try {
      return verifyLog(await exported()).fault;
    } finally {
      await change(found.new, found.old);
    }
  }

  const unfit = (sequence: number, column: string) => ({
    sequence,
    why: expect.stringMatching(whyOf(column)),
  });

  describe.each([
    "settings put",
    "client create",
    "disbursement update",
    "payment update",
    "operation delete",
    "ledger disbursement_settled",
    "ledger switched",
  ])("of an event %s", (kind) => {
    it.each(namesIn(EVENT.protected))("shows in %s", async (column) => {
      const sequence = sequenceOf(kind);
      expect(await firstUnfit("events", column, `sequence = ${sequence}`)).toEqual(unfit(sequence, column));
    });
  });

  it.each(namesIn(EVENT.open))("of an event's %s does not show: nothing protects it", async (column) => {
    const sequence = sequenceOf("ledger fee_assessed");
    expect(await firstUnfit("events", column, `sequence = ${sequence}`)).toBeNull();
  });

  it.each(namesIn(ENTRY.protected))("of a journal entry shows in %s", async (column) => {
    const sequence = sequenceOf("ledger disbursement_settled");
    expect(await firstUnfit("journal_entries", column, `sequence = ${sequence}`)).toEqual(
      unfit(sequence, column),
    );
  });

  it("of the entry that a reversal reverses shows", async () => {
    const sequence = sequenceOf("ledger reversal");
    expect(await firstUnfit("journal_entries", "reverses_entry_id", `sequence = ${sequence}`)).toEqual(
      unfit(sequence, "reverses_entry_id"),
    );
  });

  it.each([0, 1])("of what the entry %i of a batch of settlements settles shows", async (position) => {
    const sequence = sequenceOf("ledger disbursements_settled");
    const entry = `sequence = ${sequence} AND position = ${position}`;
    expect(await firstUnfit("journal_entries", "settles_entry_id", entry)).toEqual(
      unfit(sequence, "settles_entry_id"),
    );
  });

  it("of the bank account of a line on 1000 shows", async () => {
    const sequence = sequenceOf("ledger manual_adjustment");
    expect(await firstUnfit("journal_entries", "bank_account_ref", `sequence = ${sequence}`)).toEqual(
      unfit(sequence, "bank_account_ref"),
    );
  });

  it.each(namesIn(ENTRY.open))(
    "of a journal entry's %s does not show: nothing protects it",
    async (column) => {
      const sequence = sequenceOf("ledger reversal");
      expect(await firstUnfit("journal_entries", column, `sequence = ${sequence}`)).toBeNull();
    },
  );

  it.each([...namesIn(POSTING), "line"])("of a posting shows in %s", async (column) => {
    const sequence = sequenceOf("ledger accrual");
    const of = `sequence = ${sequence} AND line = 0`;
    const value = column === "debit" ? "'1100'" : column === "line" ? "50" : another(column);
    expect(await firstUnfit("journal_postings", column, of, value)).toEqual(unfit(sequence, column));
  });

  it.each(["journal_entries", "journal_postings"])(
    "that moves a row of %s to an event without entries shows",
    async (table) => {
      const of = `sequence = ${sequenceOf("ledger manual_adjustment")}`;
      expect(await firstUnfit(table, "sequence", of, "1")).toEqual(unfit(1, "entries"));
    },
  );
});
