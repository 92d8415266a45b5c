import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { disburse, disbursed, disbursement, LOAN, refusalOf } from "./post.ts";
import { principalOwed } from "./read-books.ts";
import { storedBooks } from "./stored-books.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe("the documented example", () => {
  it("answers 201 with the event, the entry, the time, and a Location", async () => {
    const api = new Api();
    const answer = await api.post(
      "/v1/disbursements",
      `{
  "loan_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
  "borrower_id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
  "amount_minor": "88849",
  "currency": "USD",
  "effective_at": "2023-12-25",
  "method": "ach",
  "destination_ref": "<string>",
  "metadata": {}
}`,
      "payment:loan_42:proc_txn_abc123",
      { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" },
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      disbursement_event_id: expect.stringMatching(UUID),
      journal_entry_id: expect.stringMatching(UUID),
      posted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(answer.headers.get("Idempotent-Replayed")).toBeNull();
    expect(answer.headers.get("x-d1-bookmark")).toMatch(/^[0-9a-f]+(-[0-9a-f]+)+$/);
    expect(answer.headers.get("Server-Timing")).toMatch(/auth;.*queue;.*load;.*commit;.*total;/);

    const entry = await api.get(answer.headers.get("Location") ?? "");
    const line = {
      amount_minor: "88849",
      currency: "USD",
      layer: "SETTLED",
      loan_id: LOAN,
      borrower_id: LOAN,
      external_ref: "<string>",
    };
    expect(entry.status).toBe(200);
    expect(entry.body).toEqual({
      journal_entry_id: answer.body.journal_entry_id,
      event_type: "disbursement",
      effective_at: "2023-12-25",
      value_date: "2023-12-25",
      posted_at: answer.body.posted_at,
      lines: [
        { sequence: 1, account_code: "1100", direction: "DR", ...line },
        { sequence: 2, account_code: "2100", direction: "CR", ...line },
      ],
      correlation_id: answer.body.disbursement_event_id,
      description: "Loan disbursement by ach",
      actor: "test-client",
    });
  });
});

/** Values of one field that are taken, and values that are refused with a code. */
const ACCEPTED: readonly (readonly [string, object])[] = [
  ["amount_minor 0", { amount_minor: "0" }],
  ["amount_minor 1", { amount_minor: "1" }],
  ["amount_minor of 18 digits", { amount_minor: "9".repeat(18) }],
  ["amount_minor of 19 digits", { amount_minor: "1000000000000000000" }],
  ["amount_minor one below the largest", { amount_minor: "9223372036854775806" }],
  ["the largest amount_minor", { amount_minor: "9223372036854775807" }],
  ["a leap day", { effective_at: "2024-02-29" }],
  ["the first day", { effective_at: "0001-01-01" }],
  ["the last day", { effective_at: "9999-12-31" }],
  ["method ach", { method: "ach" }],
  ["method wire", { method: "wire" }],
  ["method card_push", { method: "card_push" }],
  ["method internal_transfer", { method: "internal_transfer" }],
  ["destination_ref of 1 character", { destination_ref: "x" }],
  ["destination_ref of 255 characters", { destination_ref: "x".repeat(255) }],
  ["destination_ref of 255 characters of four bytes", { destination_ref: "😀".repeat(255) }],
  ["no destination_ref", { destination_ref: undefined }],
  ["destination_ref null, which is none", { destination_ref: null }],
  ["currency MXN", { currency: "MXN" }],
  ["currency EUR", { currency: "EUR" }],
  ["a currency without decimals", { currency: "JPY" }],
  ["no metadata", { metadata: undefined }],
  ["empty metadata", { metadata: {} }],
  ["metadata keys of one letter", { metadata: { a: 1, Z: 2 } }],
  ["metadata keys of letters, digits and _", { metadata: { aZ_09: "x", a_: null } }],
  ["metadata null, which is none", { metadata: null }],
  ["metadata with values of every kind", { metadata: { a: { "b-c": [1, null, true, "x"] } } }],
  ["metadata of 2047 bytes", { metadata: { k: "x".repeat(2047 - 8) } }],
  ["metadata of 2048 bytes", { metadata: { k: "x".repeat(2048 - 8) } }],
  ["metadata of 2048 bytes in longer characters", { metadata: { k: "é".repeat((2048 - 8) / 2) } }],
];

const REFUSED: readonly (readonly [string, object, string])[] = [
  ["loan_id missing", { loan_id: undefined }, "loan_id required"],
  ["loan_id null", { loan_id: null }, "loan_id required"],
  ["loan_id a number", { loan_id: 7 }, "loan_id invalid_type"],
  ["loan_id empty", { loan_id: "" }, "loan_id invalid_value"],
  ["loan_id too short", { loan_id: LOAN.slice(1) }, "loan_id invalid_value"],
  ["loan_id too long", { loan_id: `${LOAN}0` }, "loan_id invalid_value"],
  ["loan_id without hyphens", { loan_id: LOAN.replaceAll("-", "") }, "loan_id invalid_value"],
  ["loan_id with a letter g", { loan_id: LOAN.replace("c", "g") }, "loan_id invalid_value"],
  ["loan_id in braces", { loan_id: `{${LOAN}}` }, "loan_id invalid_value"],
  ["loan_id with a line feed", { loan_id: `${LOAN}\n` }, "loan_id invalid_value"],
  ["borrower_id missing", { borrower_id: undefined }, "borrower_id required"],
  ["borrower_id malformed", { borrower_id: "B-1" }, "borrower_id invalid_value"],
  ["amount_minor missing", { amount_minor: undefined }, "amount_minor required"],
  ["amount_minor a number", { amount_minor: 88849 }, "amount_minor invalid_type"],
  ["amount_minor empty", { amount_minor: "" }, "amount_minor invalid_value"],
  ["amount_minor of two zeros", { amount_minor: "00" }, "amount_minor invalid_value"],
  ["amount_minor with a leading zero", { amount_minor: "01" }, "amount_minor invalid_value"],
  ["amount_minor negative", { amount_minor: "-1" }, "amount_minor invalid_value"],
  ["amount_minor with a plus", { amount_minor: "+1" }, "amount_minor invalid_value"],
  ["amount_minor with decimals", { amount_minor: "1.00" }, "amount_minor invalid_value"],
  ["amount_minor with an exponent", { amount_minor: "1e3" }, "amount_minor invalid_value"],
  ["amount_minor in hexadecimal", { amount_minor: "0x10" }, "amount_minor invalid_value"],
  ["amount_minor with a space", { amount_minor: " 1" }, "amount_minor invalid_value"],
  ["amount_minor with a line feed", { amount_minor: "1\n" }, "amount_minor invalid_value"],
  ["amount_minor in other digits", { amount_minor: "١" }, "amount_minor invalid_value"],
  ["amount_minor one above", { amount_minor: "9223372036854775808" }, "amount_minor invalid_value"],
  ["amount_minor of 19 nines", { amount_minor: "9".repeat(19) }, "amount_minor invalid_value"],
  ["amount_minor of 20 digits", { amount_minor: `1${"0".repeat(19)}` }, "amount_minor invalid_value"],
  ["currency missing", { currency: undefined }, "currency required"],
  ["currency of 2 letters", { currency: "US" }, "currency invalid_value"],
  ["currency of 4 letters", { currency: "USDX" }, "currency invalid_value"],
  ["currency in lower case", { currency: "usd" }, "currency invalid_value"],
  ["currency with a space before", { currency: " USD" }, "currency invalid_value"],
  ["currency with a space after", { currency: "USD " }, "currency invalid_value"],
  ["currency withdrawn", { currency: "DEM" }, "currency invalid_value"],
  ["currency never assigned", { currency: "ZZZ" }, "currency invalid_value"],
  ["currency XXX", { currency: "XXX" }, "currency invalid_value"],
  ["effective_at missing", { effective_at: undefined }, "effective_at required"],
  ["effective_at no leap year", { effective_at: "2023-02-29" }, "effective_at invalid_value"],
  ["effective_at April 31", { effective_at: "2023-04-31" }, "effective_at invalid_value"],
  ["effective_at month 13", { effective_at: "2023-13-01" }, "effective_at invalid_value"],
  ["effective_at day 0", { effective_at: "2023-01-00" }, "effective_at invalid_value"],
  ["effective_at year 0", { effective_at: "0000-01-01" }, "effective_at invalid_value"],
  ["effective_at a timestamp", { effective_at: "2023-12-25T00:00:00Z" }, "effective_at invalid_value"],
  ["effective_at in short", { effective_at: "2023-1-1" }, "effective_at invalid_value"],
  ["effective_at a number", { effective_at: 20231225 }, "effective_at invalid_type"],
  ["method missing", { method: undefined }, "method required"],
  ["method unknown", { method: "cash" }, "method invalid_value"],
  ["method in capitals", { method: "ACH" }, "method invalid_value"],
  ["method a number", { method: 1 }, "method invalid_type"],
  ["destination_ref empty", { destination_ref: "" }, "destination_ref invalid_value"],
  [
    "destination_ref of 256 characters",
    { destination_ref: "x".repeat(256) },
    "destination_ref invalid_value",
  ],
  ["destination_ref of two lines", { destination_ref: "a\n2024-01-01 * b" }, "destination_ref invalid_value"],
  ["destination_ref with NUL", { destination_ref: "a\u0000" }, "destination_ref invalid_value"],
  ["metadata a list", { metadata: [] }, "metadata invalid_type"],
  ["metadata a text", { metadata: "x" }, "metadata invalid_type"],
  ["metadata a number", { metadata: 5 }, "metadata invalid_type"],
  ["a metadata key that is empty", { metadata: { "": 1 } }, "metadata invalid_value"],
  ["a metadata key with a digit first", { metadata: { "1a": 1 } }, "metadata invalid_value"],
  ["a metadata key with _ first", { metadata: { _a: 1 } }, "metadata invalid_value"],
  ["a metadata key with a hyphen", { metadata: { "a-b": 1 } }, "metadata invalid_value"],
  ["a metadata key with an accent", { metadata: { é: 1 } }, "metadata invalid_value"],
  ["metadata of 2049 bytes", { metadata: { k: "x".repeat(2049 - 8) } }, "metadata invalid_value"],
  [
    "metadata of 2050 bytes in 1029 characters",
    { metadata: { k: "é".repeat(1021) } },
    "metadata invalid_value",
  ],
  ["an unknown member", { memo: "x" }, "memo unknown_field"],
];

const OPTIONAL: ReadonlySet<string> = new Set(["destination_ref", "metadata"]);

describe("the body's bounds", () => {
  it.each(ACCEPTED)("accepts %s", async (_, change) => {
    const api = new Api();
    const answer = await disburse(api, change);
    expect(answer.status, answer.text).toBe(201);
    const sent = { ...disbursement, ...change };
    const { body } = await api.get(`/v1/journal-entries/${answer.body.journal_entry_id}`);
    expect(body.effective_at).toBe(sent.effective_at);
    const { amount_minor, currency } = sent;
    const external_ref = sent.destination_ref ? { external_ref: sent.destination_ref } : {};
    expect(body.lines).toMatchObject([
      { amount_minor, currency, ...external_ref },
      { amount_minor, currency, ...external_ref },
    ]);
    expect("external_ref" in body.lines[0]).toBe("external_ref" in external_ref);
  });

  it.each(REFUSED)("refuses %s", async (_, change, error) => {
    const api = new Api();
    expect(refusalOf(await disburse(api, change))).toEqual([400, "validation_error", error]);
    expect(await storedBooks(api.tenant)).toMatchObject({ events: 0, postings: [], totals: {} });
  });

  it("names all that is wrong in one answer", async () => {
    const answer = await new Api().post("/v1/disbursements", {
      loan_id: "x",
      amount_minor: 1,
      currency: "usd",
      extra: 1,
    });
    expect(answer.body.errors.map(({ field }: { field: string }) => field).sort()).toEqual(
      [...Object.keys(disbursement).filter((name) => !OPTIONAL.has(name)), "extra"].sort(),
    );
  });

  it.each(["5", "null", "[]", '"x"', "true"])("refuses %s for a body", async (text) => {
    expect((await new Api().post("/v1/disbursements", text)).status).toBe(400);
  });

  it("accepts ids in any case, and compares them case-insensitively", async () => {
    const api = new Api();
    await disbursed(api, {
      loan_id: LOAN.toUpperCase(),
      borrower_id: "ABCDEFAB-1111-1111-1111-111111111111",
    });
    await disbursed(api, { borrower_id: "abcdefab-1111-1111-1111-111111111111" });
    expect(await principalOwed(api, LOAN.toUpperCase())).toBe("177698");
    expect(await principalOwed(api, LOAN)).toBe("177698");
  });

  it("keeps metadata with the event, digit for digit", async () => {
    const api = new Api();
    const metadata = '{"n":12345678901234567890.10,"b":"x"}';
    const { metadata: _, ...rest } = disbursement;
    const body = JSON.stringify(rest).replace(/\}$/, `,"metadata":${metadata}}`);
    expect((await api.post("/v1/disbursements", body)).status).toBe(201);
    const row = await env.DB.prepare("SELECT private FROM events WHERE tenant_id = ?")
      .bind(api.tenant)
      .first<{ private: string }>();
    expect(row?.private).toContain(metadata);
  });
});

describe("a loan", () => {
  it("gets one borrower from many concurrent first postings", async () => {
    const api = new Api();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, digit) => disburse(api, { borrower_id: LOAN.replace("3", `${digit}`) })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await storedBooks(api.tenant)).postings).toHaveLength(1);
  });

  it("of another tenant may have the same id, another borrower and another currency", async () => {
    const [one, two] = [new Api(), new Api()];
    await disbursed(one);
    await disbursed(two, { borrower_id: LOAN, currency: "JPY", amount_minor: "7" });
    expect([await principalOwed(one), await principalOwed(two)]).toEqual(["88849", "7"]);
  });
});
