import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";

const DAY = "as_of_date=2026-07-01";
const paidWithoutDate = { ...payment, status: "paid", payment_total: 10, payment_principal: 5 };

/** Three loans; L-1 has one payment that is paid without a date, L-2 none, L-3 three. */
async function withFindings(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  for (const [loan_number, count] of [
    [1, 1],
    [2, 0],
    [3, 3],
  ] as const) {
    const disbursement_id = `L-${loan_number}`;
    await api.accept("disbursement", { ...loan, disbursement_id });
    for (let n = 1; n <= count; n += 1) {
      const payment_id = `P-${loan_number}-${n}`;
      await api.accept("payment", { ...paidWithoutDate, payment_id, disbursement_id });
    }
  }
  return api;
}

interface Finding {
  readonly payment_id?: string;
  readonly client_ids?: readonly string[];
}

/** Each page of a rule's findings. */
async function pagesOf(api: Api, rule: string, query: string): Promise<readonly (readonly string[])[]> {
  const pages: string[][] = [];
  for (let next = ""; ; ) {
    const { status, body } = await api.get(`/api/quality/${rule}?${DAY}&${query}${next}`);
    expect([status, body.code, body.as_of_date]).toEqual([200, rule, "2026-07-01"]);
    pages.push(body.data.map((one: Finding) => one.payment_id ?? one.client_ids?.join()));
    if (!body.pagination.has_more) return pages;
    next = `&cursor=${encodeURIComponent(body.pagination.next_cursor)}`;
  }
}

describe("the findings of one rule", () => {
  it.each([
    [1, [["P-1-1"], ["P-3-1"], ["P-3-2"], ["P-3-3"]]],
    [
      2,
      [
        ["P-1-1", "P-3-1"],
        ["P-3-2", "P-3-3"],
      ],
    ],
    [3, [["P-1-1", "P-3-1", "P-3-2"], ["P-3-3"]]],
    [50, [["P-1-1", "P-3-1", "P-3-2", "P-3-3"]]],
  ])("are all listed, %i a page, each once", async (limit, expected) => {
    const api = await withFindings();
    const pages = await pagesOf(api, "paid_without_date", `limit=${limit}`);
    expect(pages.filter((page) => page.length > 0)).toEqual(expected);
  });

  it("are those that the log knew then", async () => {
    const api = await withFindings();
    await api.accept("payment", { step: "delete", payment_id: "P-3-2" });
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    const now = await pagesOf(api, "paid_without_date", "");
    expect(now).toEqual([["P-3-1", "P-3-3"]]);
    const then = await pagesOf(api, "paid_without_date", "known_at=8&limit=3");
    expect(then.flat()).toEqual(["P-1-1", "P-3-1", "P-3-2", "P-3-3"]);
  });

  it("name the clients that share a registration number, a number a line", async () => {
    const api = new Api();
    for (const [client_id, registration_number] of [
      ["C-1", "A"],
      ["C-2", "B"],
      ["C-3", "A"],
      ["C-4", "B"],
      ["C-5", "C"],
    ] as const) {
      await api.accept("client", { ...individual, client_id, registration_number });
    }
    expect(await pagesOf(api, "shared_registration_number", "limit=1")).toEqual([["C-1,C-3"], ["C-2,C-4"]]);
  });

  it("are about the disbursements and clients that the filters name, and so are the counts", async () => {
    const api = await withFindings();
    const clients = [
      ["C-2", "BR", individual.registration_number],
      ["C-3", "FR", "B"],
      ["C-4", "FR", "B"],
    ] as const;
    for (const [client_id, country, registration_number] of clients) {
      await api.accept("client", { ...individual, client_id, country, registration_number });
    }
    await api.accept("disbursement", { ...loan, disbursement_id: "L-9", client_id: "C-2" });
    await api.accept("payment", { ...paidWithoutDate, payment_id: "P-9", disbursement_id: "L-9" });
    const filters = "country=BR&client_id=C-2&client_id=C-3&kind=loan&state=matured_unpaid";
    expect((await pagesOf(api, "paid_without_date", filters)).flat()).toEqual(["P-9"]);
    expect(await pagesOf(api, "shared_registration_number", filters)).toEqual([["C-1,C-2"]]);
    const early = "known_at=8&country=BR";
    expect((await pagesOf(api, "shared_registration_number", early)).flat()).toEqual([]);
    const then = `known_at=12&${filters}`;
    expect(await pagesOf(api, "shared_registration_number", then)).toEqual([["C-1,C-2"]]);
    const { rules } = (await api.get(`/api/quality?${DAY}&${filters}`)).body;
    const counts = new Map(rules.map(({ code, count }: { code: string; count: number }) => [code, count]));
    expect(counts.get("paid_without_date")).toBe(1);
    expect(counts.get("shared_registration_number")).toBe(1);
    expect(counts.get("matured_open")).toBe(1);
  });

  it("take a tolerance: arrears within it leave nothing open after maturity", async () => {
    const api = await withFindings();
    expect((await pagesOf(api, "matured_open", "")).flat()).toHaveLength(3);
    await api.send("PUT", "/v1/settings", { arrears_tolerance: "1000000" });
    expect((await pagesOf(api, "matured_open", "")).flat()).toEqual([]);
    expect((await pagesOf(api, "matured_open", "arrears_tolerance=1")).flat()).toHaveLength(3);
  });

  it("are CSV for a caller who asks for it, one line each, with a link to the next page", async () => {
    const api = await withFindings();
    const path = `/api/quality/paid_without_date?${DAY}&limit=1`;
    const { text, headers } = await api.get(path, { Accept: "text/csv" });
    expect(text).toBe("disbursement_id,payment_id,client_ids\r\nL-1,P-1-1,\r\n");
    expect(headers.get("Link")).toContain('rel="next"');
  });

  it("are of a rule that exists, and a cursor belongs to its rule", async () => {
    const api = await withFindings();
    const unknown = await api.get("/api/quality/no_such_rule");
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
    const { pagination } = (await api.get(`/api/quality/paid_without_date?${DAY}&limit=1`)).body;
    const foreign = await api.get(
      `/api/quality/installment_gap?${DAY}&cursor=${encodeURIComponent(pagination.next_cursor)}`,
    );
    expect([foreign.status, foreign.body.code]).toEqual([400, "invalid_query"]);
  });
});
