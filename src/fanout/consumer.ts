import { withDeadline } from "../store/d1/failure.ts";
import { type CaughtUp, catchUp, logStopped } from "./catch-up.ts";
import { bury, NotAMessage } from "./dead-letters.ts";
import { tellFollowers } from "./followers.ts";
import { parseMessage, traceOf } from "./message.ts";

const RETRY_BASE_S = 5;
const RETRY_MAX_S = 300;
const LOGGED_MAX = 20;

/** Where the platform puts a message after its last retry (wrangler.toml). */
const DEAD_LETTER_SUFFIX = "-dead";

/** Runs every projection for the tenants that a batch names. A tenant's failure retries only its own messages. */
export async function consume(batch: MessageBatch<unknown>, env: Cloudflare.Env): Promise<void> {
  if (batch.queue.endsWith(DEAD_LETTER_SUFFIX)) return buryAll(batch, env);
  const start = Date.now();
  const byTenant = Map.groupBy(batch.messages, ({ body }) => parseMessage(body)?.tenant_id ?? null);
  let rows = 0;
  let failed = 0;
  for (const messages of byTenant.values()) {
    const outcome = await attempt(env, messages.at(-1)?.body);
    rows += outcome.rows;
    if (outcome.stopped.length === 0) for (const message of messages) message.ack();
    else {
      failed += messages.length;
      for (const message of messages) retry(message);
    }
  }
  const traces = new Set(batch.messages.map(({ body }) => traceOf(body)));
  const entry = {
    level: failed > 0 ? "error" : "info",
    message: "events batch",
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

const retry = (message: Message<unknown>): void =>
  message.retry({ delaySeconds: Math.min(RETRY_BASE_S * 2 ** (message.attempts - 1), RETRY_MAX_S) });

type Outcome = Pick<CaughtUp, "rows" | "stopped">;

/** Derives what a message asks for. Never throws. */
async function attempt(env: Cloudflare.Env, body: unknown): Promise<Outcome> {
  const message = parseMessage(body);
  if (!message) return { rows: 0, stopped: [{ projection: "", error: new NotAMessage() }] };
  const { tenant_id: tenant } = message;
  const done = await catchUp(env, tenant);
  const { rows, complete, stopped } = done;
  // D1's copy of the endpoints may be of an earlier time, before one was made.
  await tellFollowers(env, tenant, { ...done, followed: done.followed || message.followed === true });
  for (const one of stopped) logStopped(tenant, one, traceOf(body));
  if (complete) return { rows, stopped };
  try {
    // Remaining work is no failure and must not use up the message's retries.
    await withDeadline(env.HISTORY_QUEUE.send(message));
    return { rows, stopped };
  } catch (error) {
    return { rows, stopped: [...stopped, { projection: "", error }] };
  }
}

/**
 * Records a dead letter for each projection that still fails, with its present error, so that the operator can find and
 * redrive it. A message whose work has been done meanwhile is acknowledged.
 */
async function buryAll(batch: MessageBatch<unknown>, env: Cloudflare.Env): Promise<void> {
  for (const message of batch.messages) {
    const { stopped } = await attempt(env, message.body);
    if (await bury(env, message, stopped)) message.ack();
    else retry(message);
  }
}
