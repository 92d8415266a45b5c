import { createHash } from "node:crypto";
import { canonicalText } from "../../contract/canonical.ts";
import { isJsonObject, parseJson, stringifyJson } from "../../contract/json.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { CATEGORIES } from "../../domain/tape/categories.ts";
import type { CommandFailure } from "../failure.ts";
import type { Service } from "../service.ts";
import { type LineAnswer, sendBatch } from "./batch.ts";
import { OUTCOME, type Outcome } from "./checkpoint.ts";
import { differences } from "./differences.ts";
import type { Envelope } from "./envelope.ts";
import { forAll, type LiveRow, liveRow } from "./live.ts";

const READS_AT_ONCE = 8;

/** A create whose record exists, or may exist. */
export interface Existing {
  readonly envelope: Envelope;
  /** What only an update says: JSON text of `change_date` and `change_reason`. */
  readonly change: string | null;
  /** The service's answer to the create. */
  readonly answer: LineAnswer;
}

/** What became of it: its answer, and the outcome if it is in. */
interface Reconciled {
  readonly answer: LineAnswer;
  readonly outcome: Outcome;
}

/** Splits what only an update may say from a create; null where there is nothing of it. */
export function withoutChange({ category, key, body }: Envelope): {
  readonly text: string;
  readonly change: string | null;
} | null {
  const { eventFields } = CATEGORIES[category];
  if (eventFields === undefined || !isJsonObject(body.data)) return null;
  const names = Object.keys(eventFields.fields);
  const change = Object.entries(body.data).filter(([name]) => names.includes(name));
  if (change.length === 0) return null;
  const isTaken = eventFields.steps.includes("create");
  const data = Object.entries(body.data).filter(([name]) => isTaken || !names.includes(name));
  const text = stringifyJson({
    ...(key !== null && { idempotency_key: key }),
    ...body,
    data: Object.fromEntries(data),
  });
  return { text, change: stringifyJson(Object.fromEntries(change)) };
}

/** The update that gives a live record what the file says differently; null if nothing differs. */
function updateOf({ envelope, change }: Existing, live: LiveRow): string | null {
  const { category, id, body } = envelope;
  const differing = isJsonObject(body.data) ? differences(category, body.data, live) : {};
  if (Object.keys(differing).length === 0) return null;
  const reason = change === null ? null : parseJson(change);
  const data = {
    step: "update",
    [CATEGORIES[category].idField]: id,
    ...differing,
    ...(reason?.ok && isJsonObject(reason.value) ? reason.value : {}),
  };
  // The same correction of another state of the record is another event.
  const state = `${canonicalText({ category, data })}\n${String(live.updated_at)}`;
  const key = `import:${createHash("sha256").update(state).digest("base64url")}`;
  return stringifyJson({ idempotency_key: key, category, data });
}

/**
 * True for the answer to a create whose record is there, or may be: a row that corrects some fields of a record lacks others
 * that a create needs.
 */
export function mayExist(answer: LineAnswer): boolean {
  if (answer?.kind !== "refused") return answer?.isReplay === true;
  const { code, errors } = answer.refusal;
  return (
    code === "already_exists" ||
    (code === "validation_error" && errors.every((error) => error.code === "required"))
  );
}

/** Reads the live records and sends what the file says differently, one update a record. */
export async function reconcile(
  service: Service,
  existing: readonly Existing[],
  stop: AbortSignal,
): Promise<Result<ReadonlyMap<Existing, Reconciled>, CommandFailure>> {
  const settled = new Map<Existing, Reconciled>();
  let waiting = existing;
  while (waiting.length > 0) {
    // A record that the lines name twice is read again after its first update.
    const names = new Set<string>();
    const nameOf = ({ envelope }: Existing) => `${envelope.category} ${envelope.id}`;
    const now = waiting.filter((one) => !names.has(nameOf(one)) && names.add(nameOf(one)));
    const updates = new Map<Existing, string>();
    const read = await forAll(now, READS_AT_ONCE, async (one) => {
      const live = await liveRow(service, one.envelope.category, one.envelope.id, stop);
      if (!live.ok) return live;
      const update = live.value === null ? null : updateOf(one, live.value);
      const answer = live.value === null ? one.answer : IN;
      if (update === null) settled.set(one, { answer, outcome: OUTCOME.unchanged });
      else updates.set(one, update);
      return ok(undefined);
    });
    if (!read.ok) return read;
    const sent = await sendBatch(service, [...updates.values()], stop);
    if (!sent.ok) return err(sent.error);
    for (const [index, one] of [...updates.keys()].entries()) {
      settled.set(one, { answer: sent.value[index], outcome: OUTCOME.updated });
    }
    waiting = waiting.filter((one) => !now.includes(one));
  }
  return ok(settled);
}

const IN: LineAnswer = { kind: "in", isReplay: false };
