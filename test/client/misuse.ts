import { createLedgerClient, type IngestEvent } from "../../dist/client/index.js";

/** Never run: each line under a directive must not compile, or the compiler complains about the directive. */
export async function misuse(): Promise<void> {
  const ledger = createLedgerClient({ url: "http://ledger.test", token: "x" });
  // @ts-expect-error: there is no such category
  const category: IngestEvent["category"] = "loan";
  // @ts-expect-error: a delete takes only the id
  const data: IngestEvent["data"] = { step: "delete", client_id: "C-1", name: "x" };
  // @ts-expect-error: a client is no payment
  const event: IngestEvent = { category: "payment", data: { step: "delete", client_id: "C-1" } };
  // @ts-expect-error: there is no such route
  await ledger.GET("/api/tables/loans");
  // @ts-expect-error: there is no such table
  ledger.rows("loans");
  // @ts-expect-error: there is no such column to sort by
  ledger.rows("payments", { sort_by: "bank_ref" });
  for await (const row of ledger.rows("payments")) {
    // @ts-expect-error: an amount is text with all of its digits
    const amount: number = row.payment_total;
    const count: number | null = row.installment_number;
    void [amount, count];
  }
  void [category, data, event];
}
