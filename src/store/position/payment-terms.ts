import type { Database } from "../d1/session.ts";
import {
  CHANGED,
  PAYMENT_TERMS_COLUMNS,
  PAYMENTS_OF_A_LOAN_MAX,
  type PackedRow,
  type PaymentTermsTuple,
  tuples,
} from "./loan-rows.ts";

/** Events of one call: an answer of D1 stays within a few megabytes. */
export const EVENTS_OF_A_CALL = 5_000;
/** Most events of the disbursements that are read together: more do not fit into an isolate's memory. */
const EVENTS_MAX = 2 * PAYMENTS_OF_A_LOAN_MAX;

/** The events of payments that have dated ones, in the order of their key. */
export const PAYMENT_TERMS_OF = `SELECT json_array(${PAYMENT_TERMS_COLUMNS}) AS row FROM payment_terms WHERE tenant_id = ?1`;

/** Those of some disbursements, and which of these have changed since the first were read. */
interface FoundEvents {
  readonly events: readonly PaymentTermsTuple[];
  readonly changed: readonly string[];
}

/** Reads on from the first events up to those of the disbursement `last`; `head` is as in `allPayments`. */
export async function allPaymentTerms(
  { $client: d1 }: Database,
  tenant: string,
  head: number,
  { first, last }: { readonly first: readonly PaymentTermsTuple[]; readonly last: string },
): Promise<FoundEvents | "too_large"> {
  const statement = d1.prepare(
    `${PAYMENT_TERMS_OF} AND (disbursement_id, payment_id, sequence) > (?2, ?3, CAST(?4 AS INTEGER))
      AND disbursement_id <= ?5 ORDER BY disbursement_id, payment_id, sequence LIMIT ${EVENTS_OF_A_CALL}`,
  );
  const events = [...first];
  let page = first;
  let changed: readonly string[] = [];
  while (page.length === EVENTS_OF_A_CALL) {
    if (events.length > EVENTS_MAX) return "too_large";
    const [id = "", payment_id = "", sequence = 0] = page.at(-1) ?? [];
    const [next, since] = await d1.batch<PackedRow>([
      statement.bind(tenant, id, payment_id, String(sequence), last),
      d1.prepare(CHANGED).bind(tenant, String(head)),
    ]);
    page = tuples<PaymentTermsTuple>(next?.results);
    for (const event of page) events.push(event);
    changed = (since?.results ?? []).map(({ row }) => row);
  }
  return { events, changed };
}
