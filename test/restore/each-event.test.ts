import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { provedOn } from "../bookkeeping/tape.ts";
import { deliver, messageFor } from "../fanout/queue.ts";
import type { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { apiIn, DATABASES, manyDatabases, migrateAll, objectNamed } from "../support/many-databases.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";
import { until } from "../support/until.ts";
import { ENDPOINTS } from "../webhooks/receiver.ts";

beforeAll(migrateAll);

const DAYS = ["2024-10-20", "2024-11-20", "2030-01-01"];
const paid = { status: "paid", payment_date: "2024-11-20", payment_fee: 100 };

const SETTLING = { mode: "records", settle: "on_disbursement", bank_account_ref: "ops" } as const;

/** A small history: records before and after bookkeeping was switched on, off, and on again. */
const HISTORY: readonly ((api: Api) => Promise<unknown>)[] = [
  (api) => api.accept("client", individual),
  (api) => api.accept("disbursement", loan),
  (api) => api.accept("payment", { ...payment, ...paid }),
  (api) => switchTo(api, "records"),
  (api) => api.accept("disbursement", { ...loan, disbursement_id: "L-2" }),
  (api) => api.accept("payment", { ...payment, ...paid, payment_id: "PAY-2", disbursement_id: "L-2" }),
  (api) => switchTo(api, "off"),
  (api) => api.accept("payment", { step: "delete", payment_id: "PAY-1" }),
  (api) => api.send("PUT", "/v1/bookkeeping", SETTLING, null),
];

const switchTo = (api: Api, mode: string) => api.send("PUT", "/v1/bookkeeping", { mode }, null);

/** A tenant in one of three databases, with webhooks. */
class Tenant {
  readonly api: Api;
  readonly #name: string;
  readonly received: {
    readonly id: string;
    readonly type: string;
    readonly data: Readonly<Record<string, unknown>>;
  }[] = [];

  constructor(jurisdiction: string | null) {
    this.api = apiIn(jurisdiction);
    this.#name = jurisdiction === null ? this.api.tenant : `${jurisdiction}:${this.api.tenant}`;
  }

  async database(): Promise<D1Database> {
    const query = env.DB.prepare("SELECT database FROM placements WHERE tenant_id = ?").bind(this.api.tenant);
    return DATABASES[((await query.first<string>("database")) ?? "DB") as keyof typeof DATABASES];
  }

  async listen(): Promise<void> {
    const sender = await objectNamed(env.WEBHOOK_SENDER, this.#name);
    await runInDurableObject(sender as never, (instance) => {
      const own = instance as unknown as { fetcher: (url: string, init: RequestInit) => Promise<Response> };
      own.fetcher = async (_, init) => {
        const id = new Headers(init.headers).get("webhook-id") ?? "";
        this.received.push({ id, ...JSON.parse(String(init.body)) });
        return new Response("thanks");
      };
    });
    const made = await this.api.post(ENDPOINTS, {
      url: "https://receiver.example.com/hooks",
      from_sequence: 1,
    });
    expect(made.status).toBe(201);
  }

  /** Lets all that is due happen: the opening of the books, history, deliveries. */
  async settle(): Promise<void> {
    const gate = await objectNamed(env.TENANT_GATE, this.#name);
    const isOpened = async () => {
      const { progress } = (await this.api.get("/v1/bookkeeping")).body;
      if (progress.done === progress.total) return true;
      await runDurableObjectAlarm(gate);
      return false;
    };
    await until(isOpened);
    await deliver([{ ...messageFor(this.api.tenant, 1), followed: true }], { environment: manyDatabases });
    const sender = await objectNamed(env.WEBHOOK_SENDER, this.#name);
    const isDelivered = async () => {
      await runDurableObjectAlarm(sender);
      return (await this.api.get(ENDPOINTS)).body.data[0].behind === 0;
    };
    await until(isDelivered);
  }

  async log() {
    return (await this.api.get("/api/tables/events?sort_order=asc&limit=200")).body.data;
  }
}

/** Everything that must hold of a tenant whose books come from its records, whatever was lost. */
async function check(tenant: Tenant, seen: ReadonlyMap<number, string>): Promise<void> {
  const { api, received } = tenant;
  const log = await tenant.log();
  // The books.
  expect((await api.get("/v1/bookkeeping")).body).toMatchObject(SETTLING);
  expect(await provedOn(api, DAYS)).toEqual([]);
  // No sequence has two events, ever.
  for (const { sequence, event_id } of log) expect(seen.get(sequence) ?? event_id).toBe(event_id);
  // Webhooks: every event of the log and every entry, and nothing twice.
  expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);
  const told = new Set(received.flatMap(({ data }) => data.event_id ?? []));
  const quiet = log.filter(({ step }: { step: string }) => step === "opening");
  expect(log.filter((one: { event_id: string }) => !told.has(one.event_id))).toEqual(quiet);
  const entries = new Set(received.flatMap(({ data }) => data.journal_entry_id ?? []));
  const posted = log.flatMap(
    ({ journal_entry_ids }: { journal_entry_ids: string[] | null }) => journal_entry_ids ?? [],
  );
  expect(posted.filter((id: string) => !entries.has(id))).toEqual([]);
  // History: a row for each disbursement that is in the log.
  const made = log.filter(
    (one: { category: string; step: string }) => one.category === "disbursement" && one.step === "create",
  );
  const rows = (await api.get("/api/tables/disbursement_status?sort_by=created_at&sort_order=asc")).body.data;
  expect(rows.map(({ event_id }: { event_id: string }) => event_id)).toEqual(
    made.map(({ event_id }: { event_id: string }) => event_id),
  );
}

it.each([
  ["the first of three databases", null],
  ["another one, in the EU", "eu"],
])(
  "a tenant of %s that is restored to each of its events skips nothing, repeats nothing, and its books agree",
  async (_, where) => {
    const tenant = new Tenant(where);
    const { api } = tenant;
    const seen = new Map<number, string>();
    const note = async () => {
      for (const { sequence, event_id } of await tenant.log()) seen.set(sequence, event_id);
    };
    const empty = await snapshotOf(api.tenant, DATABASES.DB);
    const moments: Awaited<ReturnType<typeof snapshotOf>>[] = [];
    for (const [index, happen] of HISTORY.entries()) {
      await happen(api);
      if (index === 0) await tenant.listen();
      moments.push(await snapshotOf(api.tenant, await tenant.database()));
    }
    await tenant.settle();
    await note();
    await check(tenant, seen);
    const database = await tenant.database();
    const withoutPlacement = (snapshot: (typeof moments)[number]) =>
      new Map([...snapshot].filter(([table]) => table !== "placements"));
    for (const [index, moment] of [...moments.toReversed(), empty].entries()) {
      await restore(api.tenant, withoutPlacement(moment), database);
      await api.accept("client", { ...individual, client_id: `C-after-${index}` });
      await tenant.settle();
      await check(tenant, seen);
      await note();
    }
  },
);
