import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { SubmitReply } from "../../src/tenant/submission.ts";
import { Api, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { HeldCalls, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import {
  eventsOf,
  gateOf,
  oneTo,
  secondGateOf,
  sequencesOf,
  submissionOf,
  throughSecondGate,
} from "../support/gate.ts";

const UUID = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

const posting = {
  loan_id: UUID(1),
  borrower_id: UUID(9),
  amount_minor: "100",
  currency: "USD",
  effective_at: "2024-01-01",
  method: "ach",
  destination_ref: "X",
};

/** Holds the next commit of the tenant's gate. */
async function heldCommit(tenant: string): Promise<HeldCalls> {
  const hold = new HeldCalls();
  (await wrapDatabase(gateOf(tenant))).meet(isCommit, hold.fault, 1);
  return hold;
}

it("two gates of a tenant that get the same keys at once, with evictions, store each event once", async () => {
  const tenant = newTenant();
  const gates = [gateOf, secondGateOf];
  const acknowledged = new Map<string, Set<string>>();
  const settle = async (n: number, gate: typeof gateOf) => {
    const client = { ...individual, client_id: `C-${n}` };
    const submission = await submissionOf("client", client, `key-number-${n}`);
    for (;;) {
      const reply: SubmitReply | null = await gate(tenant)
        .submit(tenant, submission)
        .catch(() => null);
      if (reply?.kind !== "accepted") continue;
      const ids = acknowledged.get(submission.key) ?? new Set();
      acknowledged.set(submission.key, ids.add(`${reply.answer.event_id} ${reply.answer.sequence}`));
      return;
    }
  };
  const evictions = [5, 15, 25].map(async (n) => {
    await settle(n, gateOf);
    await evictDurableObject(gateOf(tenant)).catch(() => {});
  });
  await Promise.all([...oneTo(40).flatMap((n) => gates.map((gate) => settle(n, gate))), ...evictions]);
  const events = await eventsOf(tenant);
  expect(sequencesOf(events)).toEqual(oneTo(40));
  for (const { key_hash, event_id, sequence } of events) {
    expect([...(acknowledged.get(key_hash) ?? [])]).toEqual([`${event_id} ${sequence}`]);
  }
});

it("two gates that post to one loan at once: the loser is fenced, posts after the winner, and the books balance", async () => {
  const api = new Api();
  const hold = await heldCommit(api.tenant);
  const slow = api.post("/v1/disbursements", posting);
  await hold.reached();
  const fast = await throughSecondGate(api.tenant).post("/v1/disbursements", posting);
  hold.release();
  const answer = await slow;
  expect([fast.status, answer.status]).toEqual([201, 201]);
  const balance = async () =>
    (await api.get(`/v1/loans/${posting.loan_id}/balance`)).body.principal_outstanding_minor;
  expect(await balance()).toBe("200");

  const reversal = { reverses_entry_id: answer.body.journal_entry_id, reason_code: "other" };
  const again = await heldCommit(api.tenant);
  const late = api.post("/v1/reversals", reversal);
  await again.reached();
  const first = await throughSecondGate(api.tenant).post("/v1/reversals", reversal);
  again.release();
  const second = await late;
  expect([first.status, second.status, second.body.code]).toEqual([201, 409, "already_reversed"]);
  expect(await balance()).toBe("100");
  const totals = "SELECT COUNT(*) AS n FROM journal_entries WHERE tenant_id = ?";
  expect(await env.DB.prepare(totals).bind(api.tenant).first("n")).toBe(3);
});
