import { beforeAll, expect, test } from "vitest";
import { Accountant, builtService } from "./accountant.ts";
import { BEANCOUNT, beancountSums, checkedFile } from "./beancount-judge.ts";
import { runCommand, temporaryDirectory } from "./cli/command-line.ts";
import { INSTALL_DEADLINE_MS, summonJudge } from "./hledger-judge.ts";

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
  const directory = await temporaryDirectory();
  const { url, token } = await builtService("beans");
  const client = new Accountant(url, token);
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
  const print = async (...more: string[]) =>
    (await runCommand(["journal", "--url", url, "--token", token, ...more])).stdout;
  const file = await checkedFile(directory, await print("--format", "beancount"));
  const sums = await beancountSums(file);
  for (const [currency, decimals] of [
    ["USD", 2],
    ["JPY", 0],
    ["BHD", 3],
  ] as const) {
    for (const account of ["1000", "1100", "2100", "2200"]) {
      const told = await client.balance(account, currency, "2999-12-31");
      const sum = sums.get(`${account} ${currency}`);
      expect([account, currency, Number(sum || 0) * 10 ** decimals]).toEqual([
        account,
        currency,
        expect.closeTo(Number(told), 6),
      ]);
    }
  }
  const days = ["--from", "2024-02-11", "--to", "2024-02-11"];
  const [some = "", journal = "", csv = "", summary = ""] = await Promise.all(
    ["beancount", "hledger", "csv", "summary-csv"].map((format) => print("--format", format, ...days)),
  );
  expect(some.match(/^2024-02-.*$/gm)).toHaveLength(2);
  expect(journal.match(/^2024-02-.*$/gm)).toHaveLength(2);
  const lines = csv.trimEnd().split("\r\n");
  expect([lines[0]?.slice(0, 5), lines.length]).toEqual(["date,", 6]);
  const months = summary.trimEnd().split("\r\n");
  expect(months[1]).toMatch(/^2024-02,JPY,1000,Cash,,2000,0$/);
});
