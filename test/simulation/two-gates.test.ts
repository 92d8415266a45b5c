import fc from "fast-check";
import { expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { expectSoundLog } from "../support/chain.ts";
import { CONNECTION_LOST, type Fault, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { eventsOf, gateOf, oneTo, secondGateOf, sequencesOf, throughSecondGate } from "../support/gate.ts";
import { runs } from "../support/runs.ts";
import { rounds, START } from "./events.ts";
import { checkLists, checkTouched } from "./reads.ts";
import { newTenant, play, type Tenant } from "./world.ts";

/** As in simulation.test.ts. */
const REPLAY = { seed: 20261121, path: "" } as const;
const RUNS = runs(2, 6);
const ROUNDS = 60;

/** The commit is given up for lost, and lands a while later. */
const landsLate: Fault = (send) => {
  scheduler
    .wait(20)
    .then(send)
    .catch(() => {});
  return Promise.reject(new Error(CONNECTION_LOST));
};

const isLost: Fault = () => Promise.reject(new Error(CONNECTION_LOST));

const answerIsLost: Fault = async (send) => {
  await send();
  throw new Error(CONNECTION_LOST);
};

/** What becomes of the commits one after another; most of them pass. */
const FAULTS = [null, null, answerIsLost, null, null, null, isLost, null, landsLate, null, null] as const;

/**
 * A tenant whose requests go to two gates in turn, each with a memory of its own and a D1 that loses commits and
 * answers. `seen` counts how often a fault was met and how often a gate decided from memory.
 */
async function tenantOfTwoGates(seen: { faults: number; loads: number; commits: number }): Promise<Tenant> {
  const api = new Api();
  const doors = [api, throughSecondGate(api.tenant)];
  let commits = 0;
  for (const gate of [gateOf(api.tenant), secondGateOf(api.tenant)]) {
    const d1 = await wrapDatabase(gate);
    d1.meet(
      (call) => !isCommit(call),
      (send) => {
        seen.loads += 1;
        return send();
      },
    );
    d1.meet(isCommit, (send) => {
      commits += 1;
      seen.commits += 1;
      const fault = FAULTS[commits % FAULTS.length];
      if (!fault) return send();
      seen.faults += 1;
      return fault(send);
    });
  }
  let turn = 0;
  const send = async (text: string, key: string) => {
    for (;;) {
      turn += 1;
      const answer = await (doors[turn % 3 === 0 ? 1 : 0] as Api).post("/ingest", text, key);
      if (answer.status !== 503) return answer;
    }
  };
  return newTenant(api, send);
}

it("two gates with different memories follow the contract, although D1 loses commits and answers", async () => {
  const seen = { faults: 0, loads: 0, commits: 0 };
  await fc.assert(
    fc.asyncProperty(rounds(1, ROUNDS), async (plan) => {
      const tenant = await tenantOfTwoGates(seen);
      for (const event of START) {
        await play([tenant], { tenant: 0, commands: [{ event, key: "new", back: 0 }] });
      }
      for (const round of plan) await checkTouched(tenant, await play([tenant], round));
      await checkLists(tenant);
      await expectSoundLog(tenant.api.tenant);
      expect(sequencesOf(await eventsOf(tenant.api.tenant))).toEqual(oneTo(tenant.now.sequence));
    }),
    { ...REPLAY, numRuns: RUNS },
  );
  // A run without faults, or one in which each commit had its load, proves nothing.
  expect(seen.faults).toBeGreaterThan(3 * RUNS);
  expect(seen.commits).toBeGreaterThan(16 * RUNS);
  expect(seen.loads).toBeGreaterThan(3 * RUNS);
}, 900_000);
