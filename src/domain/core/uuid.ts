import { v5 } from "uuid";

/** The namespace of names that are URLs (RFC 9562, 6.6). */
const URL_NAMESPACE = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";

/** The namespace of a tenant's own names: the UUIDv5 (RFC 9562, 5.5) of the tenant id under the URL namespace. */
export function tenantNamespace(tenant: string): string {
  return v5(tenant, URL_NAMESPACE);
}

/** The id of a name in a namespace. */
export const uuidOf = (namespace: string, name: string): string => v5(name, namespace);

/** The id by which the ledger knows a disbursement (docs/portfolio.md#a-position); the namespace is the tenant's. */
export function ledgerLoanId(namespace: string, disbursement_id: string): string {
  return v5(`disbursement:${disbursement_id}`, namespace);
}

/** `ledgerLoanId` of one tenant's disbursements; the namespace is made when it is first needed. */
export function ledgerLoanIds(tenant: string): (disbursement_id: string) => string {
  let namespace: string | null = null;
  return (disbursement_id) => {
    namespace ??= tenantNamespace(tenant);
    return ledgerLoanId(namespace, disbursement_id);
  };
}

/** The id by which the ledger knows a client (docs/bookkeeping.md#names); the namespace is the tenant's. */
export function ledgerBorrowerId(namespace: string, client_id: string): string {
  return v5(`client:${client_id}`, namespace);
}
