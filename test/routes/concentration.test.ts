import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OPENING, tapeOf } from "../simulation/position-tape.ts";
import { spell } from "../simulation/world.ts";
import { Api } from "../support/api.ts";
import { company, individual, loan, payment, purchase } from "../support/examples.ts";
import { runs } from "../support/runs.ts";

const PATH = "/api/concentration?as_of_date=2026-06-30";
const LOANS = { disbursement_date: "2026-01-01", maturity_date: "2026-12-31", total_expected_margin: 0 };
const lend = (api: Api, disbursement_id: string, disbursement_amount: number, others: object = {}) =>
  api.accept("disbursement", { ...loan, ...LOANS, disbursement_id, disbursement_amount, ...others });
const buy = (api: Api, disbursement_id: string, disbursement_amount: number) =>
  api.accept("disbursement", {
    ...purchase,
    ...{ disbursement_id, disbursement_amount, total_expected_margin: 0, payment_date: "2026-01-01" },
    purchase_clients: [{ client_id: "C-1" }, { client_id: "C-CO" }],
  });

/** 600 of a client in the United States, 300 of one in France, late by 60 days, and two purchases of both of 50 each. */
async function stocked(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", { ...company, country: "FR" });
  await lend(api, "A", 600, { info: { branch: "north" } });
  await lend(api, "B", 300, { client_id: "C-CO", info: { branch: 1.0 } });
  await api.accept("payment", {
    ...payment,
    disbursement_id: "B",
    due_date: "2026-05-01",
    payment_total: 100,
  });
  await buy(api, "P-1", 50);
  await buy(api, "P-2", 50);
  await lend(api, "repaid", 70);
  const paid = { status: "paid", payment_date: "2026-02-01", due_date: "2026-02-01", payment_total: 70 };
  await api.accept("payment", { ...payment, ...paid, payment_id: "PAY-2", disbursement_id: "repaid" });
  await lend(api, "pending", 5000, { disbursement_date: "2026-07-01" });
  await lend(api, "yen", 1000, { currency: "JPY" });
  return api;
}

describe("the concentration", () => {
  it("by client counts each purchase with several clients as a client of its own", async () => {
    const api = await stocked();
    const { body } = await api.get(`${PATH}&by=client_id`);
    expect([body.as_of_date, body.from_sequence]).toEqual(["2026-06-30", body.to_sequence]);
    expect(body.data).toEqual([
      {
        ...{ currency: "JPY", groups: 1, largest_share: 1, hhi: 1, others: null },
        rows: [{ group: "C-1", number: 1, outstanding: 1000, share: 1, arrears: 0, par30: 0 }],
      },
      {
        currency: "USD",
        groups: 4,
        largest_share: 0.6,
        // 0.36 + 0.09 + twice 0.0025.
        hhi: 0.455,
        rows: [
          { group: "C-1", number: 1, outstanding: 600, share: 0.6, arrears: 0, par30: 0 },
          { group: "C-CO", number: 1, outstanding: 300, share: 0.3, arrears: 100, par30: 1 },
          { group: null, number: 2, outstanding: 100, share: 0.1, arrears: 0, par30: 0 },
        ],
        others: null,
      },
    ]);
  });

  it("by what is not the client's counts those without a group as one group", async () => {
    const api = await stocked();
    await api.send("PUT", "/v1/settings", { report_dimensions: { disbursement: ["branch"] } });
    const dollars = async (query: string) => (await api.get(`${PATH}&currency=USD&${query}`)).body.data[0];
    const kinds = await dollars("by=kind");
    expect([kinds.groups, kinds.largest_share, kinds.hhi]).toEqual([2, 0.9, 0.82]);
    const insurers = await dollars("by=insurer_name");
    expect([insurers.groups, insurers.hhi, insurers.rows[0].group]).toEqual([1, 1, null]);
    const branches = await dollars("by=info.branch");
    expect(branches.rows.map(({ group }: { group: string }) => group)).toEqual(["north", "1", null]);
    expect([branches.groups, branches.hhi]).toEqual([3, 0.46]);
    const countries = await dollars("by=country");
    expect([countries.groups, countries.hhi]).toEqual([4, 0.455]);
  });

  it("shows the first rows, ties by group, and sums up the others", async () => {
    const api = await stocked();
    await lend(api, "C", 300);
    const { body } = await api.get(`${PATH}&by=client_id&top=1&currency=USD`);
    expect(body.data[0]).toMatchObject({
      groups: 4,
      rows: [{ group: "C-1", outstanding: 900 }],
      others: { number: 3, outstanding: 400, share: 0.307692, arrears: 100, par30: 0.75 },
    });
    await lend(api, "D", 600, { client_id: "C-CO" });
    const tied = (await api.get(`${PATH}&by=client_id&currency=USD`)).body.data[0];
    expect(tied.rows.map(({ group }: { group: string }) => group)).toEqual(["C-1", "C-CO", null]);
  });

  it("takes filters, tolerance and known_at, and refuses what it does not know", async () => {
    const api = await stocked();
    const of = async (query: string) =>
      (await api.get(`${PATH}&by=client_id&currency=USD&${query}`)).body.data[0];
    expect(await of("kind=purchase")).toMatchObject({ groups: 2, largest_share: 0.5, hhi: 0.5 });
    expect((await of("arrears_tolerance=100")).rows[1].par30).toBe(0);
    expect(await of("known_at=3")).toMatchObject({ groups: 1, hhi: 1 });
    for (const query of [
      "",
      "by=age",
      "by=kind,country",
      "by=kind&top=0",
      "by=kind&top=201",
      "by=kind&x=1",
      "by=info.x",
    ]) {
      expect((await api.get(`${PATH}&${query}`)).body.code, query).toBe("invalid_query");
    }
  });

  it("of nothing owed has no rows and no shares", async () => {
    const api = await stocked();
    const { body } = await api.get("/api/concentration?as_of_date=2025-12-31&by=kind");
    expect(body.data).toEqual([]);
    const repaid = await api.get(`${PATH}&by=kind&state=repaid`);
    expect(repaid.body.data).toEqual([
      { currency: "USD", groups: 0, largest_share: null, hhi: null, rows: [], others: null },
    ]);
  });

  it("as CSV has a line for each currency, row and rest", async () => {
    const api = await stocked();
    const { text } = await api.get(`${PATH}&by=client_id&currency=USD&top=2`, { Accept: "text/csv" });
    expect(text).toBe(
      [
        "section,currency,groups,largest_share,hhi,group,number,outstanding,share,arrears,par30\r\n",
        "currency,USD,4,0.600000,0.455000,,,,,,\r\n",
        "rows,USD,,,,C-1,1,600,0.600000,0,0.000000\r\n",
        "rows,USD,,,,C-CO,1,300,0.300000,100,1.000000\r\n",
        "others,USD,,,,,2,100,0.100000,0,0.000000\r\n",
      ].join(""),
    );
  });
});

interface Line {
  readonly disbursement_id: string;
  readonly kind: string;
  readonly currency: string;
  readonly client_id: string | null;
  readonly bucket: string | null;
  readonly outstanding_principal: number;
  readonly arrears: { readonly total: number };
}

it("the concentration of any tape, day and known_at is that of its positions", async () => {
  const days = fc.constantFrom("2024-02-29", "2024-03-31", "2025-06-30");
  const asked = fc.tuple(
    tapeOf(40),
    days,
    fc.constantFrom("client_id", "kind") as fc.Arbitrary<"client_id" | "kind">,
  );
  await fc.assert(
    fc.asyncProperty(asked, fc.integer({ min: 5, max: 45 }), async ([tape, day, by], known) => {
      const api = new Api();
      let head = 0;
      for (const event of [...OPENING, ...tape]) {
        const answer = await api.post("/ingest", spell(event));
        if (answer.status < 300) head = answer.body.sequence;
      }
      for (const at of ["", `&known_at=${Math.min(head, known)}`]) {
        const query = `as_of_date=${day}${at}&currency=USD`;
        const positions: Line[] = (await api.get(`/api/positions?${query}&sort_by=disbursement_id&limit=200`))
          .body.data;
        const open = positions.filter(({ bucket }) => bucket !== null);
        const cents = (some: readonly Line[]) =>
          some.reduce((sum, one) => sum + Math.round(one.outstanding_principal * 100), 0);
        const groups = [...Map.groupBy(open, (one) => one[by] ?? null)].filter(([, some]) => cents(some) > 0);
        const { data } = (await api.get(`/api/concentration?${query}&by=${by}`)).body;
        const whole = cents(open);
        const rows = data[0]?.rows ?? [];
        expect(
          new Map(
            rows.map((row: Line & { group: string; number: number; outstanding: number }) => [
              row.group,
              [row.number, Math.round(row.outstanding * 100)],
            ]),
          ),
        ).toEqual(new Map(groups.map(([group, some]) => [group, [some.length, cents(some)]])));
        const clients = Map.groupBy(
          open.filter((one) => cents([one]) > 0),
          (one) => (by === "client_id" && one.client_id === null ? one.disbursement_id : one[by]),
        );
        const shares = [...clients.values()].map((some) => cents(some) / whole);
        expect(data[0]?.groups ?? 0).toBe(shares.length);
        if (whole === 0) continue;
        expect(data[0].hhi).toBeCloseTo(
          shares.reduce((sum, share) => sum + share * share, 0),
          5,
        );
        expect(data[0].largest_share).toBeCloseTo(Math.max(...shares), 5);
      }
    }),
    { seed: 20261130, numRuns: runs(2, 20), endOnFailure: true },
  );
});
