import { sql } from "drizzle-orm";
import type { Writes } from "../domain/command.ts";
import { CATEGORY_NAMES } from "../domain/tape/categories.ts";
import type { Category } from "../domain/tape/fields.ts";
import { bookStatements } from "./bookkeeping/commit.ts";
import { switchStatements } from "./bookkeeping/switch.ts";
import { closingStatements } from "./closing/closing.ts";
import { guardedRowWriter, rowWriter } from "./d1/rows.ts";
import { builder, runAll, type Sql } from "./d1/statement.ts";
import { erasureStatements } from "./erasure/commit.ts";
import { facilityStatements } from "./facility/facilities.ts";
import { IS_AS_SEEN, type Seen, seenValues } from "./fence.ts";
import { accountNamesStatements } from "./ledger/account-names.ts";
import { ledgerStatements } from "./ledger/commit.ts";
import { events } from "./log.ts";
import { placementStatements } from "./placement/placement.ts";
import type { Session } from "./session.ts";
import { settingsStatements } from "./settings/settings.ts";
import { RECORD_STORES } from "./tape/records.ts";
import { fromPaymentTerms } from "./tape/rows.ts";
import {
  disbursementTerms,
  formerPayments,
  formerPurchaseClients,
  payments,
  paymentTerms,
  purchaseClients,
} from "./tape/tables.ts";

const writeFenced = guardedRowWriter(events, events.tenant_id, IS_AS_SEEN);
const writeLinks = rowWriter(purchaseClients);
const writeFormerClients = rowWriter(formerPurchaseClients, "ignore");
const writeTerms = rowWriter(disbursementTerms);
const writeFormerPayments = rowWriter(formerPayments, "ignore");
const writePaymentTerms = rowWriter(paymentTerms);

/**
 * Writes a group in one D1 batch, all or nothing. The fence comes first, so the batch of a second writer for the tenant
 * fails as a whole before it touches a record: the tenant must be as it was `seen` when the group was decided. Otherwise
 * the rows have no tenant, which voids the batch (store/d1/failure.ts reads the message as a fence). So the batch is also
 * void where D1 was restored to an earlier time, and once bookkeeping is switched.
 */
export async function commit(
  { db, unrecorded }: Pick<Session, "db" | "unrecorded">,
  tenant: string,
  writes: Writes,
  seen: Seen,
): Promise<void> {
  const unlinked = [...writes.unlinks.values()];
  const log = writes.events.map((event) => ({ tenant_id: tenant, ...event }));
  const links = [...writes.links.values()].map((link) => ({ tenant_id: tenant, ...link }));
  const terms = writes.terms.map((row) => ({ tenant_id: tenant, ...row }));
  await runAll(db, [
    ...writeFenced(log, seenValues(tenant, seen)),
    ...(seen.head.sequence === 0 && unrecorded ? placementStatements(tenant, unrecorded) : []),
    ...[...writes.reassigned].map(([loan, { client_id, stamp }]) => {
      const set = { client_id, updated_at: stamp.now };
      return reassign(tenant, loan, set);
    }),
    ...CATEGORY_NAMES.flatMap((category) => recordStatements(tenant, category, writes)),
    ...(unlinked.length > 0 ? [unlink(tenant, unlinked)] : []),
    ...writeFormerClients(unlinked.map((pair) => ({ tenant_id: tenant, ...pair }))),
    ...settingsStatements(tenant, writes.settings),
    ...accountNamesStatements(tenant, writes.accountNames),
    ...facilityStatements(tenant, writes.facilities),
    ...writeLinks(links),
    ...writeTerms(terms),
    ...writeFormerPayments(writes.left.map((row) => ({ tenant_id: tenant, ...row }))),
    ...writePaymentTerms(writes.paymentTerms.map((row) => fromPaymentTerms(tenant, row))),
    ...ledgerStatements(tenant, writes),
    ...bookStatements(tenant, writes),
    ...switchStatements(tenant, writes.switched),
    ...closingStatements(tenant, writes.closing),
    ...erasureStatements(tenant, writes.erasures),
  ]);
}

function recordStatements<C extends Category>(
  tenant: string,
  category: C,
  { records, fresh, events: [event] }: Writes,
): readonly Sql[] {
  const group = { records: records[category], fresh: fresh[category], first: event?.sequence ?? 0 };
  return RECORD_STORES[category].write(tenant, group);
}

/** The live payments of a loan take its new client. */
function reassign(
  tenant: string,
  disbursement_id: string,
  set: { readonly client_id: string; readonly updated_at: number },
): Sql {
  // The index is named because the planner, which knows no tenant's size, would walk over all of its payments.
  const ofLoan = sql`(${payments.tenant_id}, ${payments.payment_id}) IN (
    SELECT tenant_id, payment_id FROM payments INDEXED BY payments_by_disbursement
    WHERE tenant_id = ${tenant} AND disbursement_id = ${disbursement_id} AND deleted_at IS NULL)`;
  return builder.update(payments).set(set).where(ofLoan).toSQL();
}

function unlink(
  tenant: string,
  pairs: readonly { readonly disbursement_id: string; readonly client_id: string }[],
): Sql {
  const payload = JSON.stringify(pairs.map((pair) => [pair.disbursement_id, pair.client_id]));
  const listed = sql`(${purchaseClients.tenant_id}, ${purchaseClients.created_seq}, ${purchaseClients.position}) IN (
    SELECT tenant_id, created_seq, position FROM purchase_clients INDEXED BY purchase_clients_by_disbursement
    WHERE tenant_id = ${tenant} AND disbursement_id IN (SELECT value ->> 0 FROM json_each(${payload}))
      AND (disbursement_id, client_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(${payload})))`;
  return builder.delete(purchaseClients).where(listed).toSQL();
}
