import type { Client, Disbursement, Operation, Payment } from "../../domain/tape/fields.ts";
import type { Stored } from "../../domain/tape/state.ts";
import type { clients, disbursements, operations, payments } from "./tables.ts";

interface Lifetime {
  readonly tenant_id: string;
  readonly created_seq: number;
  readonly updated_seq: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly deleted_at: number | null;
}

function toStored<R extends Lifetime>(row: R): Stored<Omit<R, keyof Lifetime>> {
  const { tenant_id: _, created_seq, updated_seq, created_at, updated_at, deleted_at, ...record } = row;
  return { record, created_seq, updated_seq, created_at, updated_at, deleted_at };
}

export const toClient = (row: typeof clients.$inferSelect): Stored<Client> => toStored(row);
export const toPayment = (row: typeof payments.$inferSelect): Stored<Payment> => toStored(row);
export const toOperation = (row: typeof operations.$inferSelect): Stored<Operation> => toStored(row);

export function toDisbursement(row: typeof disbursements.$inferSelect): Stored<Disbursement> {
  const stored = toStored(row);
  const purchase_clients = row.purchase_clients === null ? null : JSON.parse(row.purchase_clients);
  return { ...stored, record: { ...stored.record, purchase_clients } };
}

/** A stored record as a row of its table. */
export function toRow(tenant_id: string, { record, ...lifetime }: Stored<object>): Record<string, unknown> {
  return { tenant_id, ...record, ...lifetime };
}
