import { causeOf } from "../domain/core/failure.ts";
import { classify } from "../store/d1/failure.ts";
import { openSession } from "../store/d1/session.ts";
import { recordDeadLetter } from "../store/history/history.ts";
import { catchUp, PoisonEvent } from "./catch-up.ts";
import { type HistoryMessage, historyMessageSchema, traceIdOf } from "./message.ts";

const RETRY_BASE_S = 5;
const RETRY_MAX_S = 300;
const LOGGED_MAX = 20;

/** Where the platform puts a message after its last retry (wrangler.toml). */
const DEAD_LETTER_SUFFIX = "-dead";

/** Makes history for the tenants that a batch names; one tenant's failure retries its own messages alone. */
export async function consume(batch: MessageBatch<unknown>, env: Cloudflare.Env): Promise<void> {
  if (batch.queue.endsWith(DEAD_LETTER_SUFFIX)) return buryAll(batch, env);
  const start = Date.now();
  const byTenant = Map.groupBy(batch.messages, ({ body }) => parse(body)?.tenant_id ?? null);
  let rows = 0;
  let failed = 0;
  for (const messages of byTenant.values()) {
    const outcome = await attempt(env, messages.at(-1)?.body);
    rows += outcome.rows;
    if (outcome.error === null) for (const message of messages) message.ack();
    else {
      failed += messages.length;
      for (const message of messages) message.retry({ delaySeconds: backoff(message.attempts) });
    }
  }
  const traces = new Set(batch.messages.map(({ body }) => traceOf(body)));
  const entry = {
    level: failed > 0 ? "error" : "info",
    message: "history batch",
    queue: batch.queue,
    trace_ids: [...traces].slice(0, LOGGED_MAX),
    tenant_ids: [...byTenant.keys()].slice(0, LOGGED_MAX),
    messages: batch.messages.length,
    tenants: byTenant.size,
    rows,
    failed,
    duration_ms: Date.now() - start,
  };
  console.log(JSON.stringify(entry));
}

const parse = (body: unknown): HistoryMessage | null => historyMessageSchema.safeParse(body).data ?? null;
const traceOf = (body: unknown): string | null => {
  const message = parse(body);
  return message ? traceIdOf(message.traceparent) : null;
};
const backoff = (attempts: number) => Math.min(RETRY_BASE_S * 2 ** (attempts - 1), RETRY_MAX_S);

interface Outcome {
  readonly rows: number;
  readonly error: unknown;
}

/** Makes the history that a message asks for; never throws. */
async function attempt(env: Cloudflare.Env, body: unknown): Promise<Outcome> {
  const message = parse(body);
  if (!message) return { rows: 0, error: new NoHistoryMessage("the message is not a history message") };
  const { tenant_id: tenant } = message;
  try {
    const { rows, complete } = await catchUp(env, tenant);
    // Work left over is no failure, and no reason to use up the message's retries.
    if (!complete) await env.HISTORY_QUEUE.send(message);
    return { rows, error: null };
  } catch (error) {
    const trace_id = error instanceof PoisonEvent ? error.trace_id : traceOf(body);
    const entry = { level: "error", message: "history failed", tenant, trace_id, error: causeOf(error) };
    console.error(JSON.stringify(entry));
    return { rows: 0, error };
  }
}

/**
 * Records what the queue gave up on, with the trace id and the error as it is now, for the operator to find and
 * redrive. A message whose history has been made meanwhile is done with.
 */
async function buryAll(batch: MessageBatch<unknown>, env: Cloudflare.Env): Promise<void> {
  for (const message of batch.messages) {
    const { error } = await attempt(env, message.body);
    if (error !== null && mayPass(error)) {
      message.retry({ delaySeconds: backoff(message.attempts) });
      continue;
    }
    try {
      if (error !== null) await bury(env, message, error);
      message.ack();
    } catch (failure) {
      const trace_id = traceOf(message.body);
      const entry = {
        level: "error",
        message: "dead letter not recorded",
        trace_id,
        error: causeOf(failure),
      };
      console.error(JSON.stringify(entry));
      message.retry({ delaySeconds: backoff(message.attempts) });
    }
  }
}

/** A database that is away for a while is no cause for the operator: the sweep goes on with the tenant. */
const mayPass = (error: unknown): boolean =>
  !(error instanceof PoisonEvent) && !(error instanceof NoHistoryMessage) && classify(error) !== "refused";

/** A message that names no tenant's events. */
class NoHistoryMessage extends Error {}

async function bury(env: Cloudflare.Env, { id, body }: Message<unknown>, error: unknown): Promise<void> {
  const tenant_id = parse(body)?.tenant_id ?? null;
  const { db } = openSession(env, tenant_id ?? "", "first-primary");
  const letter = {
    message_id: id,
    tenant_id,
    trace_id: error instanceof PoisonEvent ? error.trace_id : traceOf(body),
    body: JSON.stringify(body) ?? "null",
    error: causeOf(error),
  };
  await recordDeadLetter(db, letter, Date.now());
}
