import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import {
  deliver,
  dueHistoryOf,
  historyOf,
  messageFor,
  rowCount,
  tenantWithoutQueue,
} from "../fanout/queue.ts";
import { loan } from "../support/examples.ts";
import { FaultyD1, isCommit } from "../support/faulty-d1.ts";
import { gateOf, keysSaved } from "../support/gate.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";

it("history of events that a restore takes between reading and writing is not written, and that of the new time is", async () => {
  const { api } = await tenantWithoutQueue();
  const before = await snapshotOf(api.tenant);
  await api.accept("disbursement", loan);
  await keysSaved(gateOf(api.tenant), 2);
  const d1 = new FaultyD1(env.DB).meet(
    isCommit,
    async (send) => {
      await restore(api.tenant, before);
      return send();
    },
    1,
  );
  await deliver([messageFor(api.tenant)], { environment: { ...env, DB: d1.binding } });
  expect(rowCount(await historyOf(api.tenant))).toBe(0);
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
  await deliver([messageFor(api.tenant)]);
  const history = await historyOf(api.tenant);
  expect(history).toEqual(await dueHistoryOf(api.tenant));
  expect(history.disbursement_status).toMatchObject([{ disbursement_id: "L-2" }]);
});
