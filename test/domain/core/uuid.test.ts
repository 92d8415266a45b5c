import { expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../../src/domain/core/uuid.ts";

// Worked out with Python's uuid.uuid5.
it.each([
  ["acme", "L-1", "7efecc64-b5ed-5dbf-b379-90a0ffcfe6df", "ea717b48-b82d-5835-98e9-7b6e94444c9f"],
  ["t-1", "DSB-2024-001", "5f12ab92-aeeb-500a-b7f9-fae334765bb2", "61863657-f543-5fc0-9ab6-b9620d6a1a23"],
  ["t-1", "prêt 李 😀", "5f12ab92-aeeb-500a-b7f9-fae334765bb2", "f29a31c2-c676-56bc-9436-46627f67369e"],
])("tenant %s, disbursement %s: the id that any RFC 9562 library gives", (tenant, id, namespace, loan) => {
  expect(tenantNamespace(tenant)).toBe(namespace);
  expect(ledgerLoanId(namespace, id)).toBe(loan);
});
