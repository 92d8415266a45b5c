import { causeOf } from "../domain/core/failure.ts";
import { compareEndpoints } from "../fanout/followers.ts";
import { revokeAgain } from "../store/api-keys/api-keys.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { sessionOf } from "../store/d1/session.ts";
import { Facts } from "./facts.ts";
import { logOf } from "./log.ts";
import { RevokedKeys } from "./revoked-keys.ts";

/** The fact that all this is to be done: another text each time that it is planned, and empty once it is done. */
const TO_DO = "after-restore";

/**
 * What follows a restore of D1 beside the log (docs/operate.md#after-a-restore): the tenant's webhook sender compares its
 * endpoints with D1's copy of them, and API keys that the tenant has revoked are revoked again.
 */
export class AfterRestore {
  readonly #storage: DurableObjectStorage;
  readonly #facts: Facts;
  readonly #env: () => Cloudflare.Env;
  readonly #revoked: RevokedKeys;

  constructor(storage: DurableObjectStorage, env: () => Cloudflare.Env) {
    this.#storage = storage;
    this.#facts = new Facts(storage);
    this.#env = env;
    this.#revoked = new RevokedKeys(storage);
  }

  /** Keeps that the tenant has revoked API keys; durable once it resolves. */
  async keepRevoked(ids: readonly string[]): Promise<void> {
    this.#revoked.keep(ids, Date.now());
    await this.#storage.sync();
  }

  /** Keeps that there is something to do, before a crash can lose it. */
  async plan(): Promise<void> {
    this.#facts.set(TO_DO, crypto.randomUUID());
    await this.#storage.sync();
  }

  /** Does what is planned. False: some of it is left. */
  async finish(tenant: string): Promise<boolean> {
    const planned = this.#facts.get(TO_DO) ?? "";
    if (planned === "") return true;
    const done = await Promise.all([compareEndpoints(this.#env(), tenant), this.#revokeAgain(tenant)]);
    if (done.includes(false)) return false;
    // Planned again meanwhile: there was another restore.
    if (this.#facts.get(TO_DO) !== planned) return false;
    this.#facts.set(TO_DO, "");
    return true;
  }

  async #revokeAgain(tenant: string): Promise<boolean> {
    const ids = this.#revoked.all();
    if (ids.length === 0) return true;
    try {
      const { db } = sessionOf(this.#env().DB, "first-primary");
      await withDeadline(revokeAgain(db, tenant, ids, Date.now()));
      return true;
    } catch (error) {
      logOf(tenant, { message: "API keys not revoked again", error: causeOf(error) });
      return false;
    }
  }
}
