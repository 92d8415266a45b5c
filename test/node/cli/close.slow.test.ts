import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { individual, loan, payment } from "../../support/examples.ts";
import { ImportService, tokenOf } from "../import/service.ts";
import { temporaryDirectory } from "./command-line.ts";

/** A service with a tenant: its command line and its API. */
async function lender() {
  const { service, stop } = await ImportService.start();
  onTestFinished(stop);
  const run = (args: readonly string[], input: Iterable<string> = []) =>
    service.run(args, "books", { input: [...input].join("") });
  const ingest = async (category: string, data: object): Promise<void> => {
    const headers = {
      Authorization: `Bearer ${await tokenOf("books")}`,
      "Content-Type": "application/json",
      "Idempotency-Key": randomUUID(),
    };
    const answer = await fetch(`${service.url}/ingest`, {
      method: "POST",
      headers,
      body: JSON.stringify({ category, data }),
    });
    expect(answer.status, await answer.text()).toBeLessThan(300);
  };
  return { run, ingest };
}

const paid = { ...payment, status: "paid", payment_principal: 400, payment_fee: 100 } as const;
const agreed = { ...loan, disbursement_date: "2025-09-20", maturity_date: "2026-09-20" };

test("a lender switches bookkeeping on with settlements, closes months, and takes the files away", async () => {
  const { run, ingest } = await lender();
  const folder = join(await temporaryDirectory(), "books");
  const on = ["bookkeeping", "on", "--settle", "on_disbursement", "--bank", "ops"];
  const settled = "Disbursements are settled from the bank account ops.\n";
  expect(await run(on)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(settled) });
  expect(await run(["bookkeeping", "status"])).toMatchObject({ stdout: expect.stringContaining(settled) });
  const status = JSON.parse((await run(["bookkeeping", "status", "--json"])).stdout);
  expect(status).toMatchObject({ mode: "records", settle: "on_disbursement", bank_account_ref: "ops" });
  const wrong = await run(["bookkeeping", "on", "--bank", "ops"]);
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, "--bank needs --settle on_disbursement.\n"]);

  await ingest("client", individual);
  await ingest("disbursement", agreed);
  await ingest("payment", { ...paid, payment_date: "2025-09-01" });
  const close = (through: string, ...more: string[]) => [
    ...["close", "--through", through, "--out", folder],
    ...more,
  ];
  const refused = await run(close("2025-09-30"), ["no\n"]);
  expect(refused).toMatchObject({
    exitCode: 1,
    stdout: "Unfinished as of 2025-09-30:\n- Open exceptions: 1.\n",
  });
  expect(refused.stderr).toBe("Close the books through 2025-09-30? (y/N) Nothing was closed.\n");
  expect((await run(close("2025-09-30"))).exitCode).toBe(1);
  const closed = await run(close("2025-09-30"), ["y\n"]);
  expect(closed).toMatchObject({ exitCode: 0 });
  expect(closed.stdout).toMatch(/\nThe books are closed through 2025-09-30: event \d+\.\n/);

  await ingest("payment", { ...paid, payment_id: "PAY-2", payment_date: "2025-09-29" });
  const october = await run(close("2025-10-31", "--yes"));
  expect(october, october.stderr).toMatchObject({ exitCode: 0, stderr: "" });
  const names = ["journal", "late", "summary", "trial-balance"];
  const files = names.flatMap((name) => ["09-30", "10-31"].map((day) => `${name}-2025-${day}.csv`));
  expect((await readdir(folder)).sort()).toEqual(files);
  const read = async (name: string) =>
    (await readFile(join(folder, name), "utf8")).split("\r\n").slice(0, -1);
  expect(await read("trial-balance-2025-09-30.csv")).toEqual([
    "currency,account_code,account_name,debit,credit",
    "USD,1000,Cash,500.00,10000.00",
    "USD,1100,Principal Receivable,10000.00,400.00",
    "USD,1400,Margin Receivable,1293.00,100.00",
    "USD,2100,Disbursement Clearing,10000.00,10000.00",
    "USD,2300,Unearned Margin,100.00,1293.00",
    "USD,4100,Interest Income,0.00,100.00",
  ]);
  const journal = await read("journal-2025-10-31.csv");
  expect(journal.slice(1).map((line) => line.split(",").slice(0, 2))).toEqual(
    Array.from({ length: 5 }, () => ["2025-10-01", "2025-09-29"]),
  );
  expect(await read("summary-2025-10-31.csv")).toHaveLength(6);
  expect((await read("summary-2025-09-30.csv"))[1]).toContain("2025-09,USD,1000");
  const [columns, ...items] = await read("late-2025-10-31.csv");
  expect(columns).toMatch(/^value_date,effective_at,journal_entry_id,/);
  expect(items).toHaveLength(1);
  expect(items[0]).toMatch(/^2025-09-29,2025-10-01,[\w-]+,USD,L-1,payment,PAY-2,/);

  const before = await read("trial-balance-2025-09-30.csv");
  const again = await run(close("2025-10-31"));
  expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  const earlier = await run(close("2025-09-30"));
  expect(earlier).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await read("trial-balance-2025-09-30.csv")).toEqual(before);

  const statement = await run(["statement", "L-1"]);
  expect(statement.stdout).toMatch(/^Date +entry +change +total +principal +margin$/m);
  expect(statement.stdout).toMatch(
    /^2025-09-20 +disbursement +11,293\.00 +10,793\.00 +9,600\.00 +1,193\.00$/m,
  );
  const none = await run(close("2025-08-31"));
  expect(none.stderr).toBe("The books are closed, but no closing ends on 2025-08-31. No file was written.\n");
  expect((await run(["bookkeeping", "off"])).stdout).toBe("Bookkeeping is off.\n");
});
