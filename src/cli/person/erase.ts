import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { erasure } from "../../contract/erasure/answers.ts";
import type { ErasureReason } from "../../domain/erasure/erasure.ts";
import { EXIT, failed, report } from "../failure.ts";
import { getExact } from "../read/get.ts";
import { type Away, type Refused, Service, type ServiceOptions, sentenceOf } from "../service.ts";
import { findRepaid } from "./repaid.ts";

/** One client, or those who were repaid before a day. */
export interface PersonEraseOptions extends ServiceOptions {
  readonly reason: ErasureReason;
  readonly whom: { readonly client_id: string } | { readonly repaidBefore: string; readonly dryRun: boolean };
}

const TRIES_MAX = 6;
const PAUSE_S = 2;
const WATCH_MS = 1_000;

const pathOf = (client_id: string) => `/api/clients/${encodeURIComponent(client_id)}/erasure`;

/** Erases one client, or each of those who are repaid. Resolves with the exit code. */
export async function erasePerson({ reason, whom, ...options }: PersonEraseOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  return "client_id" in whom
    ? eraseOne(service.value, whom.client_id, reason)
    : eraseRepaid(service.value, whom, reason);
}

/** Sends the erasure of a client; again with the same key while the service is away. */
async function begin(
  service: Service,
  client_id: string,
  reason: ErasureReason,
): Promise<Response | Away | Refused> {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  const init = { method: "POST", headers, body: JSON.stringify({ reason }) };
  for (let tries = 1; ; tries += 1) {
    const answer = await service.request(pathOf(client_id), init);
    if (answer instanceof Response || answer.kind === "refused" || tries === TRIES_MAX) return answer;
    await pause((answer.retryAfterS ?? PAUSE_S) * 1000);
  }
}

async function eraseOne(service: Service, client_id: string, reason: ErasureReason): Promise<number> {
  const begun = await begin(service, client_id, reason);
  if (!(begun instanceof Response)) return report(failed(sentenceOf(begun)));
  await begun.body?.cancel();
  for (;;) {
    const found = await getExact<ParsedOf<typeof erasure>>(service, pathOf(client_id));
    if (!found.ok) return report(found.error);
    const { status, sequence, events_done } = found.value;
    if (status === "complete") {
      console.log(`Erased ${client_id}: event ${sequence}, ${events_done} events of the log are done.`);
      return EXIT.done;
    }
    console.error(`${events_done} events of the log are done ...`);
    await pause(WATCH_MS);
  }
}

/** A refusal of one client stops no other. */
async function eraseRepaid(
  service: Service,
  { repaidBefore: day, dryRun }: { readonly repaidBefore: string; readonly dryRun: boolean },
  reason: ErasureReason,
): Promise<number> {
  const repaid = await findRepaid(service, day);
  if (!repaid.ok) return report(repaid.error);
  const counts = { erased: 0, before: 0, refused: 0 };
  for (const { client_id, last_received } of repaid.value) {
    const line = `${client_id}, last receipt ${last_received}`;
    if (dryRun) {
      console.log(line);
      continue;
    }
    const answer = await begin(service, client_id, reason);
    if (answer instanceof Response) {
      await answer.body?.cancel();
      counts.erased += 1;
      console.log(line);
    } else if (answer.kind === "away") {
      return report(failed(`${sentenceOf(answer)} Erased ${counts.erased} clients; run the command again.`));
    } else if (answer.code === "already_erased") counts.before += 1;
    else {
      counts.refused += 1;
      console.error(`${client_id}: ${sentenceOf(answer)}`);
    }
  }
  if (dryRun) {
    console.error(
      `${repaid.value.length} clients were repaid before ${day}, also those who are erased by now.`,
    );
    return EXIT.done;
  }
  console.error(
    `Erased ${counts.erased} clients. Erased before: ${counts.before}. Refused: ${counts.refused}.`,
  );
  return counts.refused > 0 ? EXIT.refused : EXIT.done;
}
