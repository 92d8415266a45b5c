import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { app } from "../../src/app.ts";
import { ACCOUNT_CODES } from "../../src/domain/ledger/accounts.ts";
import { Api, newTenant } from "../support/api.ts";
import { FaultyD1, failBefore } from "../support/faulty-d1.ts";
import { oneTo } from "../support/gate.ts";
import { authorize } from "../support/tokens.ts";
import { bulkEntryId, disbursementCommand, postInBulk } from "./bulk.ts";
import { disbursed, INT64_MAX, refusalOf, reverse } from "./post.ts";

const PATH = "/v1/journal-entries?format=hledger";

const idsIn = (journal: string) => [...journal.matchAll(/; journal_entry_id: (\S+)$/gm)].map(([, id]) => id);

describe("the export", () => {
  it("is a plain-text download with every account, amounts in major units, and a last line", async () => {
    const api = new Api();
    const id = await disbursed(api, { amount_minor: "5", destination_ref: "a;b, c" });
    await disbursed(api, { loan_id: crypto.randomUUID(), currency: "JPY", amount_minor: `${INT64_MAX}` });
    await disbursed(api, { loan_id: crypto.randomUUID(), currency: "BHD", amount_minor: "0" });
    await reverse(api, id, { reason_description: "(sent; twice", effective_at: "2024-01-01" });
    const { status, headers, text } = await api.get(PATH);
    expect(status).toBe(200);
    expect(headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="ledger.journal"');
    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(text.match(/^account .*$/gm)).toHaveLength(ACCOUNT_CODES.length);
    expect(text.match(/^commodity .*$/gm)).toEqual([
      "commodity 1000.00 USD",
      "commodity 1000. JPY",
      "commodity 1000.000 BHD",
    ]);
    expect(text.match(/^ {4}(assets|liabilities).*$/gm)).toEqual([
      "    assets:1100 Principal Receivable  0.05 USD",
      "    liabilities:2100 Disbursement Clearing  -0.05 USD",
      "    assets:1100 Principal Receivable  9223372036854775807 JPY",
      "    liabilities:2100 Disbursement Clearing  -9223372036854775807 JPY",
      "    assets:1100 Principal Receivable  0.000 BHD",
      "    liabilities:2100 Disbursement Clearing  0.000 BHD",
      "    liabilities:2100 Disbursement Clearing  0.05 USD",
      "    assets:1100 Principal Receivable  -0.05 USD",
    ]);
    expect(text.match(/^\d{4}-.*$/gm)).toEqual([
      "2023-12-25 * disbursement | Loan disbursement by ach",
      "2023-12-25 * disbursement | Loan disbursement by ach",
      "2023-12-25 * disbursement | Loan disbursement by ach",
      "2024-01-01 * reversal | (sent twice",
    ]);
    expect(text).toContain("\n    ; external_ref: a b c\n");
    expect(text).toContain(`\n    ; reverses_entry_id: ${id}\n`);
    expect(text.endsWith("; end of the journal: 4 entries\n")).toBe(true);
  });

  it.each([0, 1, 499, 500, 501, 1_001])(
    "has each of %d entries once, in the order of posting",
    async (count) => {
      const tenant = newTenant();
      await postInBulk(
        tenant,
        oneTo(count).map(() => disbursementCommand),
      );
      const { text } = await new Api(tenant).get(PATH);
      expect(idsIn(text)).toEqual(oneTo(count).map(bulkEntryId));
      expect(text.match(/^commodity/gm) ?? []).toHaveLength(Math.min(count, 1));
      expect(text.endsWith(`; end of the journal: ${count} entries\n`)).toBe(true);
    },
  );

  it("of some days has their entries in the order of the days", async () => {
    const tenant = newTenant();
    const days = ["2024-01-03", "2024-01-01", "2024-01-02", "2024-01-02", "2023-12-31"];
    await postInBulk(
      tenant,
      oneTo(2_500).map((number) => ({ ...disbursementCommand, effective_at: days[number % 5] ?? "" })),
    );
    const { text } = await new Api(tenant).get(`${PATH}&from_date=2024-01-01&to_date=2024-01-02`);
    const numbers = oneTo(2_500);
    const ordered = [...numbers.filter((n) => n % 5 === 1), ...numbers.filter((n) => [2, 3].includes(n % 5))];
    expect(idsIn(text)).toEqual(ordered.map(bulkEntryId));
    expect(text).toContain("; Loan Ledger, the entries effective from 2024-01-01 to 2024-01-02, in the");
    expect(text.endsWith("; end of the journal: 1500 entries\n")).toBe(true);
  });

  it("reads large entries in small portions, each entry once", async () => {
    const tenant = newTenant();
    // The largest texts that an entry can have: a token of 8 KB, and a reference of 255 characters of four bytes.
    const large = { ...disbursementCommand, actor: "x".repeat(6_000), destination_ref: "😀".repeat(255) };
    await postInBulk(
      tenant,
      oneTo(700).map(() => large),
      50,
    );
    const headers = await authorize(tenant, "hpts:ledger:read");
    const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
    const answer = await app.request(PATH, { headers }, env, context as never);
    const portions: Uint8Array[] = [];
    for await (const portion of answer.body ?? []) portions.push(portion);
    expect(Math.max(...portions.map(({ length }) => length))).toBeLessThan(2_500_000);
    const text = await new Response(new Blob(portions)).text();
    expect(idsIn(text)).toEqual(oneTo(700).map(bulkEntryId));
    expect(text.endsWith("; end of the journal: 700 entries\n")).toBe(true);
  });

  it("is not sent for HEAD, but its headers are", async () => {
    const api = new Api();
    const headers = await authorize(api.tenant, "hpts:ledger:read");
    const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
    const answer = await app.request(PATH, { method: "HEAD", headers }, env, context as never);
    expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(await answer.text()).toBe("");
  });

  it.each([
    "?format=",
    "?format=json",
    "?format=hledger&format=hledger",
    "?format=hledger&limit=1",
    "?format=hledger&from_date=2024-01-02&to_date=2024-01-01",
    "?format=hledger&account_code=1000",
    "?format=hledger&event_type=reversal",
  ])("is refused for the query %j", async (query) => {
    const answer = await new Api().get(`/v1/journal-entries${query}`);
    expect(refusalOf(answer)).toEqual([400, "invalid_query"]);
  });

  /** The export of a tenant of 600 entries from a database that fails after so many calls. */
  async function exportOver(tenant: string, calls: number): Promise<Response> {
    const d1 = new FaultyD1(env.DB);
    let left = calls;
    d1.meet(() => left-- <= 0, failBefore());
    const headers = await authorize(tenant, "hpts:ledger:read");
    const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
    return app.request(PATH, { headers }, { ...env, DB: d1.binding }, context as never);
  }

  it("is a 503 when the database is unavailable, and ends without its last line when it fails midway", async () => {
    const tenant = newTenant();
    await postInBulk(
      tenant,
      oneTo(2100).map(() => disbursementCommand),
    );
    vi.spyOn(console, "error").mockImplementation(() => {});
    for (const calls of [0, 1, 2]) expect((await exportOver(tenant, calls)).status).toBe(503);
    const cut = await exportOver(tenant, 3);
    expect(cut.status).toBe(200);
    const chunks: string[] = [];
    const decoder = new TextDecoder();
    const read = async () => {
      for await (const chunk of cut.body ?? []) chunks.push(decoder.decode(chunk));
    };
    await expect(read()).rejects.toThrow();
    expect(idsIn(chunks.join(""))).toHaveLength(2000);
    expect(chunks.join("")).not.toContain("end of the journal");
    vi.restoreAllMocks();
  });
});
