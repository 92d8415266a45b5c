import { causeOf } from "../domain/core/failure.ts";
import { classify } from "../store/d1/failure.ts";
import { recordDeadLetter } from "../store/projections/dead-letters.ts";
import { openSession } from "../store/session.ts";
import { PoisonEvent, type Stopped } from "./catch-up.ts";
import { parseMessage, traceOf } from "./message.ts";

/** Thrown for a body that names no tenant's events. */
export class NotAMessage extends Error {
  constructor() {
    super("the message does not name a tenant's events");
  }
}

/** A temporary failure of a database needs no operator: the sweep continues with the tenant. */
const mayPass = ({ error }: Stopped): boolean =>
  !(error instanceof PoisonEvent) && !(error instanceof NotAMessage) && classify(error) !== "refused";

/**
 * Records a dead letter for each projection that failed permanently. Returns false when the message must be retried: a
 * failure may be temporary, or a dead letter could not be recorded.
 */
export async function bury(
  env: Cloudflare.Env,
  { id, body }: Message<unknown>,
  stopped: readonly Stopped[],
): Promise<boolean> {
  const tenant_id = parseMessage(body)?.tenant_id ?? null;
  try {
    const { db } = await openSession(env, tenant_id ?? "", "first-primary");
    for (const one of stopped) {
      if (mayPass(one)) continue;
      const { projection, error } = one;
      const letter = {
        message_id: id,
        projection,
        tenant_id,
        trace_id: error instanceof PoisonEvent ? error.trace_id : traceOf(body),
        body: JSON.stringify(body) ?? "null",
        error: causeOf(error),
      };
      await recordDeadLetter(db, letter, Date.now());
    }
    return !stopped.some(mayPass);
  } catch (failure) {
    const entry = { level: "error", message: "dead letter not recorded", trace_id: traceOf(body) };
    console.error(JSON.stringify({ ...entry, error: causeOf(failure) }));
    return false;
  }
}
