import { openSession } from "../store/database.ts";
import { recordDeadLetter } from "../store/history.ts";
import { catchUp, PoisonEvent } from "./catch-up.ts";
import { type HistoryMessage, historyMessageSchema, traceIdOf } from "./message.ts";

const RETRY_BASE_S = 5;
const RETRY_MAX_S = 300;

/** Where the platform puts a message after its last retry (wrangler.toml). */
const DEAD_LETTER_SUFFIX = "-dead";

/** Makes history for the tenants that a batch names; one tenant's failure retries its own messages alone. */
export async function consume(batch: MessageBatch<unknown>, env: Cloudflare.Env): Promise<void> {
  if (batch.queue.endsWith(DEAD_LETTER_SUFFIX)) return buryAll(batch, env);
  const start = Date.now();
  const byTenant = Map.groupBy(batch.messages, ({ body }) => tenantOf(body));
  let rows = 0;
  let failed = 0;
  for (const [tenant, messages] of byTenant) {
    const outcome = await attempt(env, tenant, messages);
    rows += outcome.rows;
    if (outcome.error === null) for (const message of messages) message.ack();
    else {
      failed += messages.length;
      for (const message of messages) message.retry({ delaySeconds: backoff(message.attempts) });
    }
  }
  console.log(
    JSON.stringify({
      level: failed > 0 ? "error" : "info",
      message: "history batch",
      queue: batch.queue,
      trace_ids: [...new Set(batch.messages.map(({ body }) => traceOf(body)))].slice(0, 20),
      messages: batch.messages.length,
      tenants: byTenant.size,
      rows,
      failed,
      duration_ms: Date.now() - start,
    }),
  );
}

const parse = (body: unknown): HistoryMessage | null => historyMessageSchema.safeParse(body).data ?? null;
const tenantOf = (body: unknown): string | null => parse(body)?.tenant_id ?? null;
const traceOf = (body: unknown): string | null => {
  const message = parse(body);
  return message ? traceIdOf(message.traceparent) : null;
};
const backoff = (attempts: number) => Math.min(RETRY_BASE_S * 2 ** (attempts - 1), RETRY_MAX_S);

interface Outcome {
  readonly rows: number;
  readonly error: unknown;
}

async function attempt(
  env: Cloudflare.Env,
  tenant: string | null,
  messages: readonly Message<unknown>[],
): Promise<Outcome> {
  if (tenant === null) return { rows: 0, error: new Error("the message is not a history message") };
  try {
    const { rows, complete } = await catchUp(env, tenant);
    return {
      rows,
      error: complete ? null : new Error("more events are due than one message makes history of"),
    };
  } catch (error) {
    const trace_id = error instanceof PoisonEvent ? error.trace_id : traceOf(messages.at(-1)?.body);
    const entry = { level: "error", message: "history failed", tenant, trace_id, error: String(error) };
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
    const parsed = parse(message.body);
    const { error } = await attempt(env, parsed?.tenant_id ?? null, [message]);
    if (error === null) {
      message.ack();
      continue;
    }
    try {
      const { db } = openSession(env, parsed?.tenant_id ?? "", "first-primary");
      const letter = {
        message_id: message.id,
        tenant_id: parsed?.tenant_id ?? null,
        trace_id: error instanceof PoisonEvent ? error.trace_id : traceOf(message.body),
        body: JSON.stringify(message.body) ?? "null",
        error: String(error),
      };
      await recordDeadLetter(db, letter, Date.now());
      message.ack();
    } catch (failure) {
      const entry = { level: "error", message: "dead letter not recorded", error: String(failure) };
      console.error(JSON.stringify(entry));
      message.retry({ delaySeconds: backoff(message.attempts) });
    }
  }
}
