import { describe, expect, it } from "vitest";
import { individual, payment, purchase } from "../../support/examples.ts";
import { changeOf, ENUMS, fieldsOf, ofExample, refusalOf, refusals } from "../../support/ingest-fields.ts";

const AMOUNTS = ["positive", "amount", "optionalAmount", "signedAmount"];
const NUMBERS = [...AMOUNTS, "integer", "number"];
const STRINGS = [
  "id",
  "optionalId",
  "text",
  "optionalText",
  "email",
  "phone",
  "country",
  "currency",
  "date",
  "optionalDate",
];

describe("type", () => {
  it.each(fieldsOf(...STRINGS))("%s.%s is only a string", (example, field) => {
    for (const value of [5, true, [], {}, ["x"]]) {
      expect(refusalOf(example, field, value)).toBe("invalid_type");
    }
  });

  it.each(fieldsOf(...NUMBERS))("%s.%s is a number; a number in quotes is refused", (example, field) => {
    for (const value of ["500", "", true, [], {}, [1]]) {
      expect(refusalOf(example, field, value)).toBe("invalid_type");
    }
  });

  it.each(fieldsOf("boolean"))("%s.%s is only true or false", (example, field) => {
    for (const value of ["true", 1, 0, "", [], {}]) {
      expect(refusalOf(example, field, value)).toBe("invalid_type");
    }
  });

  it.each(fieldsOf("object"))("%s.%s is only an object", (example, field) => {
    for (const value of ["{}", 1, true, [], [{}]]) {
      expect(refusalOf(example, field, value)).toBe("invalid_type");
    }
    expect(refusalOf(example, field, {})).toBeUndefined();
  });

  it.each(ENUMS)("%s.%s is one of its values", (example, field, values) => {
    for (const value of values) expect(refusalOf(example, field, value)).toBeUndefined();
    for (const value of ["", values[0]?.toUpperCase(), "other thing"]) {
      expect(refusalOf(example, field, value)).toBe("invalid_value");
    }
    for (const value of [1, true, [], {}]) expect(refusalOf(example, field, value)).toBe("invalid_type");
  });
});

describe("ids", () => {
  it.each(fieldsOf("id", "optionalId"))("%s.%s has 1 to 128 characters of any width", (example, field) => {
    for (const id of ["x", "a".repeat(128), "😀".repeat(128), "a b/c?d#e%f", "Ünïcödé", "'; DROP TABLE"]) {
      expect(refusalOf(example, field, id)).toBeUndefined();
    }
    for (const id of ["", "a".repeat(129), "😀".repeat(129)]) {
      expect(refusalOf(example, field, id)).toBe("invalid_value");
    }
  });

  it.each([" x", "x ", "\tx", "x\u00a0", "\ufeffx", "a\u0000b", "a\nb", "a\tb", "a\u007fb", "a\u0085b"])(
    "refuses the id %j, and does not correct it",
    (id) => {
      expect(refusalOf("individual", "client_id", id)).toBe("invalid_value");
    },
  );
});

describe("texts", () => {
  it.each(fieldsOf("text"))("%s.%s is trimmed, and not empty", (example, field) => {
    const [category, data] = ofExample(example);
    expect(changeOf(category, { ...data, [field]: "  Abc d " })[field]).toBe("Abc d");
    for (const empty of ["", "   ", "\n"]) expect(refusalOf(example, field, empty)).toBe("invalid_value");
  });

  it.each(fieldsOf("optionalText"))("%s.%s is trimmed, and empty is the same as absent", (example, field) => {
    const [category, data] = ofExample(example);
    expect(changeOf(category, { ...data, [field]: " Abc " })[field]).toBe("Abc");
    expect(changeOf(category, { ...data, [field]: "  " })[field]).toBeNull();
  });

  it.each(fieldsOf("text", "optionalText"))(
    "%s.%s is bounded and holds no control characters",
    (example, field) => {
      expect(refusalOf(example, field, "x".repeat(4000))).toBe("invalid_value");
      for (const control of ["a\u0000b", "a\u0007b", "a\u001bb", "a\u009bb"]) {
        expect(refusalOf(example, field, control)).toBe("invalid_value");
      }
      expect(refusalOf(example, field, "José 李 😀, O'Neil & Søn")).toBeUndefined();
    },
  );

  it("keeps the lines of an address", () => {
    const change = changeOf("client", { ...individual, address: "1 Main St\nTown\r\n\tRegion" });
    expect(change.address).toBe("1 Main St\nTown\r\n\tRegion");
  });

  it("counts characters, not UTF-16 units", () => {
    expect(refusalOf("individual", "name", "😀".repeat(256))).toBeUndefined();
    expect(refusalOf("individual", "name", "😀".repeat(257))).toBe("invalid_value");
  });
});

describe("e-mail, phone, country, currency", () => {
  const longest = `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(57)}.com`;

  it.each([
    "john.doe@example.com",
    "a@b.co",
    "first+tag@sub.example.co.uk",
    "o'neil@example.com",
    "sales&support@example.com",
    "x_y-z@xn--e1afmkfd.xn--p1ai",
    "1@2.com",
    "  padded@example.com ",
    longest,
  ])("takes the e-mail %s", (email) => {
    expect(refusalOf("individual", "email", email)).toBeUndefined();
  });

  it.each([
    "",
    "john.doe",
    "@example.com",
    "john@",
    "john@example",
    "john@@example.com",
    "john doe@example.com",
    "john@exa mple.com",
    ".john@example.com",
    "john.@example.com",
    "jo..hn@example.com",
    "john@-example.com",
    "john@example-.com",
    "john@example..com",
    "john@.example.com",
    "John <john@example.com>",
    "john@example.com,jane@example.com",
    "john@example.com\nBcc: all@example.com",
    "jöhn\u0000@example.com",
    `${"a".repeat(65)}@example.com`,
    `a@${"b".repeat(64)}.com`,
    `a${longest}`,
    `${"a".repeat(60)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.com`,
  ])("refuses the e-mail %j", (email) => {
    expect(refusalOf("individual", "email", email)).toBe("invalid_value");
  });

  it.each(["+1234567890", "+441234567890", "+123456789012345"])("takes the phone %s", (phone) => {
    expect(refusalOf("individual", "phone", phone)).toBeUndefined();
  });

  it.each([
    "",
    "1234567890",
    "+0123456789",
    "+1 234 567",
    "+1-234-5678",
    "+1234567890123456",
    "+12",
    "+1234x67890",
  ])("refuses the phone %j", (phone) => {
    expect(refusalOf("individual", "phone", phone)).toBe("invalid_value");
  });

  it.each(["US", "GB", "FR", "BR", "SS", "CW", "AX"])("takes the country %s", (country) => {
    expect(refusalOf("individual", "country", country)).toBeUndefined();
  });

  it.each(["", "us", "USA", "840", "XX", "ZZ", "XK", "AN", "UK", "EU", "constructor"])(
    "refuses the country %j",
    (country) => {
      expect(refusalOf("individual", "country", country)).toBe("invalid_value");
    },
  );

  it.each(fieldsOf("currency"))("%s.%s is an active ISO 4217 code", (example, field) => {
    for (const code of ["EUR", "JPY", "BHD", "CLF"]) expect(refusalOf(example, field, code)).toBeUndefined();
    for (const code of ["", "usd", "XXX", "XAU", "DEM", "HRK", "BGN", "toString"]) {
      expect(refusalOf(example, field, code)).toBe("invalid_value");
    }
  });
});

describe("dates", () => {
  it.each(fieldsOf("date", "optionalDate"))(
    "%s.%s is a real date or a timestamp with an offset",
    (example, field) => {
      const bad = ["", "2024-02-30", "2024-10-20T12:34:56", "20.10.2024", "2024-10-20T25:00:00Z", "now"];
      for (const date of bad) expect(refusalOf(example, field, date)).toBe("invalid_value");
      const [category, data] = ofExample(example);
      expect(changeOf(category, { ...data, [field]: "2024-11-01" })[field]).toBe("2024-11-01");
      const change = changeOf(category, { ...data, [field]: "2024-11-01T00:30:00+01:00" });
      expect(change[field]).toBe("2024-10-31T23:30:00");
    },
  );
});

describe("purchase_clients", () => {
  const clients = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ client_id: `C-${index}` }));

  it("holds 1 to 100 distinct clients", () => {
    for (const count of [1, 2, 100]) {
      expect(refusals("disbursement", { ...purchase, purchase_clients: clients(count) })).toEqual({});
    }
    for (const count of [0, 101]) {
      const event = { ...purchase, purchase_clients: clients(count) };
      expect(refusals("disbursement", event)).toEqual({ purchase_clients: "invalid_value" });
    }
    const twice = [...clients(2), { client_id: "C-0" }];
    expect(refusals("disbursement", { ...purchase, purchase_clients: twice })).toEqual({
      "purchase_clients.2.client_id": "invalid_value",
    });
  });

  it("may be absent or null", () => {
    for (const purchase_clients of [undefined, null]) {
      expect(refusals("disbursement", { ...purchase, purchase_clients })).toEqual({});
    }
  });

  it.each([
    ["a text", "C-1", { purchase_clients: "invalid_type" }],
    ["an object", { client_id: "C-1" }, { purchase_clients: "invalid_type" }],
    ["a number", 5, { purchase_clients: "invalid_type" }],
    ["a list of texts", ["C-1"], { "purchase_clients.0": "invalid_type" }],
    ["a list of numbers", [5], { "purchase_clients.0": "invalid_type" }],
    ["a list of lists", [[]], { "purchase_clients.0": "invalid_type" }],
    ["an empty item", [{}], { "purchase_clients.0.client_id": "required" }],
    ["a wrong id", [{ client_id: " C" }], { "purchase_clients.0.client_id": "invalid_value" }],
    ["a number for an id", [{ client_id: 5 }], { "purchase_clients.0.client_id": "invalid_type" }],
    ["a further member", [{ client_id: "C", share: 1 }], { "purchase_clients.0.share": "unknown_field" }],
  ])("refuses %s, and names its place", (_, purchase_clients, expected) => {
    expect(refusals("disbursement", { ...purchase, purchase_clients })).toEqual(expected);
  });
});

describe.each(["entity_type", "entity_id"])("%s of a payment", (name) => {
  it.each([["create"], ["update"], ["delete"]])("is ignored on %s: a text, null or nothing", (step) => {
    const data = step === "create" ? payment : { step, payment_id: "P-1" };
    for (const value of ["loan", "", "x".repeat(128), null, undefined]) {
      expect(changeOf("payment", { ...data, [name]: value })).not.toHaveProperty(name);
    }
  });

  it.each([["create"], ["update"], ["delete"]])("is refused on %s when it is anything else", (step) => {
    const data = step === "create" ? payment : { step, payment_id: "P-1" };
    expect(refusals("payment", { ...data, [name]: "x".repeat(129) })).toEqual({ [name]: "invalid_value" });
    for (const value of [5, true, {}, ["loan"]]) {
      expect(refusals("payment", { ...data, [name]: value })).toEqual({ [name]: "invalid_type" });
    }
  });
});
