import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { parseLedgerBody } from "../../src/contract/ledger/bodies.ts";
import type { LedgerCommandType } from "../../src/domain/ledger/decide.ts";
import type { SubmitReply } from "../../src/tenant/submission.ts";
import { Api, newKey } from "../support/api.ts";
import { Hold, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { disburse, disbursement, expectSoundBooks, owed, refusalOf, reverse } from "./bookkeeper.ts";

/** Posts through a gate of the tenant that is not the one its name finds: an object that still dies elsewhere. */
async function postElsewhere(tenant: string, type: LedgerCommandType, body: object): Promise<SubmitReply> {
  const command = parseLedgerBody(type, body, null);
  if (!command.ok) throw new Error(command.error.detail);
  const trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  return env.TENANT_GATE.getByName(`2:${tenant}`).submit(tenant, {
    key: newKey(),
    fingerprint: "f",
    data: "{}",
    trace_id,
    actor: null,
    traceparent: `00-${trace_id}-00f067aa0ba902b7-01`,
    command: command.value,
  });
}

it("of two gates that post to one loan at once the slower is fenced, posts after the other, and the books add up", async () => {
  const api = new Api();
  const hold = new Hold();
  (await wrapDatabase(gateOf(api.tenant))).meet(isCommit, hold.fault, 1);
  const slow = disburse(api);
  await hold.reached();
  expect((await postElsewhere(api.tenant, "disbursement", disbursement)).kind).toBe("accepted");
  hold.release();
  expect((await slow).status).toBe(201);
  expect(await owed(api)).toBe("177698");
  await expectSoundBooks(api.tenant);
});

it("of two gates that reverse one entry at once the slower is refused, and it is reversed once", async () => {
  const api = new Api();
  const reverses_entry_id = (await disburse(api)).body.journal_entry_id;
  await disburse(api);
  const hold = new Hold();
  (await wrapDatabase(gateOf(api.tenant))).meet(isCommit, hold.fault, 1);
  const slow = reverse(api, reverses_entry_id);
  await hold.reached();
  const body = { reverses_entry_id, reason_code: "other" };
  expect((await postElsewhere(api.tenant, "reversal", body)).kind).toBe("accepted");
  hold.release();
  expect(refusalOf(await slow)).toEqual([409, "already_reversed"]);
  expect(await owed(api)).toBe("88849");
  await expectSoundBooks(api.tenant);
});
