import { sql } from "drizzle-orm";
import type { BookWrites } from "../../domain/bookkeeping/writes.ts";
import { replacing, rowWriter } from "../d1/rows.ts";
import { builder, type Sql } from "../d1/statement.ts";
import { fromBookedLoan, fromPart } from "./rows.ts";
import { bookedLoans, bookedParts } from "./tables.ts";

const writeParts = rowWriter(
  bookedParts,
  replacing(bookedParts, [
    bookedParts.tenant_id,
    bookedParts.category,
    bookedParts.record_id,
    bookedParts.name,
  ]),
);
/** The loan of a disbursement never changes: not to set it again leaves its index alone. */
const writeLoans = rowWriter(
  bookedLoans,
  replacing(
    bookedLoans,
    [bookedLoans.tenant_id, bookedLoans.disbursement_id],
    new Set([bookedLoans.loan_id.name]),
  ),
);

/** The statements that store the booked parts of each record, for the group's one batch. */
export function bookStatements(tenant_id: string, { parts, bookedLoans: loans }: BookWrites): readonly Sql[] {
  const all = [...parts.values()];
  const booked = all.filter(({ isBooked }) => isBooked).map(({ part }) => fromPart(tenant_id, part));
  const removed = all
    .filter(({ isBooked }) => !isBooked)
    .map(({ part: { category, record_id, name } }) => [category, record_id, name]);
  return [
    ...(removed.length > 0 ? [removal(tenant_id, removed)] : []),
    ...writeParts(booked),
    ...writeLoans([...loans].map(([id, loan]) => fromBookedLoan(tenant_id, id, loan))),
  ];
}

function removal(tenant_id: string, keys: readonly (readonly string[])[]): Sql {
  const listed = sql`json_each(${JSON.stringify(keys)})`;
  const where = sql`(${bookedParts.tenant_id}, ${bookedParts.category}, ${bookedParts.record_id}, ${bookedParts.name}) IN
    (SELECT ${tenant_id}, value ->> 0, value ->> 1, value ->> 2 FROM ${listed})`;
  return builder.delete(bookedParts).where(where).toSQL();
}
