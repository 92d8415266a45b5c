import { describe, expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import type { Category } from "../../../src/domain/tape/fields.ts";
import type { Accepted } from "../../../src/domain/tape/state.ts";
import { invalid, Ledger, refused, stocked } from "../../support/decisions.ts";
import { company, individual, loan, operation, payment, purchase } from "../../support/examples.ts";

const EXAMPLES = [
  ["client", individual, "client_id"],
  ["disbursement", loan, "disbursement_id"],
  ["disbursement", purchase, "disbursement_id"],
  ["payment", payment, "payment_id"],
  ["operation", operation, "operation_id"],
] as const;

describe("create, update and delete of every category", () => {
  it.each(EXAMPLES)("%s: a live id is not created twice", (category, data) => {
    expect(stocked().send(category, data)).toEqual(refused("already_exists"));
  });

  it.each(EXAMPLES)("%s: a live id is reported before an unknown reference", (category, data) => {
    const ledger = stocked();
    ledger.accept("client", { step: "delete", client_id: "C-1" });
    expect(ledger.send(category, category === "client" ? company : data)).toEqual(refused("already_exists"));
  });

  it("a live id is reported after what is wrong with the event itself", () => {
    const ledger = stocked();
    ledger.settings = { ...ledger.settings, anonymous_clients: true };
    expect(ledger.send("client", { ...individual, name: null })).toEqual(refused("already_exists"));
    ledger.settings = DEFAULT_SETTINGS;
    expect(ledger.send("client", { ...individual, name: null })).toEqual(invalid({ name: "required" }));
  });

  it.each(EXAMPLES)("%s: a missing record can be neither updated nor deleted", (category, _, idField) => {
    for (const step of ["update", "delete"]) {
      expect(stocked().send(category, { step, [idField]: "X" })).toEqual(refused("not_found"));
    }
  });

  it.each(EXAMPLES)(
    "%s: a deleted record is missing, and may be created again",
    (category, data, idField) => {
      const ledger = stocked();
      const id = (data as Readonly<Record<string, unknown>>)[idField];
      ledger.accept(category, { step: "update", [idField]: id, info: { old: 1 } });
      ledger.accept(category, { step: "delete", [idField]: id });
      for (const step of ["update", "delete"]) {
        expect(ledger.send(category, { step, [idField]: id })).toEqual(refused("not_found"));
      }
      ledger.accept(category, data);
      expect(ledger.state[category].get(String(id))).toMatchObject({
        deleted_at: null,
        record: { info: null },
      });
    },
  );

  it.each(EXAMPLES)(
    "%s: an update of nothing, or to the same values, is an event",
    (category, data, idField) => {
      const ledger = stocked();
      const id = (data as Readonly<Record<string, unknown>>)[idField];
      ledger.accept(category, { step: "update", [idField]: id });
      const { facts } = ledger.accept(category, { ...data, step: "update" });
      expect(facts.changes).toEqual({});
    },
  );

  it("ids of different categories are independent", () => {
    const ledger = new Ledger();
    ledger.accept("client", { ...individual, client_id: "SAME" });
    ledger.accept("disbursement", { ...loan, client_id: "SAME", disbursement_id: "SAME" });
    ledger.accept("payment", { ...payment, payment_id: "SAME", disbursement_id: "SAME" });
  });

  it("a refusal changes nothing", () => {
    const ledger = stocked();
    const before = JSON.stringify([...ledger.state.disbursement], bigintText);
    ledger.send("disbursement", { step: "update", disbursement_id: "L-1", client_id: "X", bank_ref: "B" });
    expect(JSON.stringify([...ledger.state.disbursement], bigintText)).toBe(before);
  });
});

const bigintText = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value);

describe("immutable fields", () => {
  const cases: readonly (readonly [Category, string, string, string, unknown])[] = [
    ["disbursement", "disbursement_id", "L-1", "kind", "purchase"],
    ["disbursement", "disbursement_id", "P-1", "kind", "loan"],
    ["disbursement", "disbursement_id", "L-1", "currency", "EUR"],
    ["payment", "payment_id", "PAY-1", "currency", "EUR"],
    ["payment", "payment_id", "PAY-1", "disbursement_id", "P-1"],
    ["payment", "payment_id", "PAY-1", "disbursement_id", "X"],
    ["operation", "operation_id", "OP-1", "currency", "EUR"],
    ["operation", "operation_id", "OP-1", "currency", null],
    ["operation", "operation_id", "OP-1", "disbursement_id", "P-1"],
  ];

  it.each(cases)(
    "%s %s=%s: %s cannot become %s, and nothing else is reported",
    (category, idField, id, field, value) => {
      const event = { step: "update", [idField]: id, [field]: value };
      expect(stocked().send(category, event)).toEqual(invalid({ [field]: "immutable_field" }));
    },
  );

  it.each([
    ["disbursement", { disbursement_id: "L-1", kind: "loan", currency: "USD" }],
    ["payment", { payment_id: "PAY-1", disbursement_id: "L-1", currency: "USD" }],
    ["operation", { operation_id: "OP-1", disbursement_id: "L-1", currency: "USD" }],
  ] as const)("%s: may be repeated with the value they have", (category, same) => {
    stocked().accept(category, { step: "update", ...same });
  });
});

it("an event that is not as it should be is accepted with a warning, on create as on update", () => {
  const ledger = stocked();
  const codes = ({ warnings }: Accepted) => warnings.map(({ code }) => code);
  const late = { status: "paid", payment_date: "2024-11-21" };
  const found = ["received_in_future"];
  expect(codes(ledger.accept("payment", { ...payment, payment_id: "PAY-2", ...late }))).toEqual(found);
  expect(codes(ledger.accept("payment", { ...late, step: "update", payment_id: "PAY-1" }))).toEqual(found);
  expect(codes(ledger.accept("payment", { ...payment, payment_id: "PAY-3" }))).toEqual([]);
  expect(codes(ledger.accept("client", { ...individual, client_id: "C-2" }))).toEqual([]);
  expect(codes(ledger.accept("client", { step: "update", client_id: "C-2" }))).toEqual([]);
});

const IDENTIFYING = ["name", "email", "phone", "address", "registration_number", "gender"];

describe("clients", () => {
  const update = (change: object) => ({ step: "update", client_id: "C-1", ...change });

  it.each(IDENTIFYING)("need their %s, unless the tenant's clients are anonymous", (field) => {
    const ledger = stocked();
    const fresh = { ...individual, client_id: "C-2", [field]: undefined };
    const cleared = update({ [field]: null });
    for (const event of [fresh, { ...fresh, [field]: null }, cleared]) {
      expect(ledger.send("client", event)).toEqual(invalid({ [field]: "required" }));
    }
    ledger.settings = { ...ledger.settings, anonymous_clients: true };
    for (const event of [fresh, cleared]) ledger.accept("client", event);
    expect(ledger.state.client.get("C-2")?.record).toMatchObject({ [field]: null });
    ledger.settings = DEFAULT_SETTINGS;
    expect(ledger.send("client", update({ country: "FR" }))).toEqual(invalid({ [field]: "required" }));
  });

  it("an anonymous company needs no contact person, and is no longer one without a gender", () => {
    const ledger = stocked();
    const fresh = { ...company, client_id: "C-2", contact_person: undefined };
    expect(ledger.send("client", fresh)).toEqual(invalid({ contact_person: "required" }));
    ledger.settings = { ...ledger.settings, anonymous_clients: true };
    ledger.accept("client", fresh);
    expect(ledger.state.client.get("C-2")?.record.gender).toBe("company");
    ledger.accept("client", { step: "update", client_id: "C-2", is_company: false });
    expect(ledger.state.client.get("C-2")?.record).toMatchObject({ gender: null, name: company.name });
  });

  it("anonymous ones still need an id, a country and their kind, and what they have must be right", () => {
    const ledger = stocked();
    ledger.settings = { ...ledger.settings, anonymous_clients: true };
    expect(ledger.send("client", update({ gender: "company" }))).toEqual(
      invalid({ gender: "invalid_value" }),
    );
    for (const field of ["client_id", "country", "is_company"]) {
      const event = { ...individual, client_id: "C-2", [field]: undefined };
      expect(() => ledger.send("client", event), field).toThrow("required");
    }
  });

  it.each([
    [{ is_company: true }, { contact_person: "required" }],
    [{ is_company: true, contact_person: "Jo", gender: "male" }, { gender: "invalid_value" }],
    [{ gender: null }, { gender: "required" }],
    [{ gender: "company" }, { gender: "invalid_value" }],
  ])("an individual does not take %j", (change, fields) => {
    expect(stocked().send("client", update(change))).toEqual(invalid(fields));
  });

  it.each([
    [{ contact_person: null }, { contact_person: "required" }],
    [{ gender: "female" }, { gender: "invalid_value" }],
    [{ is_company: false }, { gender: "required" }],
    [{ is_company: false, gender: "company" }, { gender: "invalid_value" }],
  ])("a company does not take %j", (change, fields) => {
    expect(stocked().send("client", { ...update(change), client_id: "C-CO" })).toEqual(invalid(fields));
  });

  it("a company is stored with the gender company, whether it is sent, cleared or omitted", () => {
    for (const gender of [undefined, "company", null]) {
      const ledger = new Ledger();
      ledger.accept("client", { ...company, gender });
      ledger.accept("client", { step: "update", client_id: "C-CO", gender });
      expect(ledger.state.client.get("C-CO")?.record.gender).toBe("company");
    }
  });
});

describe("disbursements", () => {
  const update = (change: object) => ({ step: "update", disbursement_id: "L-1", ...change });
  const because = { change_date: "2024-12-20", change_reason: "Agreed" };

  it.each([
    [{ maturity_date: "2024-10-19", ...because }, { maturity_date: "inconsistent_dates" }],
    [{ disbursement_date: "2026-01-01" }, { maturity_date: "inconsistent_dates" }],
    [{ maturity_date: null, ...because }, { maturity_date: "required" }],
    [{ client_id: null }, { client_id: "required" }],
    [{ client_id: "X" }, { client_id: "unknown_reference" }],
    [{ goods_status: "new" }, { goods_status: "unsupported_field" }],
    [{ purchase_clients: [{ client_id: "X" }] }, { purchase_clients: "unsupported_field" }],
    [{ gross_value: 10200, upfront_fee: 100 }, { upfront_fee: "inconsistent_amounts" }],
    [{ gross_value: 9999, upfront_fee: 0 }, { upfront_fee: "inconsistent_amounts" }],
    [{ approved_amount: 0.001 }, { approved_amount: "invalid_value" }],
    [{ disbursement_amount: 9000 }, { change_date: "required", change_reason: "required" }],
    [
      { disbursement_amount: 9000, change_date: null, change_reason: " " },
      { change_date: "required", change_reason: "required" },
    ],
    [{ total_expected_margin: 1293.01, change_date: "2024-12-20" }, { change_reason: "required" }],
    [{ maturity_date: "2025-10-20", change_reason: "Agreed" }, { change_date: "required" }],
  ])("a loan does not take %j", (change, fields) => {
    expect(stocked().send("disbursement", update(change))).toEqual(invalid(fields));
  });

  it.each([
    [{ maturity_date: "2024-10-20", ...because }],
    [{ maturity_date: "2025-10-20T14:34:56+02:00" }],
    [{ disbursement_amount: 10000, total_expected_margin: 1293 }],
    [{ gross_value: 10200 }],
    [{ upfront_fee: 5 }],
    [{ gross_value: 10000, upfront_fee: 0 }],
    [{ change_date: "2024-12-20" }],
    [{ purchase_clients: null, goods_status: null }],
    [{ client_id: "C-CO" }],
  ])("a loan takes %j", (change) => {
    stocked().accept("disbursement", update(change));
  });

  it("lists every fault of an update, of every kind, at once", () => {
    const change = {
      kind: "purchase",
      client_id: "X",
      goods_status: "g",
      upfront_fee: 1,
      gross_value: 1,
      maturity_date: "2020-01-01",
    };
    expect(stocked().send("disbursement", update(change))).toEqual(
      invalid({
        kind: "immutable_field",
        client_id: "unknown_reference",
        goods_status: "unsupported_field",
        upfront_fee: "inconsistent_amounts",
        maturity_date: "inconsistent_dates",
        change_date: "required",
        change_reason: "required",
      }),
    );
  });

  it("the upfront fee is a fact of origination: a later write-off of the amount does not break it", () => {
    const ledger = new Ledger();
    ledger.accept("client", individual);
    ledger.accept("disbursement", { ...loan, gross_value: 10200, upfront_fee: 200 });
    ledger.accept("disbursement", update({ disbursement_amount: 9000, ...because }));
    ledger.accept("disbursement", update({ bank_ref: "B" }));
    ledger.accept("disbursement", update({ gross_value: 10200, upfront_fee: 200, bank_ref: "C" }));
    for (const change of [
      { upfront_fee: 1200 },
      { gross_value: 9200 },
      { gross_value: 9999, upfront_fee: 0 },
    ]) {
      expect(ledger.send("disbursement", update(change))).toEqual(
        invalid({ upfront_fee: "inconsistent_amounts" }),
      );
    }
    ledger.accept("disbursement", update({ gross_value: 10300, upfront_fee: 300 }));
  });

  it("an origination that becomes known after a write-off is checked against the amount first agreed", () => {
    const ledger = stocked();
    ledger.accept("disbursement", update({ disbursement_amount: 0, ...because }));
    expect(ledger.send("disbursement", update({ gross_value: 200, upfront_fee: 200 }))).toEqual(
      invalid({ upfront_fee: "inconsistent_amounts" }),
    );
    ledger.accept("disbursement", update({ gross_value: 10200 }));
    ledger.accept("disbursement", update({ upfront_fee: 200 }));
  });

  it("a write-off may be full, a new loan of 0 is refused", () => {
    const ledger = stocked();
    ledger.accept("disbursement", update({ disbursement_amount: 0, ...because }));
    expect(ledger.state.disbursement.get("L-1")?.record).toMatchObject({
      disbursement_amount: 0n,
      first_agreed_amount: 10000_00n,
    });
    expect(() =>
      ledger.send("disbursement", { ...loan, disbursement_id: "L-2", disbursement_amount: 0 }),
    ).toThrow("must be greater than 0");
  });

  it.each([
    [
      { gross_value: 10200, upfront_fee: 100 },
      "must equal gross_value less the disbursement_amount as first agreed, 10000: 200",
    ],
    [
      { gross_value: 9000, upfront_fee: 100 },
      "needs a gross_value of at least the disbursement_amount as first agreed, 10000",
    ],
    [
      { gross_value: 10000, upfront_fee: 100 },
      "must equal gross_value less the disbursement_amount as first agreed, 10000: 0",
    ],
  ])("says which upfront_fee it takes instead of that of %j", (fee, message) => {
    expect(() => stocked().send("disbursement", { ...loan, disbursement_id: "L-2", ...fee })).toThrow(
      message,
    );
  });

  it("a term that has changed before is not changed without its day and reason", () => {
    const ledger = stocked();
    ledger.accept("disbursement", update({ disbursement_amount: 9000, ...because }));
    expect(ledger.send("disbursement", update({ disbursement_amount: 8000 }))).toEqual(
      invalid({ change_date: "required", change_reason: "required" }),
    );
  });

  it("writes the terms when they are first agreed and with each change of one, and only then", () => {
    const ledger = new Ledger();
    ledger.accept("client", individual);
    const terms = (data: object) =>
      ledger.accept("disbursement", data).effects.filter(({ type }) => type === "terms");
    const row = {
      type: "terms",
      disbursement_id: "L-1",
      on_date: "2024-10-20T12:34:56",
      disbursement_amount: 10000_00n,
      total_expected_margin: 1293_00n,
      maturity_date: "2025-10-20T12:34:56",
      pledge_creditor: null,
    };
    expect(terms(loan)).toEqual([row]);
    expect(terms(update({ bank_ref: "B", disbursement_amount: 10000, ...because }))).toEqual([]);
    expect(terms(update({ maturity_date: "2026-01-01", total_expected_margin: 1, ...because }))).toEqual([
      { ...row, on_date: "2024-12-20", maturity_date: "2026-01-01", total_expected_margin: 1_00n },
    ]);
    expect(terms({ step: "delete", disbursement_id: "L-1" })).toEqual([]);
    expect(terms(loan)).toEqual([row]);
    expect(terms({ step: "delete", disbursement_id: "L-1" })).toEqual([]);
    expect(terms({ ...loan, disbursement_amount: 5 })).toEqual([{ ...row, disbursement_amount: 5_00n }]);
  });

  it("writes terms when the creditor changes to whom it is pledged, from the day that the event names", () => {
    const ledger = stocked();
    const pledged = (change: object) =>
      ledger
        .accept("disbursement", update(change))
        .effects.flatMap((effect) => (effect.type === "terms" ? [effect] : []))
        .map(({ on_date, pledge_creditor }) => [on_date, pledge_creditor]);
    expect(pledged({ pledge_creditor: "Bank A", change_date: "2025-01-31" })).toEqual([
      ["2025-01-31", "Bank A"],
    ]);
    expect(pledged({ pledge_creditor: "Bank A", change_date: "2025-02-28" })).toEqual([]);
    expect(pledged({ pledge_creditor: null })).toEqual([["0001-01-01", null]]);
  });

  const outOfOrder = (accepted: Accepted) => accepted.warnings.map(({ code }) => code);

  it.each([
    [{ disbursement_amount: 9000 }, "2024-10-19", 1],
    [{ disbursement_amount: 9000 }, "2024-10-20", 0],
    [
      { disbursement_amount: 9000, total_expected_margin: 1000, maturity_date: "2026-01-01" },
      "2023-01-01",
      3,
    ],
    [{ pledge_creditor: "Bank A" }, "2023-01-01", 0],
    [{ disbursement_amount: 10000 }, "2023-01-01", 0],
  ])(
    "a change to %j on %s, before or after the start, is accepted with %i warnings",
    (change, date, count) => {
      const accepted = stocked().accept("disbursement", update({ ...because, ...change, change_date: date }));
      expect(outOfOrder(accepted)).toEqual(Array(count).fill("change_out_of_order"));
    },
  );

  it("a change is out of order before the latest change of the same term, not of another one", () => {
    const ledger = stocked();
    const change = (date: string, terms: object) =>
      outOfOrder(ledger.accept("disbursement", update({ ...because, ...terms, change_date: date })));
    expect(change("2025-03-01", { disbursement_amount: 9000 })).toEqual([]);
    expect(change("2025-02-01", { total_expected_margin: 1000 })).toEqual([]);
    expect(change("2025-02-01", { maturity_date: "2026-01-01" })).toEqual([]);
    expect(change("2025-02-28", { disbursement_amount: 8000 })).toEqual(["change_out_of_order"]);
    expect(change("2025-02-28", { disbursement_amount: 7000 })).toEqual(["change_out_of_order"]);
    expect(change("2025-03-01", { disbursement_amount: 6000 })).toEqual([]);
    ledger.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    ledger.accept("disbursement", loan);
    expect(change("2025-01-01", { disbursement_amount: 6000 })).toEqual([]);
  });

  it("a purchase starts on its payment_date", () => {
    const event = { step: "update", disbursement_id: "P-1", ...because, total_expected_margin: 1 };
    const on = (change_date: string) =>
      outOfOrder(stocked().accept("disbursement", { ...event, change_date }));
    expect(on("1999-01-01")).toEqual(["change_out_of_order"]);
    expect(on(purchase.payment_date)).toEqual([]);
  });

  it("a purchase's clients must be live when they are named, and may be deleted later", () => {
    const ledger = stocked();
    const two = [{ client_id: "C-1" }, { client_id: "C-CO" }];
    const named = (purchase_clients: unknown) => ({
      step: "update",
      disbursement_id: "P-1",
      purchase_clients,
    });
    expect(ledger.send("disbursement", named([...two, { client_id: "X" }]))).toEqual(
      invalid({ "purchase_clients.2.client_id": "unknown_reference" }),
    );
    ledger.accept("disbursement", named(two));
    ledger.accept("client", { step: "delete", client_id: "C-1" });
    ledger.accept("disbursement", named([...two].reverse()));
    ledger.accept("disbursement", named(null));
    expect(ledger.send("disbursement", named(two))).toEqual(
      invalid({ "purchase_clients.0.client_id": "unknown_reference" }),
    );
  });

  it("states the changes in its facts, in minor units", () => {
    const { facts } = stocked().accept("disbursement", update({ disbursement_amount: 9000.5, ...because }));
    expect(facts.changes).toEqual({ disbursement_amount: { from: "1000000", to: "900050" } });
  });
});
