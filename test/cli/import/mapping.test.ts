import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { mappingSchema } from "../../../src/contract/tape/mapping.ts";
import { envelopes, fileOf } from "./files.ts";

/** The events that a mapping makes of a table, without the word "create" in each. */
async function made(mapping: object, content: string, more: object = {}) {
  const path = await fileOf(JSON.stringify({ name: "test", ...mapping }), "mapping.json");
  const read = await envelopes(content, { mapping: path, ...more });
  return typeof read === "string"
    ? read
    : read.map((text) => (String(text).startsWith("{") ? JSON.parse(String(text)) : text));
}

const of = (category: string, data: object, step = "create") => ({ category, data: { step, ...data } });

describe("a mapping", () => {
  it("makes the events of several categories from one row", async () => {
    const mapping = {
      events: [
        {
          category: "client",
          fields: { client_id: { template: "C-{Borrower}" }, country: { constant: "US" } },
        },
        {
          category: "disbursement",
          fields: {
            disbursement_id: { column: "Loan no" },
            client_id: { template: "C-{Borrower}" },
            disbursement_amount: { column: "Amount", format: "accounting" },
            currency: { constant: "USD" },
            disbursement_date: { column: "Date", format: "MM/DD/YYYY" },
          },
        },
      ],
    };
    expect(await made(mapping, 'Loan no,Borrower,Amount,Date\n7,ann,"$1,500.00",01/31/2026\n')).toEqual([
      of("client", { client_id: "C-ann", country: "US" }),
      of("disbursement", {
        disbursement_id: "7",
        client_id: "C-ann",
        disbursement_amount: 1500,
        currency: "USD",
        disbursement_date: "2026-01-31",
      }),
    ]);
  });

  it("makes one event for each item whose condition holds", async () => {
    const mapping = {
      events: [
        {
          category: "payment",
          each: ["1", "2", "3"],
          when: { column: "due {each}", given: true },
          fields: {
            payment_id: { template: "{id}-{each}" },
            installment_number: { constant: 1 },
            due_date: { column: "due {each}" },
            payment_total: { column: "amt_{each}" },
            bank_ref: { constant: "row {each}" },
          },
        },
      ],
    };
    const table = "id,due 1,amt_1,due 2,amt_2,due 3,amt_3\nL,2026-01-01,5,,,2026-03-01,7\n";
    expect(await made(mapping, table)).toEqual([
      of("payment", {
        payment_id: "L-1",
        installment_number: 1,
        due_date: "2026-01-01",
        payment_total: 5,
        bank_ref: "row 1",
      }),
      of("payment", {
        payment_id: "L-3",
        installment_number: 1,
        due_date: "2026-03-01",
        payment_total: 7,
        bank_ref: "row 3",
      }),
    ]);
  });

  it("decides by all of its conditions, and a row may make no event", async () => {
    const when = [
      { column: "kind", one_of: ["a", 2] },
      { column: "x", equals: true },
      { column: "y", given: false },
    ];
    const mapping = { events: [{ category: "client", when, fields: { client_id: { column: "id" } } }] };
    const table = "id,kind,x,y\n1,a,true,\n2,2,true,\n3,b,true,\n4,a,false,\n5,a,true,y\n";
    expect(await made(mapping, table)).toEqual([
      of("client", { client_id: "1" }),
      of("client", { client_id: "2" }),
    ]);
  });

  it("reads cells by a list of values, refuses others unless it says otherwise, and sends no empty cell", async () => {
    const values = { Y: true, N: false };
    const fields = {
      client_id: { column: "id" },
      is_company: { column: "c", values },
      gender: { template: "{g}", values: { "1": "male" }, otherwise: "female" },
    };
    const mapping = { events: [{ category: "client", fields }] };
    expect(await made(mapping, "id,c,g\n1,Y,1\n2, N ,2\n3,x,1\n4,,\n")).toEqual([
      of("client", { client_id: "1", is_company: true, gender: "male" }),
      of("client", { client_id: "2", is_company: false, gender: "female" }),
      'data.is_company: "x" is not one of the values that the mapping lists (column c).',
      of("client", { client_id: "4" }),
    ]);
  });

  it("refuses a row whole when one of its events has a faulty cell", async () => {
    const events = [
      { category: "client", fields: { client_id: { column: "id" } } },
      {
        category: "disbursement",
        fields: { disbursement_id: { column: "id" }, disbursement_amount: { column: "a" } },
      },
    ];
    expect(await made({ events }, "id,a\n1,ten\n")).toEqual([
      'data.disbursement_amount: "ten" is no number (column a).',
    ]);
  });

  const one = [{ category: "client", fields: { client_id: { column: "id" }, info: { column: "own" } } }];
  const table = 'id,own,color,,size\n1,"{""a"":1}", red ,,\n2,,,,5\n';

  it("refuses columns that it does not use, all at once, or leaves them out", async () => {
    expect(await made({ events: one }, table)).toContain('uses no column "color", "size": map them');
    expect(await made({ events: one, rest: "ignore" }, table)).toEqual([
      of("client", { client_id: "1", info: { a: 1 } }),
      of("client", { client_id: "2" }),
    ]);
  });

  it("takes columns that it does not use into `info` as texts, of an event or of the row's first one", async () => {
    const whole = [
      of("client", { client_id: "1", info: { a: 1, color: "red" } }),
      of("client", { client_id: "2", info: { size: "5" } }),
    ];
    expect(await made({ events: one, rest: "info" }, table)).toEqual(whole);
    const second = { category: "client", step: "update", fields: { client_id: { column: "id" } } };
    expect(await made({ events: [...one, second], rest: "info" }, table)).toEqual([
      whole[0],
      of("client", { client_id: "1" }, "update"),
      whole[1],
      of("client", { client_id: "2" }, "update"),
    ]);
    expect(await made({ events: [...one, { ...second, rest: "info" }] }, table)).toEqual([
      of("client", { client_id: "1", info: { a: 1 } }),
      of("client", { client_id: "1", info: { color: "red" } }, "update"),
      of("client", { client_id: "2" }),
      of("client", { client_id: "2", info: { size: "5" } }, "update"),
    ]);
  });

  it("says how the file is written, and an option wins", async () => {
    const events = [
      {
        category: "payment",
        fields: { payment_id: { column: "a" }, payment_total: { column: "b" }, due_date: { column: "c" } },
      },
    ];
    const mapping = {
      events,
      delimiter: ";",
      decimal: ",",
      date_format: "DD.MM.YYYY",
      columns: ["a", "b", "c"],
    };
    const read = [of("payment", { payment_id: "1", payment_total: 1234.5, due_date: "2026-01-31" })];
    expect(await made(mapping, "1;1.234,50;31.01.2026\n")).toEqual(read);
    expect(
      await made(mapping, "1|1,234.50|31/01/2026\n", {
        delimiter: "|",
        decimal: ".",
        dateFormat: "DD/MM/YYYY",
      }),
    ).toEqual(read);
  });

  it.each([
    [{ events: [] }, "is no mapping: events"],
    [{ events: [{ category: "loan", fields: {} }] }, "is no mapping: events.0.category"],
    [
      { events: [{ category: "client", fields: { nmae: { column: "a" } } }] },
      "events.0.fields.nmae is not a known field",
    ],
    [{ events: [{ category: "client", fields: { name: { column: "a", constant: 1 } } }] }, "is no mapping"],
    [{ events: one, name: "a/b" }, "is no mapping: name"],
    [
      {
        events: [{ category: "client", fields: { client_id: { column: "id", format: "foo" } } }],
        rest: "ignore",
      },
      '"foo" is no format',
    ],
    [
      {
        events: [
          { category: "client", fields: { client_id: { column: "no" }, name: { template: "{x}{id}" } } },
        ],
      },
      'names columns that the file does not have: "no", "x"',
    ],
  ])("that is none is refused with the place: %j", async (mapping, sentence) => {
    expect(await made(mapping, table)).toEqual(expect.stringContaining(sentence));
  });

  it("is described by the schema in docs/, which accepts what the command line accepts", async () => {
    const text = `${JSON.stringify(mappingSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot("../../../docs/schemas/mapping.json");
    const validate = new Ajv2020({ strict: false }).compile(mappingSchema());
    expect(validate({ name: "a", events: one, rest: "info" })).toBe(true);
    expect(validate({ name: "a", events: [{ category: "client", fields: { nmae: { column: "a" } } }] })).toBe(
      false,
    );
    expect(
      validate({ name: "a", events: [{ category: "client", fields: { name: { constant: null } } }] }),
    ).toBe(true);
  });
});
