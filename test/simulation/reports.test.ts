import fc from "fast-check";
import { expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { runs } from "../support/runs.ts";
import { OPENING, tapeOf } from "./position-tape.ts";
import { spell } from "./world.ts";

/* Reports over random tapes, joined by hand from single positions and records (docs/analytics.md). */

/** A failure prints its seed and path: put them here to replay it. */
const REPLAY = { seed: 20261130, path: "" } as const;
const DAYS = ["2024-01-30", "2024-02-15", "2024-02-29", "2024-03-02", "2024-04-01", "2024-06-30"] as const;

/** Filters by what a disbursement is at all times or on the day; an empty value asks for none. */
const filters = fc.record(
  {
    kind: fc.constantFrom("loan", "purchase"),
    currency: fc.constantFrom("USD", "JPY"),
    client_id: fc.constantFrom("C-0", "C-1", ""),
    country: fc.constantFrom("US", "FR", ""),
    state: fc.constantFrom("current", "late", "matured_unpaid", "repaid", "pending"),
    bucket: fc.constantFrom("current", "1-30", "31-60", ""),
    pledge_creditor: fc.constantFrom("Bank", ""),
    insurer_name: fc.constantFrom("Seguro", ""),
    "info.branch": fc.constantFrom("1", "N", ""),
    "client_info.region": fc.constantFrom("true", ""),
    disbursed_from: fc.constantFrom("2024-02-01"),
  },
  { requiredKeys: [] },
);
const few = filters.map(
  (all) => Object.fromEntries(Object.entries(all).slice(0, 2)) as Readonly<Record<string, string>>,
);
const dimension = fc.constantFrom(
  ...["kind", "client_id", "country", "disbursed_month", "disbursed_quarter", "pledge_creditor"],
  ...["insurer_name", "state", "bucket", "info.branch", "client_info.region"],
);
const grouping = fc.uniqueArray(dimension, { maxLength: 2 });
const measure = fc.constantFrom(
  ...["", "&arrears_tolerance=300", "&arrears_tolerance_share=0.5", "&allocation=own"],
  "&arrears_tolerance=USD:550,JPY:100&arrears_tolerance_share=0.1",
);
const asked = fc.record({
  filters: few,
  grouping,
  measure,
  days: fc.tuple(fc.constantFrom(...DAYS), fc.constantFrom(...DAYS)),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

/** Events that change what reports select by; the settings name `branch` and `region`. */
const attributes = fc.oneof(
  fc.record({
    disbursement_id: fc.constantFrom("D-0", "D-1", "D-2", "D-3"),
    pledge_creditor: fc.option(fc.constantFrom("Bank", null), { nil: undefined }),
    insurer_name: fc.option(fc.constantFrom("Seguro", null), { nil: undefined }),
    info: fc.constantFrom({ branch: 1 }, { branch: "N", other: 2 }, null, { branch: [1] }),
  }),
  fc.record({
    client_id: fc.constantFrom("C-0", "C-1"),
    country: fc.constantFrom("US", "FR"),
    info: fc.constantFrom({ region: true }, null),
  }),
);

// biome-ignore lint/suspicious/noExplicitAny: a test reads any member and fails when it is not there
type Json = any;

/** A live disbursement: its record and that of its one client. */
interface Known {
  readonly record: Json;
  readonly client: Json | null;
}

const clientsOf = ({ record }: Known): readonly string[] =>
  record.client_id ? [record.client_id] : record.purchase_clients.map(({ client_id }: Json) => client_id);
const startOf = ({ record }: Known): string =>
  (record.kind === "loan" ? record.disbursement_date : record.payment_date).slice(0, 10);
const textOf = (value: unknown): string | null =>
  value === undefined || value === null || typeof value === "object" ? null : String(value);

/** The positions of a disbursement on the two days of a question. */
interface OnDays {
  readonly from: Json;
  readonly to: Json;
}

function valueIn(one: Known, name: string, { from }: OnDays): string | null {
  const { record, client } = one;
  switch (name) {
    case "client_id":
      return client?.client_id ?? null;
    case "country":
      return client?.country ?? null;
    case "disbursed_month":
      return startOf(one).slice(0, 7);
    case "disbursed_quarter":
      return `${startOf(one).slice(0, 4)}-Q${Math.floor((Number(startOf(one).slice(5, 7)) + 2) / 3)}`;
    case "state":
    case "bucket":
      return from[name];
    case "info.branch":
      return textOf(record.info?.branch);
    case "client_info.region":
      return textOf(client?.info?.region);
    default:
      return record[name] ?? null;
  }
}

const fits = (one: Known, on: OnDays, wanted: Asked["filters"]): boolean =>
  Object.entries(wanted).every(([name, value]) => {
    if (name === "disbursed_from") return startOf(one) >= value;
    if (name === "client_id" && value !== "" && clientsOf(one).includes(value)) return true;
    return valueIn(one, name, on) === (value === "" ? null : value);
  });

const cents = (amount: number) => Math.round(amount * 100);
const amountOf = (sum: number) => sum / 100;

/** What a tenant's API says at one `known_at`. */
class Knowledge {
  readonly #api: Api;
  readonly #known: string;
  readonly #positions = new Map<string, Json>();
  #all: readonly Known[] | null = null;

  constructor(api: Api, known: string) {
    this.#api = api;
    this.#known = known;
  }

  async #read(path: string): Promise<Json> {
    const { status, body, text } = await this.#api.get(
      `${path}${path.includes("?") ? "&" : "?"}${this.#known}`,
    );
    expect(status, text).toBe(200);
    return body;
  }

  async all(): Promise<readonly Known[]> {
    if (this.#all) return this.#all;
    const all: Known[] = [];
    for (const id of ["D-0", "D-1", "D-2", "D-3"]) {
      const found = await this.#api.get(`/api/tables/disbursements/${id}?${this.#known}`);
      if (found.status === 404) continue;
      const record = found.body.data;
      const clients = clientsOf({ record, client: null });
      const client =
        clients.length === 1 ? (await this.#read(`/api/tables/clients/${clients[0]}`)).data : null;
      all.push({ record, client });
    }
    this.#all = all;
    return all;
  }

  async position({ record }: Known, day: string, measured: string): Promise<Json> {
    const path = `/api/positions/${record.disbursement_id}?as_of_date=${day}${measured}`;
    const known = this.#positions.get(path) ?? (await this.#read(path)).data;
    this.#positions.set(path, known);
    return known;
  }

  /** The lines of a report, by currency and group. */
  async report(path: string, { filters: wanted, grouping: by, measure: measured }: Asked): Promise<Json> {
    const query = new URLSearchParams(wanted).toString();
    const group = by.length === 0 ? "" : `&group_by=${by.join(",")}`;
    return (await this.#read(`${path}&${query}${group}${measured}`)).data;
  }

  /** Those that a question is about, by currency and group, with their positions on its days. */
  async joined({ filters: wanted, grouping: by, measure: measured }: Asked, from: string, to: string) {
    const lines = new Map<string, (Known & OnDays)[]>();
    for (const one of await this.all()) {
      const on = {
        from: await this.position(one, from, measured),
        to: await this.position(one, to, measured),
      };
      if (on.to.state === "pending" || !fits(one, on, wanted)) continue;
      const values = by.map((name) => valueIn(one, name, on));
      const key = JSON.stringify([one.record.currency, values.length < 2 ? (values[0] ?? null) : values]);
      lines.set(key, [...(lines.get(key) ?? []), { ...one, ...on }]);
    }
    return lines;
  }
}

const sumOf = (some: readonly OnDays[], end: "from" | "to", figure: (position: Json) => number): number =>
  amountOf(some.reduce((sum, one) => sum + (one[end].state === "pending" ? 0 : cents(figure(one[end]))), 0));

const keyOf = ({ currency, group = null }: Json): string => JSON.stringify([currency, group]);

async function checkPortfolio(knowledge: Knowledge, question: Asked) {
  const [day] = question.days;
  const lines: Json[] = await knowledge.report(`/api/portfolio?as_of_date=${day}`, question);
  const joined = await knowledge.joined(question, day, day);
  expect(lines.map(keyOf).sort()).toEqual([...joined.keys()].sort());
  for (const line of lines) {
    const own = joined.get(keyOf(line)) ?? [];
    const { number, outstanding, arrears, received, repaid, buckets } = line;
    expect({ number, outstanding, arrears, received, repaid }).toEqual({
      number: own.length,
      outstanding: sumOf(own, "to", (at) => at.outstanding_principal),
      arrears: sumOf(own, "to", (at) => at.arrears.total),
      received: sumOf(own, "to", (at) => at.received.total),
      repaid: own.filter(({ to }) => to.state === "repaid").length,
    });
    for (const { bucket, number: inBucket } of buckets)
      expect(inBucket).toBe(own.filter(({ to }) => to.bucket === bucket).length);
  }
}

async function checkSpan(knowledge: Knowledge, question: Asked) {
  const [from = "", to = ""] = [...question.days].sort();
  const joined = await knowledge.joined(question, from, to);
  const span = `from_date=${from}&to_date=${to}`;
  const lines: Json[] = await knowledge.report(`/api/portfolio/movement?${span}`, question);
  expect(lines.map(keyOf).sort()).toEqual([...joined.keys()].sort());
  for (const line of lines) {
    const own = joined.get(keyOf(line)) ?? [];
    const balance = ({ terms, received }: Json) => terms.as_of.amount - received.principal;
    const { principal, arrears, outstanding } = line;
    expect([principal.opening, principal.closing]).toEqual([
      sumOf(own, "from", balance),
      sumOf(own, "to", balance),
    ]);
    const owed = ({ outstanding_principal }: Json) => outstanding_principal;
    expect(outstanding).toEqual({ from: sumOf(own, "from", owed), to: sumOf(own, "to", owed) });
    const late = (position: Json) => position.arrears.total;
    expect([arrears.opening, arrears.closing]).toEqual([sumOf(own, "from", late), sumOf(own, "to", late)]);
    const { opening, disbursed, raised, repaid, written_off, closing } = principal;
    expect(cents(opening + disbursed + raised - repaid - written_off)).toBe(cents(closing));
    expect(cents(arrears.opening + arrears.fell_due - arrears.collected + arrears.adjusted)).toBe(
      cents(arrears.closing),
    );
  }
  const cells: Json[] = await knowledge.report(`/api/roll-rates?${span}`, question);
  const place = ({ bucket, state }: Json) => bucket ?? state;
  for (const [key, own] of joined) {
    const moves = Map.groupBy(own, (one) => `${place(one.from)} ${place(one.to)}`);
    const shown = cells.filter((cell) => keyOf(cell) === key);
    expect(shown.map((cell) => `${cell.from} ${cell.to} ${cell.number}`).sort()).toEqual(
      [...moves].map(([move, some]) => `${move} ${some.length}`).sort(),
    );
  }
}

async function checkVintages(knowledge: Knowledge, question: Asked) {
  const [day] = question.days;
  const cells: Json[] = await knowledge.report(`/api/vintages?as_of_date=${day}&months=3`, question);
  const joined = await knowledge.joined(question, day, day);
  for (const cell of cells) {
    const { cohort, months_on_book, number, outstanding, arrears } = cell;
    const own = (joined.get(keyOf(cell)) ?? []).filter((one) => startOf(one).startsWith(cohort));
    const end = new Date(
      Date.UTC(Number(cohort.slice(0, 4)), Number(cohort.slice(5, 7)) + months_on_book, 0),
    );
    const on = end.toISOString().slice(0, 10);
    expect(on <= day).toBe(true);
    const then = await Promise.all(own.map((one) => knowledge.position(one, on, question.measure)));
    const sum = (figure: (position: Json) => number) =>
      amountOf(then.reduce((total, position) => total + cents(figure(position)), 0));
    expect({ number, outstanding, arrears }).toEqual({
      number: own.length,
      outstanding: sum((position) => position.outstanding_principal),
      arrears: sum((position) => position.arrears.total),
    });
  }
}

it("reports are the sums of single positions, for any filters, groups and measure, now and at any known_at", async () => {
  await fc.assert(
    fc.asyncProperty(
      tapeOf(30),
      fc.array(attributes, { minLength: 6, maxLength: 10 }),
      fc.array(asked, { minLength: 8, maxLength: 8 }),
      async (tape, changes, questions) => {
        const api = new Api();
        const report_dimensions = { disbursement: ["branch"], client: ["region"] };
        expect((await api.send("PUT", "/v1/settings", { report_dimensions })).status).toBe(200);
        for (const event of OPENING) expect((await api.post("/ingest", spell(event))).status).toBe(201);
        let sent = 0;
        for (const [index, event] of tape.entries()) {
          await api.post("/ingest", spell(event));
          if (index % 3 > 0) continue;
          const change = changes[sent];
          sent += 1;
          const category = change && "client_id" in change ? "client" : "disbursement";
          if (change) await api.ingest(category, { step: "update", ...change });
          // A report in between leaves packed facts, some of which are stale for the next one.
          await checkPortfolio(new Knowledge(api, ""), questions[index % questions.length] as Asked);
        }
        const head: number = (await api.get("/api/portfolio")).body.to_sequence;
        for (const known of ["", `known_at=${Math.floor(head / 2)}`]) {
          const knowledge = new Knowledge(api, known);
          for (const question of questions) {
            await checkPortfolio(knowledge, question);
            await checkSpan(knowledge, question);
            await checkVintages(knowledge, question);
          }
        }
      },
    ),
    { ...REPLAY, numRuns: runs(1, 6) },
  );
}, 900_000);
