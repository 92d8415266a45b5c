import { eq } from "drizzle-orm";
import type { BookedCategory } from "../../domain/bookkeeping/booked.ts";
import { banksOfRecords, type Switched } from "../../domain/bookkeeping/switch.ts";
import type { Database } from "../d1/session.ts";
import { queryRows, type Sql } from "../d1/statement.ts";
import { bookkeeping } from "./tables.ts";

/** The record after which an opening continues. */
export interface OpeningPlace {
  readonly category: BookedCategory;
  readonly id: string;
}

/** The present state of a tenant's switch. */
export interface Switch {
  readonly mode: "off" | "records";
  readonly settle_bank: string | null;
  readonly version: number;
  /** The first event that posts its own entries; null while bookkeeping is off. */
  readonly since_sequence: number | null;
  readonly total: number;
  readonly done: number;
  /** Null when no record is left to open. */
  readonly place: OpeningPlace | null;
}

const NEVER_SWITCHED: Switch = {
  mode: "off",
  settle_bank: null,
  version: 0,
  since_sequence: null,
  total: 0,
  done: 0,
  place: null,
};

export async function readSwitch(db: Database, tenant: string): Promise<Switch> {
  const [row] = await db.select().from(bookkeeping).where(eq(bookkeeping.tenant_id, tenant));
  if (!row) return NEVER_SWITCHED;
  const { tenant_id: _, after_category, after_id, ...rest } = row;
  const place =
    after_category !== null && after_id !== null ? { category: after_category, id: after_id } : null;
  return { ...rest, place };
}

/** A record that is live, or that is deleted but still booked. */
const toOpen = (table: string, category: BookedCategory, id: string) => `
  FROM ${table} AS record NOT INDEXED WHERE record.tenant_id = ?1 AND (record.deleted_at IS NULL OR EXISTS (
    SELECT 1 FROM booked_parts AS part WHERE part.tenant_id = ?1 AND part.category = '${category}'
      AND part.record_id = record.${id}))`;

const DISBURSEMENTS = toOpen("disbursements", "disbursement", "disbursement_id");
const PAYMENTS = toOpen("payments", "payment", "payment_id");

/** The statements that write a switch, for the batch of its event. */
export function switchStatements(tenant: string, switched: Switched | null): readonly Sql[] {
  if (switched === null) return [];
  if (switched.mode === "off") return switchOff(tenant, switched.version);
  const banks = banksOfRecords(switched).map((bank) => bankAccount(tenant, bank));
  return [...(switched.opens ? switchOn(tenant, switched) : [settleFrom(tenant, switched)]), ...banks];
}

const REPLACING = `ON CONFLICT (tenant_id) DO UPDATE SET mode = excluded.mode,
  settle_bank = excluded.settle_bank, version = excluded.version, since_sequence = excluded.since_sequence, total = excluded.total, done = excluded.done,
  after_category = excluded.after_category, after_id = excluded.after_id`;

/** From its event on, each event posts its entries, and earlier records are opened in the background. */
const switchOn = (tenant: string, { version, sequence, settle_bank }: Switched): readonly Sql[] => [
  {
    sql: `INSERT INTO bookkeeping (tenant_id, mode, settle_bank, version, since_sequence, total, done, after_category, after_id)
      SELECT ?1, 'records', ?4, CAST(?2 AS INTEGER), CAST(?3 AS INTEGER),
        (SELECT count(*) ${DISBURSEMENTS}) + (SELECT count(*) ${PAYMENTS}), 0, 'disbursement', ''
      WHERE true ${REPLACING}`,
    params: [tenant, String(version), String(sequence), settle_bank],
  },
  {
    sql: `UPDATE bookkeeping SET after_category = NULL, after_id = NULL WHERE tenant_id = ?1 AND total = 0`,
    params: [tenant],
  },
];

/** Settlements change from its event on; the first event that posts entries, and the progress of an opening, stay. */
const settleFrom = (tenant: string, { version, settle_bank }: Switched): Sql => ({
  sql: "UPDATE bookkeeping SET settle_bank = ?2, version = CAST(?3 AS INTEGER) WHERE tenant_id = ?1",
  params: [tenant, settle_bank, String(version)],
});

/** Registers a bank account on which the records' money moves. */
const bankAccount = (tenant: string, bank_account_ref: string): Sql => ({
  sql: `INSERT INTO bank_accounts (tenant_id, bank_account_ref, number)
    SELECT ?1, ?2, (SELECT COALESCE(MAX(number), 0) + 1 FROM bank_accounts WHERE tenant_id = ?1)
    WHERE NOT EXISTS (SELECT 1 FROM bank_accounts WHERE tenant_id = ?1 AND bank_account_ref = ?2)`,
  params: [tenant, bank_account_ref],
});

/** Posted entries stay. */
const switchOff = (tenant: string, version: number): readonly Sql[] => [
  {
    sql: `INSERT INTO bookkeeping (tenant_id, mode, settle_bank, version, since_sequence, total, done, after_category, after_id)
      VALUES (?1, 'off', NULL, CAST(?2 AS INTEGER), NULL, 0, 0, NULL, NULL) ${REPLACING}`,
    params: [tenant, String(version)],
  },
];

/** The ids of the next records to open, in the order of their keys. */
export async function nextToOpen(
  db: Database,
  tenant: string,
  { category, id }: OpeningPlace,
  limit: number,
): Promise<readonly string[]> {
  const [column, from] =
    category === "disbursement" ? ["disbursement_id", DISBURSEMENTS] : ["payment_id", PAYMENTS];
  const query = `SELECT record.${column} AS id ${from} AND record.${column} > ?2 ORDER BY record.${column} LIMIT ?3`;
  const rows = await queryRows<{ id: string }>(db, { sql: query, params: [tenant, id, limit] });
  return rows.map((row) => row.id);
}

/** Stores the progress of an opening. Returns false when the switch has changed meanwhile. */
export async function advance(
  db: Database,
  tenant: string,
  version: number,
  { place, opened }: { readonly place: OpeningPlace | null; readonly opened: number },
): Promise<boolean> {
  // The opening also visits records created after the switch, which `total` does not count. So `done` stays below
  // `total` until the opening is complete.
  const done = place === null ? "total" : "min(total - 1, done + CAST(?5 AS INTEGER))";
  const sql = `UPDATE bookkeeping SET after_category = ?3, after_id = ?4, done = ${done}
    WHERE tenant_id = ?1 AND version = CAST(?2 AS INTEGER) AND ?5 >= 0 RETURNING version`;
  const params = [tenant, String(version), place?.category ?? null, place?.id ?? null, opened];
  return (await queryRows(db, { sql, params })).length > 0;
}
