import { expect, it } from "vitest";
import {
  ledgerBorrowerId,
  ledgerLoanId,
  ledgerLoanIds,
  tenantNamespace,
} from "../../../src/domain/core/uuid.ts";

// Worked out with Python's uuid.uuid5.
it.each([
  ["acme", "L-1", "7efecc64-b5ed-5dbf-b379-90a0ffcfe6df", "ea717b48-b82d-5835-98e9-7b6e94444c9f"],
  ["t-1", "DSB-2024-001", "5f12ab92-aeeb-500a-b7f9-fae334765bb2", "61863657-f543-5fc0-9ab6-b9620d6a1a23"],
  ["t-1", "prêt 李 😀", "5f12ab92-aeeb-500a-b7f9-fae334765bb2", "f29a31c2-c676-56bc-9436-46627f67369e"],
])("tenant %s, disbursement %s: the id that any RFC 9562 library gives", (tenant, id, namespace, loan) => {
  expect(tenantNamespace(tenant)).toBe(namespace);
  expect(ledgerLoanId(namespace, id)).toBe(loan);
});

it("the ids of a tenant's disbursements are those of its own namespace; a client's id is none of them", () => {
  const [loanIds, namespace] = [ledgerLoanIds("acme"), tenantNamespace("acme")];
  for (const id of ["L-1", "L-2"]) expect(loanIds(id)).toBe(ledgerLoanId(namespace, id));
  expect(ledgerBorrowerId(namespace, "L-1")).toBe("267f1afe-fe7d-5628-840b-786b0c3df710");
});
