import { beforeAll, expect, onTestFinished, test } from "vitest";
import { Accountant } from "./accountant.ts";
import { BEANCOUNT, beancountSums, checkedFile } from "./beancount-judge.ts";
import { INSTALL_DEADLINE_MS, summonJudge } from "./hledger-judge.ts";
import { ImportService, scratch, tokenOf } from "./import/service.ts";

let absence: string | null = null;

beforeAll(async () => {
  absence = await summonJudge(BEANCOUNT);
  if (absence !== null) console.log(`beancount does not judge the books: ${absence}`);
}, INSTALL_DEADLINE_MS + 10_000);

const ODD_TEXTS = [
  'say "yes" \\ no \\" ; x',
  "a\u20282024-01-01 open Assets:X",
  "{} #tag ^link ~ * ! @ 5 USD",
  "\u5fc3 \u{1f600} \\\\",
];

test("beancount finds a tenant's exported books balanced, with the balances of the API", async ({ skip }) => {
  if (absence !== null) skip(absence);
  const { service, stop } = await ImportService.start();
  onTestFinished(stop);
  const client = new Accountant(service.url, await tokenOf("beans"));
  const borrower_id = "11111111-1111-4111-8111-111111111111";
  for (const [index, currency] of (["USD", "JPY", "BHD", "USD"] as const).entries()) {
    const loan = { loan_id: crypto.randomUUID(), borrower_id, currency, effective_at: `2024-02-1${index}` };
    const disbursed = await client.post("/v1/disbursements", {
      ...loan,
      amount_minor: `${1005 + index}`,
      method: "ach",
      destination_ref: ODD_TEXTS[index],
    });
    expect(disbursed.status).toBe(201);
    const payment = { ...loan, amount_minor: "2000", source_method: "wire" };
    await client.post("/v1/payments", payment);
    const again = await client.post("/v1/payments", { ...payment, effective_at: "2024-03-01" });
    await client.post("/v1/reversals", {
      reverses_entry_id: again.id,
      reason_code: "other",
      reason_description: ODD_TEXTS[index],
    });
  }
  const print = async (...more: string[]) => (await service.run(["journal", ...more], "beans")).stdout;
  const file = await checkedFile(await scratch(), await print("--format", "beancount"));
  for (const [currency, decimals] of [
    ["USD", 2],
    ["JPY", 0],
    ["BHD", 3],
  ] as const) {
    const sums = await beancountSums(file, currency);
    for (const account of ["1000", "1100", "2100", "2200"]) {
      const told = await client.balance(account, currency, "2999-12-31");
      expect([account, currency, Number(sums.get(account) ?? 0) * 10 ** decimals]).toEqual([
        account,
        currency,
        expect.closeTo(Number(told), 6),
      ]);
    }
  }
  const days = ["--from", "2024-02-11", "--to", "2024-02-11"];
  const some = await print("--format", "beancount", ...days);
  expect(some.match(/^2024-02-.*$/gm)).toHaveLength(2);
  expect((await print("--format", "hledger", ...days)).match(/^2024-02-.*$/gm)).toHaveLength(2);
  const lines = (await print("--format", "csv", ...days)).trimEnd().split("\r\n");
  expect([lines[0]?.slice(0, 5), lines.length]).toEqual(["date,", 6]);
  const months = (await print("--format", "summary-csv", ...days)).trimEnd().split("\r\n");
  expect(months[1]).toMatch(/^2024-02,JPY,1000,Cash,,2000,0$/);
});
