import { env } from "cloudflare:workers";
import { noWrites } from "../../src/domain/command.ts";
import { type Head, NO_HEAD } from "../../src/domain/core/event.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/core/settings.ts";
import { decideLedger, type LedgerCommand } from "../../src/domain/ledger/decide.ts";
import { noLedgerState } from "../../src/domain/ledger/state.ts";
import { applyPosted, ledgerEvent } from "../../src/domain/ledger/writes.ts";
import { keyHash } from "../../src/domain/log/hash.ts";
import { seal } from "../../src/domain/log/seal.ts";
import { commit } from "../../src/store/commit.ts";
import { openSession } from "../../src/store/session.ts";
import { Api, newKey, newTenant } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import { BORROWER, LOAN } from "./post.ts";

/* Posts thousands of entries below the API, where a request for each would take too long. */

/** A command as the route parses it, for tests that go below the API. */
export const disbursementCommand = {
  type: "disbursement",
  loan_id: LOAN,
  borrower_id: BORROWER,
  amount_minor: 5n,
  currency: "USD",
  effective_at: "2024-01-01",
  method: "ach",
  destination_ref: "acct-1",
  actor: null,
} as const satisfies LedgerCommand;

/**
 * Posts commands for a tenant without events through the domain and the store alone, `size` in a batch, so that one
 * may refer to another of its own batch. Each entry has the id `bulkEntryId(its number)`.
 */
export async function postInBulk(
  tenant: string,
  commands: readonly LedgerCommand[],
  size = 1_000,
): Promise<void> {
  const state = noLedgerState();
  let head: Head = NO_HEAD;
  for (let from = 0; from < commands.length; from += size) {
    const writes = noWrites();
    for (const [index, command] of commands.slice(from, from + size).entries()) {
      const sequence = from + index + 1;
      const journal_entry_id = bulkEntryId(sequence);
      const moment = { sequence, event_id: crypto.randomUUID(), now: Date.now() };
      const stamp = { ...moment, journal_entry_id, settings: DEFAULT_SETTINGS };
      const decided = decideLedger(state, command, stamp);
      if (!decided.ok) throw new Error(decided.error.detail);
      const key_hash = keyHash(tenant, newKey());
      const request = { key_hash, fingerprint: "00", data: "{}", actor: null, trace_id: "00" };
      const draft = ledgerEvent(state, command, decided.value, { stamp, request });
      const { entries } = decided.value;
      const last = writes.events.at(-1) ?? head;
      const link = { tenant, head: last, entries, salt: "00", settings: DEFAULT_SETTINGS };
      writes.events.push(seal(draft, link));
      applyPosted(state, writes, decided.value, stamp);
    }
    await commit(await openSession(env, tenant, "first-primary"), tenant, writes, { head, rewrites: 0 });
    head = writes.events.at(-1) ?? head;
  }
}

export const bulkEntryId = (sequence: number) =>
  `01a1fa75-1084-7242-984d-ed${sequence.toString(16).padStart(10, "0")}`;

export const loanIdOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** A tenant with `count` loans of 1,000 each. */
export async function tenantWithLoans(count: number): Promise<Api> {
  const tenant = newTenant();
  const commands = oneTo(count).map((number) => ({
    ...disbursementCommand,
    loan_id: loanIdOf(number),
    borrower_id: BORROWER,
    amount_minor: 1_000n,
  }));
  await postInBulk(tenant, commands);
  return new Api(tenant);
}

/** The first `count` of those loans as `accrue` takes them: `[loan, principal, interest]`. */
export const accrualItems = (count: number, principal = "1000", interest = "3") =>
  oneTo(count).map((number) => [loanIdOf(number), principal, interest] as const);
