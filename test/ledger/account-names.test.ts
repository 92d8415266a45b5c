import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { disbursed, refusalOf } from "./post.ts";

const PATH = "/v1/accounts";
const name = (api: Api, code: string, body: object, key = newKey()) =>
  api.send("PUT", `${PATH}/${code}`, body, key);

const NONE = { name: null, external_code: null, external_name: null };

async function chartOf(api: Api, code: string) {
  const { body } = await api.get(PATH);
  return body.accounts.find(({ account_code }: { account_code: string }) => account_code === code);
}

describe("the names of an account", () => {
  it("are set one by one; what is left out stays, and null takes one back", async () => {
    const api = new Api();
    const first = await name(api, "1100", { name: "Loans", external_code: "120100" });
    expect(first.status, first.text).toBe(200);
    expect(first.body).toEqual({ ...NONE, account_code: "1100", name: "Loans", external_code: "120100" });
    const second = await name(api, "1100", { external_name: "Kredite, netto", name: null });
    expect(second.body).toEqual({
      account_code: "1100",
      name: null,
      external_code: "120100",
      external_name: "Kredite, netto",
    });
    expect(await chartOf(api, "1100")).toEqual({
      account_code: "1100",
      account_name: "Principal Receivable",
      account_type: "asset",
      normal_side: "DR",
      external_code: "120100",
      external_name: "Kredite, netto",
    });
    expect(await chartOf(new Api(), "1100")).not.toHaveProperty("external_code");
  });

  it("are decided one after the other when they arrive at once", async () => {
    const api = new Api();
    await Promise.all([
      name(api, "1000", { name: "Bank" }),
      name(api, "1000", { external_code: "1" }),
      name(api, "1000", { external_name: "Giro" }),
    ]);
    expect(await chartOf(api, "1000")).toMatchObject({
      account_name: "Bank",
      external_code: "1",
      external_name: "Giro",
    });
  });

  it("are an event with its data; a replay gets the first answer, and writes nothing", async () => {
    const api = new Api();
    const key = newKey();
    const first = await name(api, "4100", { name: "Zinsen" }, key);
    await name(api, "4100", { name: "Interest" });
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const again = await name(api, "4100", { name: "Zinsen" }, key);
    expect([again.text, again.headers.get("Idempotent-Replayed"), d1.rowsWritten]).toEqual([
      first.text,
      "true",
      0,
    ]);
    const { body } = await api.get("/api/tables/events?sort_order=asc");
    expect(body.data[0]).toMatchObject({
      category: "ledger",
      step: "account_named",
      data: { account_code: "4100", name: "Zinsen" },
    });
  });

  it("show in answers and exports", async () => {
    const api = new Api();
    await name(api, "1100", { name: "Loans", external_code: "120100; x, y" });
    await disbursed(api);
    const { body } = await api.get("/v1/trial-balance?currency=USD");
    expect(body.accounts[1]).toMatchObject({ account_code: "1100", account_name: "Loans" });
    const one = await api.get(`${PATH}/1100/balance?currency=USD`);
    expect(one.body.account_name).toBe("Loans");
    const csv = await api.get("/v1/journal-entries?account_code=1100", { Accept: "text/csv" });
    expect(csv.text).toContain(',1100,Loans,"120100; x, y",888.49,,USD,');
    const hledger = await api.get("/v1/journal-entries?format=hledger");
    expect(hledger.text).toContain(
      "account assets:1100 Principal Receivable  ; type: A, name: Loans, external_code: 120100 x y\n",
    );
  });

  it.each([
    ["9999", { name: "x" }, [404, "not_found"]],
    ["1100", { name: "" }, [400, "validation_error"]],
    ["1100", { name: "x".repeat(101) }, [400, "validation_error"]],
    ["1100", { external_code: "a\nb" }, [400, "validation_error"]],
    ["1100", { external_code: 4711 }, [400, "validation_error"]],
    ["1100", { code: "4711" }, [400, "validation_error"]],
  ])("of %s as %j are refused", async (code, body, expected) => {
    expect(refusalOf(await name(new Api(), code, body)).slice(0, 2)).toEqual(expected);
  });

  it("need hpts:adjustments:write and a key", async () => {
    const api = new Api();
    expect((await name(new Api(api.tenant, "hpts:balances:read"), "1100", {})).status).toBe(403);
    expect((await api.send("PUT", `${PATH}/1100`, {}, null)).status).toBe(400);
  });
});
