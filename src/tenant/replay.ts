import type { SeenEvent } from "../domain/core/event.ts";
import { NO_EVENT } from "./key-store.ts";
import type { EventAnswer, Verdict } from "./submission.ts";

/** The members that a reply carries to the Worker, and no others. */
export function answerOf(event: SeenEvent): EventAnswer {
  const { event_id, sequence, category, step, record_id, answer, hash } = event;
  return { event_id, sequence, category, step, record_id, answer, hash };
}

/**
 * The verdict on a key that is used up: the first answer again, or a mismatch (docs/api.md#idempotency). Of an event whose
 * person was erased, nothing says any more what its request was.
 */
export function replay(used: SeenEvent, fingerprint: string, replayed = true): Verdict {
  if (used.fingerprint === null || used.fingerprint === fingerprint) {
    return { kind: "accepted", answer: answerOf(used), replayed, bookmark: null };
  }
  const { event_id } = used;
  const detail = "Another request has used this Idempotency-Key. Use a new key for a new event.";
  const problem = { code: "idempotency_mismatch", detail } as const;
  return { kind: "rejected", problem: event_id === NO_EVENT ? problem : { ...problem, event_id } };
}
