import { individual, loan, operation, payment } from "../support/examples.ts";

/** Values that are about the person `C-1` and nobody else: no other record of the tests has them. */
export const VALUES = {
  name: "Ana García",
  email: "ana@garcia.example",
  phone: "+34911222333",
  address: "Calle del Olmo 7",
  registration_number: "DNI-77665544",
  reason: "her wedding",
  bank_ref: "ES7921000813",
  changed_ref: "ES0000000099",
  change_reason: "she asked for time",
  description: "red bicycle of Ana",
  note: "deaf in one ear",
} as const;

/** A client of whom every private field has a value. */
export const ana = {
  ...individual,
  name: VALUES.name,
  email: VALUES.email,
  phone: VALUES.phone,
  address: VALUES.address,
  registration_number: VALUES.registration_number,
  gender: "female",
  info: { note: VALUES.note },
} as const;

export const bob = {
  ...individual,
  client_id: "C-2",
  name: "Bob Stone",
  email: "bob@stone.example",
  registration_number: "B-1",
} as const;

export const anasLoan = {
  ...loan,
  reason: VALUES.reason,
  bank_ref: VALUES.bank_ref,
  info: { note: VALUES.note },
} as const;

/** A change of terms that makes history. */
export const longer = {
  step: "update",
  disbursement_id: "L-1",
  maturity_date: "2026-10-20",
  change_date: "2025-01-01",
  change_reason: VALUES.change_reason,
  bank_ref: VALUES.changed_ref,
} as const;

const paid = { status: "paid", payment_date: "2024-11-20", bank_ref: VALUES.bank_ref } as const;

/** All that the tests know of Ana, as lines of `POST /ingest/batch`: her record, a loan with a payment and an operation. */
export function anasLines(): string {
  const events = [
    ["client", ana],
    ["disbursement", anasLoan],
    ["disbursement", longer],
    ["payment", payment],
    ["payment", { step: "update", payment_id: "PAY-1", ...paid, info: { note: VALUES.note } }],
    ["operation", { ...operation, operation_description: VALUES.description }],
  ] as const;
  const lines = events.map(([category, data]) =>
    JSON.stringify({ idempotency_key: crypto.randomUUID(), category, data }),
  );
  return lines.join("\n");
}

/** The values that a text holds, by their names. */
export const found = (text: string, values: Readonly<Record<string, string>> = VALUES) =>
  Object.entries(values).flatMap(([name, value]) => (text.includes(value) ? [name] : []));
