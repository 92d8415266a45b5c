import fc from "fast-check";
import { expect, it } from "vitest";
import { runs } from "../support/runs.ts";
import { rounds, START } from "./events.ts";
import { newTenants, play, type Tenant } from "./world.ts";

/** The fixed run; a failure prints its own seed and path. */
const REPLAY = { seed: 20261121, path: "" } as const;
const RUNS = runs(1, 3);
const ROUNDS = 120;
const LOOK_EVERY = 12;

const IDS = {
  clients: "client_id",
  disbursements: "disbursement_id",
  payments: "payment_id",
  operations: "operation_id",
  purchase_clients: "id",
} as const;

/** What every row answered at one moment: by path, the text of the answer. */
interface Seen {
  readonly sequence: number;
  readonly rows: ReadonlyMap<string, string>;
}

async function look({ api, now }: Tenant): Promise<Seen> {
  const rows = new Map<string, string>();
  for (const [table, id] of Object.entries(IDS)) {
    const { body } = await api.get(`/api/tables/${table}?limit=200`);
    expect(body.pagination.has_more).toBe(false);
    for (const row of body.data) {
      const path = `/api/tables/${table}/${encodeURIComponent(row[id])}`;
      rows.set(path, (await api.get(path)).text);
    }
  }
  return { sequence: now.sequence, rows };
}

it("a row as the log knew it equals the row that was answered then, after any later events", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(rounds(1, ROUNDS), async (plan) => {
      const tenants = newTenants(1);
      const [tenant] = tenants as [Tenant];
      for (const event of START)
        await play(tenants, { tenant: 0, commands: [{ event, key: "new", back: 0 }] });
      const looks: Seen[] = [];
      for (const [index, round] of plan.entries()) {
        await play(tenants, { ...round, tenant: 0 });
        if (index % LOOK_EVERY === 0) looks.push(await look(tenant));
      }
      const paths = new Set(looks.flatMap(({ rows }) => [...rows.keys()]));
      for (const { sequence, rows } of looks) {
        for (const path of paths) {
          const answer = await tenant.api.get(`${path}?known_at=${sequence}`);
          expect([path, sequence, rows.get(path) ?? 404]).toEqual([
            path,
            sequence,
            answer.status === 200 ? answer.text : answer.status,
          ]);
          compared += 1;
        }
      }
    }),
    { ...REPLAY, numRuns: RUNS },
  );
  expect(compared).toBeGreaterThan(100 * RUNS);
}, 900_000);
