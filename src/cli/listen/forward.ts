import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { JournalEntryJson } from "../../contract/ledger/answers.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { WebhookType } from "../../domain/core/webhook.ts";
import { eventKind } from "../../domain/event-kinds.ts";
import type { LogLine } from "../../domain/log/line.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { stopRequests } from "../local/stop-requests.ts";
import { followLog } from "../log/export.ts";
import { readLine } from "../log/lines.ts";
import { getExact } from "../read/get.ts";
import { Service, type ServiceOptions } from "../service.ts";

export interface ForwardOptions extends ServiceOptions {
  /** Where the messages go. */
  readonly to: string;
  /** Signs them; a new one is made and shown if it is undefined. */
  readonly secret: string | undefined;
  readonly fromSequence: number | undefined;
}

/** A message as an endpoint gets it (docs/api.md#webhook-messages). */
interface Message {
  readonly id: string;
  readonly type: WebhookType;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const SECRET_BYTES = 32;
/** As the service's own attempts (docs/api.md#retries). */
const ANSWER_TIMEOUT_MS = 10_000;

/** Sends each new event to a URL, signed as a webhook. The service is only read. Resolves with the exit code. */
export async function forward(options: ForwardOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const after = await firstAfter(service.value, options.fromSequence);
  if (!after.ok) return report(after.error);
  const secret = options.secret ?? `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
  const webhook = new Webhook(secret);
  console.error(
    `Forwarding the events after ${after.value} to ${options.to}, signed with ${secret}. Ctrl-C ends it.`,
  );
  const stop = stopRequests();
  const followed = await followLog(service.value, after.value, stop, async (text) => {
    for (const line of text.split("\n")) {
      const event = readLine(line);
      if (!event.ok || stop.aborted) continue;
      for (const message of await messagesOf(service.value, event.value))
        await post(webhook, options.to, message);
    }
  });
  return followed.ok ? EXIT.done : report(followed.error);
}

/** The event after which forwarding starts: the end of the log unless a first one is named. */
async function firstAfter(
  service: Service,
  fromSequence: number | undefined,
): Promise<Result<number, CommandFailure>> {
  if (fromSequence !== undefined) return ok(fromSequence - 1);
  const path = "/api/tables/events?sort_order=desc&limit=1";
  const page = await getExact<{ readonly data: readonly { readonly sequence: unknown }[] }>(service, path);
  if (!page.ok) return page;
  const last = Number(page.value.data[0]?.sequence ?? 0);
  return Number.isSafeInteger(last) ? ok(last) : err(failed(`The answer of ${path} has no sequence.`));
}

/** The messages about an event: the event itself, then its journal entries. */
async function messagesOf(service: Service, event: LogLine): Promise<readonly Message[]> {
  const { event_id, sequence, tenant_id, category, step, id, created_at } = event;
  const occurred_at = new Date(created_at).toISOString();
  const type = eventKind(category, step)?.webhook;
  const own = { event_id, sequence, tenant_id, category, step, id, occurred_at };
  const messages: Message[] = type
    ? [{ id: `msg_${event_id}`, type, timestamp: occurred_at, data: own }]
    : [];
  for (const { journal_entry_id } of event.entries) {
    const entry = await getExact<JournalEntryJson>(service, `/v1/journal-entries/${journal_entry_id}`);
    if (!entry.ok) {
      console.error(`The journal entry ${journal_entry_id} was not read: ${entry.error.message}`);
      continue;
    }
    const { event_type, value_date, posted_at, correlation_id } = entry.value;
    const data = {
      journal_entry_id,
      tenant_id,
      event_type,
      value_date,
      occurred_at: posted_at,
      correlation_id,
    };
    messages.push({ id: `msg_${journal_entry_id}`, type: "journalEntryPosted", timestamp: posted_at, data });
  }
  return messages;
}

/** Sends a message once and prints it with the status of the answer, null for none. */
async function post(webhook: Webhook, to: string, { id, type, timestamp, data }: Message): Promise<void> {
  const body = JSON.stringify({ type, timestamp, data });
  const now = new Date();
  const headers = {
    "Content-Type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": webhook.sign(id, now, body),
  };
  let status: number | null = null;
  try {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const answer = await fetch(to, { method: "POST", headers, body, redirect: "manual", signal });
    status = answer.status;
    await answer.body?.cancel();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    console.error(`${to} did not take ${type}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  console.log(JSON.stringify({ status, webhook_id: id, type, timestamp, data }));
}
