import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { noWrites } from "../../src/domain/command.ts";
import { NO_HEAD } from "../../src/domain/core/event.ts";
import { DEFAULT_SETTINGS } from "../../src/domain/core/settings.ts";
import { seal } from "../../src/domain/log/seal.ts";
import { ingestEvent } from "../../src/domain/tape/writes.ts";
import { commit } from "../../src/store/commit.ts";
import { openSession } from "../../src/store/session.ts";
import type { GroupContext } from "../../src/tenant/group.ts";
import type { Submission } from "../../src/tenant/submission.ts";
import { Api, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { HeldCalls, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import {
  eventsOf,
  gateOf,
  oneTo,
  sequencesOf,
  settleWhole,
  submissionOf,
  writerContext,
} from "../support/gate.ts";
import { logged } from "../support/logs.ts";

async function apiHeldAtCommit() {
  const api = new Api();
  const hold = new HeldCalls();
  (await wrapDatabase(gateOf(api.tenant))).meet(isCommit, hold.fault, 1);
  return { api, hold };
}

/** Settles one group and, like a caller who was told to retry, comes back with what was unavailable. */
async function settleAll(context: GroupContext, group: readonly Submission[]): Promise<void> {
  let left = group;
  while (left.length > 0) {
    const settled = await settleWhole(context, left);
    const accepted = new Set<string>();
    for (const { verdicts } of settled) {
      for (const [key, verdict] of verdicts) if (verdict.kind === "accepted") accepted.add(key);
    }
    left = left.filter(({ key }) => !accepted.has(key));
  }
}

describe("two writers of one tenant", () => {
  it("log a fence that holds as what it is, and no error", async () => {
    const { api, hold } = await apiHeldAtCommit();
    const lines = await logged(async () => {
      const held = api.ingest("client", individual);
      await hold.reached();
      const foreign = await submissionOf("client", { ...individual, client_id: "C-9" });
      await settleWhole(writerContext(api.tenant), [foreign]);
      hold.release();
      expect((await held).status).toBe(201);
    });
    vi.restoreAllMocks();
    const own = lines.filter((line) => line.includes(api.tenant)).map((line) => JSON.parse(line));
    const fences = own.filter(({ message }) => message === "another writer was faster");
    expect(fences).toMatchObject([{ level: "info", tenant: api.tenant, failure: "fenced", commands: 1 }]);
    expect(own.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("never share a sequence: the gate that loses loads again and takes the next one", async () => {
    const { api, hold } = await apiHeldAtCommit();
    const held = api.ingest("client", individual);
    await hold.reached();
    const foreign = await submissionOf("client", { ...individual, client_id: "C-9" });
    const stamp = {
      sequence: 1,
      event_id: "foreign",
      journal_entry_id: "none",
      now: 9_000_000_000_000,
      settings: DEFAULT_SETTINGS,
    };
    const { key: key_hash, ...request } = foreign;
    const accepted = { facts: {}, client_id: "C-9", warnings: [], previous_sequence: null };
    const draft = ingestEvent(foreign.command, accepted, stamp, { key_hash, ...request });
    const link = {
      tenant: api.tenant,
      head: NO_HEAD,
      entries: [],
      salt: "00".repeat(16),
      settings: DEFAULT_SETTINGS,
    };
    const event = seal(draft, link);
    const writes = { ...noWrites(), events: [event] };
    const session = await openSession(env, api.tenant, "first-primary");
    await commit(session, api.tenant, writes, { head: NO_HEAD, rewrites: 0 });
    hold.release();
    const answer = await held;
    expect([answer.status, answer.body.sequence]).toEqual([201, 2]);
    const events = await eventsOf(api.tenant);
    expect(sequencesOf(events)).toEqual([1, 2]);
    expect(events[1]?.created_at).toBe(9_000_000_000_000);
  });

  it("decide on what the other wrote: the whole batch of the loser is void", async () => {
    const { api, hold } = await apiHeldAtCommit();
    const held = api.ingest("client", { ...individual, name: "Loser" });
    await hold.reached();
    const winner = await submissionOf("client", { ...individual, name: "Winner" });
    await settleWhole(writerContext(api.tenant), [winner]);
    hold.release();
    const answer = await held;
    expect([answer.status, answer.body.code]).toEqual([409, "already_exists"]);
    expect(await eventsOf(api.tenant)).toMatchObject([{ sequence: 1, key_hash: winner.key }]);
    const row = await env.DB.prepare("SELECT name FROM clients WHERE tenant_id = ?").bind(api.tenant).all();
    expect(row.results).toEqual([{ name: "Winner" }]);
  });

  it("lose, double and skip no event while both write at full speed", async () => {
    const tenant = newTenant();
    const writer = async (name: string) => {
      for (const round of oneTo(12)) {
        const clients = oneTo(3).map((number) => ({
          ...individual,
          client_id: `${name}-${round}-${number}`,
        }));
        const group = await Promise.all(clients.map((client) => submissionOf("client", client)));
        await settleAll(writerContext(tenant), group);
      }
    };
    await Promise.all([writer("A"), writer("B")]);
    const events = await eventsOf(tenant);
    expect(sequencesOf(events)).toEqual(oneTo(72));
    expect(new Set(events.map(({ record_id }) => record_id)).size).toBe(72);
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(72);
  });

  it("accept one key once when both get it at the same time", async () => {
    const tenant = newTenant();
    const submission = await submissionOf("client", individual);
    const settled = await Promise.all(oneTo(4).map(() => settleWhole(writerContext(tenant), [submission])));
    const verdicts = settled.flat().map(({ verdicts }) => verdicts.get(submission.key));
    const [event, ...others] = await eventsOf(tenant);
    expect(others).toEqual([]);
    const accepted = verdicts.filter((verdict) => verdict?.kind === "accepted");
    expect(accepted.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const { answer } of accepted) expect(answer.event_id).toBe(event?.event_id);
  });
});
