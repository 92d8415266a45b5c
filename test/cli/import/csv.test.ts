import { describe, expect, it } from "vitest";
import { csvHeader, csvLines } from "../../../src/cli/import/csv.ts";
import type { Category } from "../../../src/domain/tape/fields.ts";
import { collect, fileOf } from "./files.ts";

const rowsOf = async (
  content: string,
  category: Category,
  map: readonly (readonly [string, string])[] = [],
) => collect(csvLines(await fileOf(content, "file.csv"), 0, { category, map: new Map(map) }));

const headerOf = async (
  content: string,
  category: Category,
  map: readonly (readonly [string, string])[] = [],
) => csvHeader(await fileOf(content, "file.csv"), { category, map: new Map(map) });

const envelopes = async (...args: Parameters<typeof rowsOf>) =>
  (await rowsOf(...args)).map((line) => ("text" in line ? line.text : line.refusal.code));

describe("a CSV row as an event", () => {
  it.each([
    ["commas", "payment_id,payment_total,due_date\nP-1,12.50,2024-11-20\n"],
    [
      "semicolons, as spreadsheets write them in half of Europe",
      "payment_id;payment_total;due_date\nP-1;12.50;2024-11-20\n",
    ],
    ["a byte order mark and CRLF", "\uFEFFpayment_id,payment_total,due_date\r\nP-1,12.50,2024-11-20\r\n"],
    ["quotes around everything", '"payment_id","payment_total","due_date"\n"P-1","12.50","2024-11-20"\n'],
  ])("is read with %s", async (_, content) => {
    expect(await envelopes(content, "payment")).toEqual([
      '{"category":"payment","data":{"step":"create","payment_id":"P-1","payment_total":12.50,"due_date":"2024-11-20"}}',
    ]);
  });

  it("keeps every digit of a number, and passes a number of another form to the service as a text", async () => {
    const content = 'payment_id,payment_total\nP-1,12345678901234.56\nP-2,"1,234.50"\nP-3,1.234.5\n';
    expect(await envelopes(content, "payment")).toEqual([
      '{"category":"payment","data":{"step":"create","payment_id":"P-1","payment_total":12345678901234.56}}',
      '{"category":"payment","data":{"step":"create","payment_id":"P-2","payment_total":"1,234.50"}}',
      '{"category":"payment","data":{"step":"create","payment_id":"P-3","payment_total":"1.234.5"}}',
    ]);
  });

  it("leaves empty cells and empty rows out", async () => {
    expect(await envelopes("client_id,name,gender\n\nC-1,Ann,\n,,\n", "client")).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","name":"Ann"}}',
    ]);
  });

  it("takes booleans, objects, a purchase's clients, the step and the key from their columns", async () => {
    expect(await envelopes('client_id,is_company,info\nC-1,TRUE,"{""tier"":1.0}"\n', "client")).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","is_company":true,"info":{"tier":1.0}}}',
    ]);
    const purchase = "idempotency_key,step,disbursement_id,purchase_clients\nkey-00001,update,D-1,C-1|C-2\n";
    expect(await envelopes(purchase, "disbursement")).toEqual([
      '{"idempotency_key":"key-00001","category":"disbursement","data":{"step":"update","disbursement_id":"D-1",' +
        '"purchase_clients":[{"client_id":"C-1"},{"client_id":"C-2"}]}}',
    ]);
  });

  it("has the number of its first line, also after a cell of several lines", async () => {
    const rows = await rowsOf('client_id,address\nC-1,"One\nTwo"\n\nC-2,Three\n', "client");
    expect(rows.map(({ line }) => line)).toEqual([2, 5]);
  });

  it("is refused by its own line when its cells are not those of the header", async () => {
    const rows = await rowsOf("client_id,name\nC-1\nC-2,Ann\nC-3,Ann,more\n", "client");
    expect(rows).toMatchObject([
      {
        line: 2,
        refusal: { code: "malformed_csv", errors: [{ message: "The row has 1 cells, and the header 2." }] },
      },
      { line: 3, text: expect.stringContaining("C-2") },
      { line: 4, refusal: { code: "malformed_csv" } },
    ]);
  });

  it("is refused by its own line when a quote stands in the middle of a cell, and the next row is read", async () => {
    const rows = await rowsOf('client_id,name\nC-1,A"nn"\nC-2,Ann\n', "client");
    expect(rows).toMatchObject([
      { line: 2, refusal: { code: "malformed_csv" } },
      { line: 3, text: expect.stringContaining("C-2") },
    ]);
  });
});

describe("a CSV header", () => {
  it("is renamed by the map, and a column mapped to nothing is ignored", async () => {
    const map = [
      ["Client no", "client_id"],
      ["created_at", ""],
    ] as const;
    const content = "Client no,name,created_at\nC-1,Ann,2024-01-01\n";
    expect(await envelopes(content, "client", map)).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","name":"Ann"}}',
    ]);
  });

  it.each([
    ["client_id,nmae\n", 'The column "nmae" is no field of category client; --map "nmae=<field>" renames it'],
    ["name\n", 'No column fills "client_id".'],
    ["client_id,name,name\n", 'Two columns fill "name".'],
    ["", "no header row"],
  ])("%j is refused before anything is sent", async (content, sentence) => {
    const header = await headerOf(content, "client");
    expect(header.ok ? "" : header.error).toContain(sentence);
  });
});
