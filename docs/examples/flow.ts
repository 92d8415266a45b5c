// The life of a loan with the typed client: npm install <the tarball of npm run client:pack>, then node flow.ts
import { createLedgerClient, type IngestEvent } from "loan-ledger-client";

const { LOAN_LEDGER_URL, LOAN_LEDGER_TOKEN } = process.env;
if (!LOAN_LEDGER_URL || !LOAN_LEDGER_TOKEN) throw new Error("Set LOAN_LEDGER_URL and LOAN_LEDGER_TOKEN.");
const ledger = createLedgerClient({ url: LOAN_LEDGER_URL, token: LOAN_LEDGER_TOKEN });

const run = crypto.randomUUID().slice(0, 8);
const [client_id, disbursement_id] = [`BR-${run}`, `DSB-${run}`];

function expect(what: string, got: unknown, wanted: unknown): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: got ${JSON.stringify(got)}, expected ${JSON.stringify(wanted)}`);
  }
  console.log(`${what}: ${JSON.stringify(got)}`);
}

/** Sends an event. The client makes a key for it, and retries with the same key. */
async function send(event: IngestEvent, status = 201): Promise<void> {
  const { response, error } = await ledger.POST("/ingest", { body: event });
  expect(`${event.category} ${event.data.step}`, [response.status, error?.code], [status, undefined]);
}

await send({
  category: "client",
  data: {
    step: "create",
    client_id,
    name: "John Doe",
    email: "john.doe@example.com",
    phone: "+1234567890",
    address: "123 Main St, New York, NY 10001",
    country: "US",
    is_company: false,
    registration_number: `ID-${run}`,
    gender: "male",
  },
});
await send({
  category: "disbursement",
  data: {
    step: "create",
    disbursement_id,
    kind: "loan",
    client_id,
    disbursement_amount: "1000.00",
    total_expected_margin: "120.00",
    currency: "USD",
    disbursement_date: "2026-01-15",
    maturity_date: "2026-03-15",
  },
});
for (const [number, due_date] of [
  [1, "2026-02-15"],
  [2, "2026-03-15"],
] as const) {
  await send({
    category: "payment",
    data: {
      step: "create",
      payment_id: `PAY-${run}-${number}`,
      disbursement_id,
      status: "expected",
      due_date,
      payment_total: "560.00",
      payment_principal: "500.00",
      payment_fee: "60.00",
      installment_number: number,
      currency: "USD",
    },
  });
}

// The first installment is paid. The same key again stores nothing.
const paid: IngestEvent = {
  category: "payment",
  data: { step: "update", payment_id: `PAY-${run}-1`, status: "paid", payment_date: "2026-02-14" },
};
for (const status of ["success", "duplicate"]) {
  const header = { "Idempotency-Key": `paid-${run}` };
  const { data } = await ledger.POST("/ingest", { body: paid, params: { header } });
  expect("payment update", data?.status, status);
}

// What is wrong is refused, with the field that is wrong.
const { error } = await ledger.POST("/ingest", {
  body: {
    category: "payment",
    data: { step: "update", payment_id: `PAY-${run}-2`, payment_total: "560.001" },
  },
});
expect("a tenth of a cent", error?.errors?.[0]?.field, "data.payment_total");

const position = await ledger.GET("/api/positions/{disbursement_id}", {
  params: { path: { disbursement_id }, query: { as_of_date: "2026-03-25" } },
});
const { outstanding_principal, days_past_due } = position.data?.data ?? {};
expect("principal outstanding on 25 March", outstanding_principal, "500");
expect("days past due on 25 March", days_past_due, 10);
