import { describe, expect, it } from "vitest";
import { envelopes, fileOf, linesOf } from "./files.ts";

const payment = { category: "payment" } as const;
const client = { category: "client" } as const;

describe("a row of a category", () => {
  it.each([
    ["commas", "payment_id,payment_total,due_date\nP-1,12.50,2024-11-20\n"],
    ["semicolons", "payment_id;payment_total;due_date\nP-1;12.50;2024-11-20\n"],
    ["a byte order mark and CRLF", "\uFEFFpayment_id,payment_total,due_date\r\nP-1,12.50,2024-11-20\r\n"],
    ["quotes around everything", '"payment_id","payment_total","due_date"\n"P-1","12.50","2024-11-20"\n'],
  ])("is an event with %s", async (_, content) => {
    expect(await envelopes(content, payment)).toEqual([
      '{"category":"payment","data":{"step":"create","payment_id":"P-1","payment_total":12.50,"due_date":"2024-11-20"}}',
    ]);
  });

  it("keeps every digit of a number, and is refused for a number of another form", async () => {
    const content = 'payment_id,payment_total\nP-1,12345678901234.56\nP-2,"1,234.50"\n';
    expect(await envelopes(content, payment)).toEqual([
      '{"category":"payment","data":{"step":"create","payment_id":"P-1","payment_total":12345678901234.56}}',
      'data.payment_total: "1,234.50" is no plain number: say with --decimal which sign is the decimal point.',
    ]);
  });

  it("names all faulty cells, its category and its id", async () => {
    const content = "payment_id,payment_total,due_date,Total\nP-1,ten,1/2/2026,5\n";
    const map = new Map([["Total", "payment_fee"]]);
    const [line] = (await linesOf(await fileOf(content), { ...payment, map })) as unknown[];
    expect(line).toMatchObject({
      line: 2,
      category: "payment",
      id: "P-1",
      refusal: {
        code: "validation_error",
        errors: [{ field: "data.due_date" }, { field: "data.payment_total", message: '"ten" is no number.' }],
      },
    });
  });

  it("reads an amount by the currency of its row, else of its record; an operation's by its disbursement's", async () => {
    const currencyOf = (category: string, id: string) =>
      `${category} ${id}` === "payment P-1" ? "EUR" : null;
    const content = "payment_id,payment_total,currency\nP-1,1.100,KWD\nP-1,1.100,\nP-2,1.100,\nP-1,1.10,\n";
    expect(await envelopes(content, { ...payment, currencyOf })).toEqual([
      expect.stringContaining('"payment_total":1.100,"currency":"KWD"'),
      expect.stringContaining("has 3 decimals, and EUR has 2"),
      expect.stringContaining('"payment_total":1.100'),
      expect.stringContaining('"payment_total":1.10'),
    ]);
    const operation = "operation_id,disbursement_id,operation_cost\nO-1,L-1,1.100\n";
    const ofLoan = (category: string) => (category === "disbursement" ? "EUR" : null);
    expect(await envelopes(operation, { category: "operation", currencyOf: ofLoan })).toEqual([
      expect.stringContaining("EUR has 2"),
    ]);
  });

  it("leaves empty cells and empty rows out", async () => {
    expect(await envelopes("client_id,name,gender\n\nC-1,Ann,\n,,\n", client)).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","name":"Ann"}}',
    ]);
  });

  it("takes booleans, objects, a purchase's clients, the step and the key from their columns", async () => {
    expect(await envelopes('client_id,is_company,info\nC-1,TRUE,"{""tier"":1.0}"\n', client)).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","is_company":true,"info":{"tier":1.0}}}',
    ]);
    const purchase = "idempotency_key,step,disbursement_id,purchase_clients\nkey-00001,update,D-1,C-1|C-2\n";
    expect(await envelopes(purchase, { category: "disbursement" })).toEqual([
      '{"idempotency_key":"key-00001","category":"disbursement","data":{"step":"update","disbursement_id":"D-1",' +
        '"purchase_clients":[{"client_id":"C-1"},{"client_id":"C-2"}]}}',
    ]);
  });
});

describe("the header of a category's file", () => {
  it("is renamed by the map, and a column mapped to nothing is ignored", async () => {
    const map = new Map([
      ["Client\nno", "client_id"],
      ["created_at", ""],
    ]);
    const content = '"Client\r\nno",name,created_at\nC-1,Ann,2024-01-01\n';
    expect(await envelopes(content, { ...client, map })).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","name":"Ann"}}',
    ]);
  });

  it("names an empty or repeated cell by its place", async () => {
    const map = new Map([
      ["#2", "name"],
      ["#4", ""],
    ]);
    const content = "client_id,,address,address\nC-1,Ann,A,B\n";
    expect(await envelopes(content, { ...client, map })).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","name":"Ann","address":"A"}}',
    ]);
    expect(await envelopes("client_id,name,name\n", client)).toContain('The column "#3" is no field');
  });

  it("without a name has no cells that would be lost", async () => {
    expect(await envelopes("client_id,name,\nC-1,Ann,\nC-2,Bea,lost\n", client)).toEqual([
      expect.stringContaining('"name":"Ann"'),
      ': Column #3 has no name in the header: --map "#3=<field>" names it, --map "#3=" leaves it out.',
    ]);
  });

  it("stands in the option where the file has none", async () => {
    expect(await envelopes("C-1,Ann\nC-2\n", { ...client, columns: ["client_id", "name"] })).toEqual([
      '{"category":"client","data":{"step":"create","client_id":"C-1","name":"Ann"}}',
      ": The row has 1 cells, and the header 2.",
    ]);
  });

  it.each([
    ["client_id,nmae\n", 'The column "nmae" is no field of category client; --map "nmae=<field>" renames it'],
    ["client_id,nmae,emial,x\n", 'The columns "nmae", "emial", "x" are no fields of category client'],
    ["name\n", 'No column fills "client_id".'],
    ['client_id,"name\n', "The header cannot be read (line 1): A quoted cell is not closed."],
    ["", "no header row"],
    ["\n,,\n", "no header row"],
  ])("%j is refused before anything is sent", async (content, sentence) => {
    expect(await envelopes(content, client)).toContain(sentence);
  });

  it("that two columns fill one field is refused", async () => {
    expect(await envelopes("client_id,name,n\n", { ...client, map: new Map([["n", "name"]]) })).toBe(
      'file: Two columns fill "name".',
    );
  });
});
