import type { Service } from "./service.ts";

/** A tenant with books: one loan of USD 1,000 in four installments, of which the first is paid, on and off its day. */
export async function keepBooks(service: Service, tenant: string): Promise<void> {
  await service.change(tenant, {
    method: "PUT",
    path: "/v1/bookkeeping",
    scope: "hpts:adjustments:write",
    body: { mode: "records" },
  });
  await service.ingest(tenant, LOAN);
}

const client = {
  step: "create",
  client_id: "C-1",
  name: "Ada & Sons <Ltd>",
  email: "ada@example.com",
  phone: "+1234567890",
  address: "1 Main Street",
  country: "US",
  is_company: false,
  registration_number: "R-1",
  gender: "female",
};

const installment = (number: number, due_date: string, paid: boolean) => ({
  category: "payment",
  data: {
    step: "create",
    payment_id: `P-${number}`,
    disbursement_id: "D-1",
    payment_total: 275,
    payment_principal: 250,
    payment_fee: 25,
    currency: "USD",
    status: paid ? "paid" : "expected",
    due_date,
    installment_number: number,
    ...(paid && { payment_date: due_date }),
  },
});

const LOAN = [
  { category: "client", data: client },
  {
    category: "disbursement",
    data: {
      step: "create",
      disbursement_id: "D-1",
      kind: "loan",
      disbursement_amount: 1000,
      total_expected_margin: 100,
      currency: "USD",
      client_id: "C-1",
      disbursement_date: "2026-01-15",
      maturity_date: "2026-05-15",
    },
  },
  installment(1, "2026-02-15", true),
  installment(2, "2026-03-15", false),
  installment(3, "2026-04-15", false),
  installment(4, "2026-05-15", false),
];
