/** Valid events to start from; the seeds' own examples are in test/seeds.test.ts. */
export const individual = {
  step: "create",
  client_id: "C-1",
  name: "John Doe",
  email: "john.doe@example.com",
  phone: "+1234567890",
  address: "123 Main St, New York, NY 10001",
  country: "US",
  is_company: false,
  registration_number: "ID-1234567890",
  gender: "male",
} as const;

export const company = {
  ...individual,
  client_id: "C-CO",
  is_company: true,
  gender: "company",
  contact_person: "Jane Smith",
} as const;

export const loan = {
  step: "create",
  disbursement_id: "L-1",
  kind: "loan",
  client_id: "C-1",
  disbursement_amount: 10000,
  currency: "USD",
  total_expected_margin: 1293,
  disbursement_date: "2024-10-20T12:34:56Z",
  maturity_date: "2025-10-20T12:34:56Z",
} as const;

export const purchase = {
  step: "create",
  disbursement_id: "P-1",
  kind: "purchase",
  purchase_clients: [{ client_id: "C-1" }],
  disbursement_amount: 15000,
  currency: "USD",
  total_expected_margin: 2000,
  operation_date: "2024-10-20T12:34:56Z",
  payment_date: "2024-10-20",
  estimated_delivery_date: "2025-10-20T12:34:56Z",
  goods_description: "Agricultural Equipment - Tractor",
  goods_status: "delivered",
} as const;

export const payment = {
  step: "create",
  payment_id: "PAY-1",
  disbursement_id: "L-1",
  status: "expected",
  due_date: "2024-11-20",
  payment_total: 500,
  currency: "USD",
} as const;

export const operation = {
  step: "create",
  operation_id: "OP-1",
  disbursement_id: "L-1",
  operation_name: "Tractor lease",
} as const;
