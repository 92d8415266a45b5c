import fc from "fast-check";
import { expect, it } from "vitest";
import type { Api } from "../support/api.ts";
import { loan, operation, purchase } from "../support/examples.ts";
import { runs } from "../support/runs.ts";
import {
  deliver,
  dueHistoryOf,
  historyOf,
  messageFor,
  rowCount,
  runSweep,
  tenantWithoutQueue,
} from "./queue.ts";

const SEED = 20261120;
const RUNS = runs(4, 12);

type Action =
  | { readonly type: "event"; readonly category: string; readonly data: object }
  | { readonly type: "message"; readonly copies: number }
  | { readonly type: "sweep" };

const loanId = fc.constantFrom("L-1", "L-2");
const operationId = fc.constantFrom("OP-1", "OP-2");

const terms = fc.record(
  {
    maturity_date: fc.constantFrom("2025-10-20T12:34:56Z", "2026-01-31", "2026-06-30"),
    total_expected_margin: fc.constantFrom(1293, 1000.5, 1500),
    disbursement_amount: fc.constantFrom(10000, 9999.99, 12000),
    disbursement_date: fc.constantFrom("2024-10-20T12:34:56Z", "2024-11-01"),
    bank_ref: fc.constantFrom("B-1", "B-2"),
  },
  { requiredKeys: [] },
);
const reason = fc.record({
  change_date: fc.constantFrom("2025-03-01", "2025-04-01T08:00:00Z"),
  change_reason: fc.constantFrom("Client request", "Arrears"),
});
const asset = fc.record(
  {
    asset_id: fc.constantFrom("A-1", "A-2", null),
    asset_condition: fc.constantFrom("new", "worn", null),
    operation_description: fc.constantFrom("first", "second"),
  },
  { requiredKeys: [] },
);

const disbursement: fc.Arbitrary<object> = fc.oneof(
  loanId.map((disbursement_id) => ({ ...loan, disbursement_id })),
  fc.constant(purchase),
  {
    weight: 5,
    arbitrary: fc
      .tuple(loanId, terms, reason)
      .map(([disbursement_id, changed, why]) => ({ step: "update", disbursement_id, ...changed, ...why })),
  },
  loanId.map((disbursement_id) => ({ step: "delete", disbursement_id })),
);

const operations: fc.Arbitrary<object> = fc.oneof(
  fc.tuple(operationId, loanId, asset).map(([operation_id, disbursement_id, more]) => ({
    ...operation,
    operation_id,
    disbursement_id,
    ...more,
  })),
  fc.tuple(operationId, asset).map(([operation_id, more]) => ({ step: "update", operation_id, ...more })),
  operationId.map((operation_id) => ({ step: "delete", operation_id })),
);

const event = (category: string) => (data: object) => ({ type: "event", category, data }) as const;
const message = (copies: number) => ({ type: "message", copies }) as const;

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: disbursement.map(event("disbursement")) },
  { weight: 6, arbitrary: operations.map(event("operation")) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map(message) },
  { weight: 1, arbitrary: fc.constant({ type: "sweep" } as const) },
);

/** Events that the service refuses make no history, so any sequence will do. */
async function act(api: Api, step: Action): Promise<void> {
  if (step.type === "event") {
    const { status } = await api.ingest(step.category, step.data);
    expect([200, 201, 400, 404, 409]).toContain(status);
  } else if (step.type === "message") {
    const copies = Array.from({ length: step.copies }, () => deliver([messageFor(api.tenant)]));
    await Promise.all(copies);
  } else await runSweep();
}

it(`history is what the contract derives from random events (seed ${SEED})`, async () => {
  let rows = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 30, maxLength: 50 }), async (actions) => {
      const { api } = await tenantWithoutQueue();
      await api.accept("disbursement", loan);
      for (const step of actions) await act(api, step);
      await runSweep();
      const history = await historyOf(api.tenant);
      expect(history).toEqual(await dueHistoryOf(api.tenant));
      rows += rowCount(history);
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: true },
  );
  expect(rows).toBeGreaterThan(RUNS * 8);
});
