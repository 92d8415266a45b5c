import { LRUCache } from "lru-cache";
import { goesAlone } from "../domain/command.ts";
import { GROUP_BYTES_MAX, GROUP_COMMANDS_MAX, type Submission, type SubmitReply } from "./submission.ts";

/** A write that comes this soon behind another one of its tenant shares its call, or waits this long for others. */
const GATHER_MS = 1;
/** No write joins a call that should have been made by now: the request that makes it may have ended. */
const JOIN_MS = 10;
/** Tenants whose last write an isolate remembers. */
const TENANTS_MAX = 1_000;

/** A submission in a call; its request waits for `resolve`. */
interface Joined {
  readonly submission: Submission;
  readonly resolve: (reply: SubmitReply) => void;
  readonly reject: (error: unknown) => void;
}

/** A call that is about to be made. */
interface OpenCall {
  readonly since: number;
  readonly joined: Joined[];
  characters: number;
}

/** What one request brings along to share a call. */
interface Sharing {
  /** Hands some submissions to their gate in one call. */
  readonly settle: (submissions: readonly Submission[]) => Promise<readonly SubmitReply[]>;
  /** Lets the call outlive the request that makes it. */
  readonly waitUntil: (work: Promise<void>) => void;
}

/**
 * The calls of one isolate to one tenant's gate. Under load a call costs more than the work that it asks for, so writes
 * that come within a millisecond share one (docs/decisions/shared-calls.md).
 */
class TenantCalls {
  #last = Number.NEGATIVE_INFINITY;
  #open: OpenCall | null = null;

  /** The reply to a submission that can share a call, or null where it should make one of its own. */
  share(submission: Submission, sharing: Sharing): Promise<SubmitReply> | null {
    const now = Date.now();
    const isBusy = now - this.#last <= GATHER_MS;
    this.#last = now;
    if (!isBusy || goesAlone(submission.command)) return null;
    const call = this.#joinable(submission, now) ?? this.#begin(now, sharing);
    // Each request waits for a promise of its own: what follows one of another request would run in that one's context.
    const { promise, resolve, reject } = Promise.withResolvers<SubmitReply>();
    call.joined.push({ submission, resolve, reject });
    call.characters += submission.data.length;
    return promise;
  }

  #joinable({ data }: Submission, now: number): OpenCall | null {
    const open = this.#open;
    if (open === null || now - open.since > JOIN_MS) return null;
    const isFull = open.joined.length === GROUP_COMMANDS_MAX;
    return isFull || open.characters + data.length > GROUP_BYTES_MAX ? null : open;
  }

  #begin(since: number, { settle, waitUntil }: Sharing): OpenCall {
    const call: OpenCall = { since, joined: [], characters: 0 };
    this.#open = call;
    waitUntil(this.#make(call, settle));
    return call;
  }

  async #make(call: OpenCall, settle: Sharing["settle"]): Promise<void> {
    const { joined } = call;
    try {
      await scheduler.wait(GATHER_MS);
      if (this.#open === call) this.#open = null;
      const replies = await settle(joined.map(({ submission }) => submission));
      for (const [index, { resolve }] of joined.entries()) resolve(replies[index] as SubmitReply);
    } catch (error) {
      for (const { reject } of joined) reject(error);
    }
  }
}

const tenantsOf = new WeakMap<Cloudflare.Env["TENANT_GATE"], LRUCache<string, TenantCalls>>();

/** What this isolate knows of its calls to a tenant's gate. */
export function callsTo(gates: Cloudflare.Env["TENANT_GATE"], tenant: string): TenantCalls {
  let tenants = tenantsOf.get(gates);
  if (!tenants) {
    tenants = new LRUCache({ maxSize: TENANTS_MAX, sizeCalculation: () => 1 });
    tenantsOf.set(gates, tenants);
  }
  let calls = tenants.get(tenant);
  if (!calls) {
    calls = new TenantCalls();
    tenants.set(tenant, calls);
  }
  return calls;
}
