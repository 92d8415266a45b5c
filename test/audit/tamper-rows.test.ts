import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { LoggedClaims } from "../../src/domain/log/claims.ts";
import type { LogLine } from "../../src/domain/log/line.ts";
import type { Api } from "../support/api.ts";
import { at, rechained } from "../support/log-lines.ts";
import { tamper } from "../support/tamper.ts";
import { verifyLog } from "../support/verify-log.ts";
import { exportedLog, logOfEveryKind, sequenceOfKind } from "./every-kind.ts";

/*
 * Rows that are removed, moved, added or made anew by hand in the local database. `verify` names the first sequence; what no
 * log shows by itself, a receipt does.
 */

const TABLES = ["events", "journal_entries", "journal_postings"] as const;

let api: Api;
let lines: readonly LogLine[];

/** Statements about the tenant's rows: `OWN` is the condition for them. */
const statements = (texts: readonly string[]) =>
  texts.map((text) => env.DB.prepare(text.replaceAll("OWN", `tenant_id = '${api.tenant}'`)));
const exported = () => exportedLog(api);
const sequenceOf = (kind: string) => sequenceOfKind(lines, kind);

beforeAll(async () => {
  api = await logOfEveryKind();
  lines = await exported();
  await env.DB.batch(
    statements(TABLES.map((table) => `CREATE TABLE kept_${table} AS SELECT * FROM ${table} WHERE OWN`)),
  );
  return () => env.DB.batch(statements(TABLES.map((table) => `DROP TABLE kept_${table}`)));
});

/** Changes rows, works with the log, and gives the tenant all its rows again. */
async function changed<T>(texts: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    await tamper(...statements(texts));
    return await work();
  } finally {
    const again = TABLES.flatMap((table) => [
      `DELETE FROM ${table} WHERE OWN`,
      `INSERT INTO ${table} SELECT * FROM kept_${table}`,
    ]);
    await tamper(...statements(again));
  }
}

/** Makes every hash of the log again, as one who can write to the database does, and answers the log. */
async function madeAnew(): Promise<readonly LogLine[]> {
  const log = rechained(await exported());
  const texts = log.map(
    ({ sequence, hash }) => `UPDATE events SET hash = x'${hash}' WHERE OWN AND sequence = ${sequence}`,
  );
  await tamper(...statements(texts));
  return exported();
}

/** Moves all rows from a sequence on. */
const shifted = (from: number, by: number): readonly string[] =>
  TABLES.flatMap((table) => [
    `UPDATE ${table} SET sequence = sequence + 100000 WHERE OWN AND sequence >= ${from}`,
    `UPDATE ${table} SET sequence = sequence - 100000 + ${by} WHERE OWN AND sequence > 100000`,
  ]);

const swapped = (columns: string, one: number, other: number) =>
  `UPDATE events SET (${columns}) = (SELECT ${columns} FROM kept_events AS kept
    WHERE kept.sequence = ${one} + ${other} - events.sequence) WHERE OWN AND sequence IN (${one}, ${other})`;

/** A copy of an event's row, with an id and a key of its own. */
const copied = (from: number, to: number) =>
  `INSERT INTO events SELECT tenant_id, ${to}, 'a-new-id', category, step, record_id, previous_sequence, randomblob(32),
    fingerprint, data, private, salt, private_hash, person, makes_history, answer, actor, trace_id, created_at, hash
    FROM kept_events WHERE sequence = ${from}`;

const HASH = /^its hash is not that of its content and of the event before it/;

describe("rows changed by hand are found:", () => {
  const [FEE, SETTLED, PAYMENT] = ["ledger fee_assessed", "ledger disbursement_settled", "payment create"];

  it.each<[string, () => readonly string[], () => number, RegExp]>([
    [
      "an event is deleted",
      () => [`DELETE FROM events WHERE OWN AND sequence = ${sequenceOf(PAYMENT)}`],
      () => sequenceOf(PAYMENT),
      /^it is missing, and the next event/,
    ],
    [
      "two are deleted with their entries",
      () =>
        TABLES.map(
          (table) =>
            `DELETE FROM ${table} WHERE OWN AND sequence IN (${sequenceOf(FEE)}, ${sequenceOf(FEE) + 1})`,
        ),
      () => sequenceOf(FEE),
      /^it and all up to \d+ are missing/,
    ],
    [
      "one is deleted, and all later ones take the place before",
      () => [
        `DELETE FROM events WHERE OWN AND sequence = ${sequenceOf(PAYMENT)}`,
        ...shifted(sequenceOf(PAYMENT) + 1, -1),
      ],
      () => sequenceOf(PAYMENT),
      HASH,
    ],
    [
      "two exchange their places",
      () => [
        `UPDATE events SET sequence = 100000 WHERE OWN AND sequence = 3`,
        `UPDATE events SET sequence = 3 WHERE OWN AND sequence = 2`,
        `UPDATE events SET sequence = 2 WHERE OWN AND sequence = 100000`,
      ],
      () => 2,
      HASH,
    ],
    [
      "two exchange their contents",
      () => [swapped("data, private, salt, private_hash, person", 2, 3)],
      () => 2,
      HASH,
    ],
    ["one is put in", () => [...shifted(5, 1), copied(3, 5)], () => 5, HASH],
    ["one is added at the end", () => [copied(3, lines.length + 1)], () => lines.length + 1, HASH],
    [
      "an event's entries are deleted",
      () =>
        TABLES.slice(1).map((table) => `DELETE FROM ${table} WHERE OWN AND sequence = ${sequenceOf(FEE)}`),
      () => sequenceOf(FEE),
      HASH,
    ],
    [
      "an entry is deleted, and its postings stay",
      () => [`DELETE FROM journal_entries WHERE OWN AND sequence = ${sequenceOf(SETTLED)}`],
      () => sequenceOf(SETTLED),
      HASH,
    ],
    [
      "a posting is deleted",
      () => [
        `DELETE FROM journal_postings WHERE OWN AND sequence = ${sequenceOf("ledger accrual")} AND line = 1`,
      ],
      () => sequenceOf("ledger accrual"),
      HASH,
    ],
    [
      "a posting is added",
      () => [
        `INSERT INTO journal_postings SELECT tenant_id, sequence, position, loan_id, line + 7, borrower_id, debit, credit, 1
          FROM kept_journal_postings WHERE sequence = ${sequenceOf(FEE)}`,
      ],
      () => sequenceOf(FEE),
      HASH,
    ],
    [
      "an entry is added to an event that has none",
      () => [
        `INSERT INTO journal_postings SELECT tenant_id, 2, position, loan_id, line, borrower_id, debit, credit, amount_minor
          FROM kept_journal_postings WHERE sequence = ${sequenceOf(FEE)}`,
        `INSERT INTO journal_entries SELECT tenant_id, 2, position, 'a-new-id', event_type, currency, layer, effective_at,
          value_date, posted_at, correlation_id, NULL, NULL, NULL, NULL, loan_count, bank_account_ref, NULL, NULL, actor
          FROM kept_journal_entries WHERE sequence = ${sequenceOf(FEE)}`,
      ],
      () => 2,
      HASH,
    ],
    [
      "all hashes are made again, but for a gap",
      () => [`DELETE FROM events WHERE OWN AND sequence = ${sequenceOf(PAYMENT)}`],
      () => sequenceOf(PAYMENT),
      /^it is missing/,
    ],
  ])("%s", async (name, texts, sequence, why) => {
    const log = await changed(texts(), name.startsWith("all hashes") ? madeAnew : exported);
    expect(verifyLog(log).fault).toEqual({ sequence: sequence(), why: expect.stringMatching(why) });
  });

  it("and nothing is changed in between", async () => {
    expect(await exported()).toEqual(lines);
    expect(verifyLog(lines).fault).toBeNull();
  });
});

describe("what fits by itself is found by a receipt:", () => {
  /** What becomes of the receipts of all events. */
  function outcomes(log: readonly LogLine[]): readonly string[] {
    const found: string[] = [];
    const kept = lines.map(({ sequence, hash }) => ({ sequence, hash, source: "receipt" }));
    const claims = new LoggedClaims(kept.values(), (_, outcome) => void found.push(outcome));
    for (const line of log) claims.add(line, null);
    claims.end();
    return found;
  }

  const nTimes = (count: number, outcome: string) => Array.from({ length: count }, () => outcome);

  it("the end is cut off", async () => {
    const cut = lines.length - 3;
    const texts = TABLES.map((table) => `DELETE FROM ${table} WHERE OWN AND sequence > ${cut}`);
    const log = await changed(texts, exported);
    expect(verifyLog(log).fault).toBeNull();
    expect(outcomes(log)).toEqual([...nTimes(cut, "fits"), ...nTimes(3, "beyond")]);
  });

  it("an event is changed, and every later hash made again", async () => {
    const actor = `UPDATE events SET actor = 'another' WHERE OWN AND sequence = 4`;
    const log = await changed([actor], madeAnew);
    expect([at(log, 4).actor, verifyLog(log).fault]).toEqual(["another", null]);
    expect(outcomes(log)).toEqual([...nTimes(3, "fits"), ...nTimes(lines.length - 3, "differs")]);
  });

  it("an event is taken out, all later ones are renumbered, and every hash is made again", async () => {
    const texts = ["DELETE FROM events WHERE OWN AND sequence = 1", ...shifted(2, -1)];
    const renumbered = "UPDATE events SET previous_sequence = previous_sequence - 1 WHERE OWN";
    const log = await changed([...texts, renumbered], madeAnew);
    expect([log.length, verifyLog(log).fault]).toEqual([lines.length - 1, null]);
    expect(outcomes(log)).toEqual([...nTimes(lines.length - 1, "differs"), "beyond"]);
  });
});
