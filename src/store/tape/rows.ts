import type { AnySQLiteTable } from "drizzle-orm/sqlite-core";
import { folded } from "../../domain/core/folded.ts";
import type { Client, Disbursement, Operation, Payment } from "../../domain/tape/fields.ts";
import type { PaymentTerms, Stored } from "../../domain/tape/state.ts";
import type { NewRow } from "../d1/rows.ts";
import type { clients, disbursements, operations, payments, paymentTerms } from "./tables.ts";

interface Lifetime {
  readonly tenant_id: string;
  readonly created_seq: number;
  readonly updated_seq: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly deleted_at: number | null;
}

/** The record of a row whose columns are its fields. */
export function toStored<R extends Lifetime>(row: R): Stored<Omit<R, keyof Lifetime>> {
  const { tenant_id: _, created_seq, updated_seq, created_at, updated_at, deleted_at, ...record } = row;
  return { record, created_seq, updated_seq, created_at, updated_at, deleted_at };
}

export const toPurchaseClients = (text: string | null): readonly string[] | null =>
  text === null ? null : JSON.parse(text);

export function toDisbursement(row: typeof disbursements.$inferSelect): Stored<Disbursement> {
  const stored = toStored(row);
  const purchase_clients = toPurchaseClients(row.purchase_clients);
  return { ...stored, record: { ...stored.record, purchase_clients } };
}

/** A field that every accepted record has, although the domain reads records that lack it. */
function present<T>(value: T | null, field: string): T {
  if (value === null) throw new TypeError(`an accepted record has its ${field}`);
  return value;
}

type RowOf<R, T extends AnySQLiteTable> = (tenant_id: string, stored: Stored<R>) => NewRow<T>;

export function toClient({ search_text: _, ...row }: typeof clients.$inferSelect): Stored<Client> {
  return toStored(row);
}

type Searched = Pick<Client, "client_id"> & Partial<Pick<Client, "name" | "registration_number" | "email">>;

/** What `search` looks into, of a client. */
export const searchText = ({ client_id, name, registration_number, email }: Searched): string =>
  folded([client_id, name ?? "", registration_number ?? "", email ?? ""].join("\n"));

export const fromClient: RowOf<Client, typeof clients> = (tenant_id, { record, ...lifetime }) => ({
  tenant_id,
  ...record,
  search_text: searchText(record),
  ...lifetime,
});

export const fromDisbursement: RowOf<Disbursement, typeof disbursements> = (
  tenant_id,
  { record, ...lifetime },
) => {
  const purchase_clients = record.purchase_clients && JSON.stringify(record.purchase_clients);
  return { tenant_id, ...record, purchase_clients, ...lifetime };
};

export const fromPayment: RowOf<Payment, typeof payments> = (tenant_id, { record, ...lifetime }) => {
  const client_id = present(record.client_id, "client_id");
  const source = present(record.source, "source");
  return { tenant_id, ...record, client_id, source, ...lifetime };
};

export const fromOperation: RowOf<Operation, typeof operations> = (tenant_id, { record, ...lifetime }) => ({
  tenant_id,
  ...record,
  ...lifetime,
});

/** Amounts are decimal text: JSON numbers are exact only up to 2^53. */
export const fromPaymentTerms = (
  tenant_id: string,
  { set, ...row }: PaymentTerms,
): NewRow<typeof paymentTerms> => ({
  tenant_id,
  ...row,
  members: JSON.stringify(set, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
});
