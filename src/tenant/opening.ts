import type { BookedCategory } from "../domain/bookkeeping/booked.ts";
import { keyHash } from "../domain/log/hash.ts";
import { advance, nextToOpen, type OpeningPlace, readSwitch } from "../store/bookkeeping/switch.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { Session } from "../store/session.ts";
import { ownTrace } from "./own-trace.ts";
import { CALL_VERSION, type Submission, type SubmitReply } from "./submission.ts";

/** Records that wait in the gate at once: as many as one group takes, so that clients' events find their turn between. */
const RECORDS_A_STEP = 100;
/**
 * How long one turn lasts, one step at least; the alarm then begins the next. The object may hear of no other request
 * while its alarm runs, so a client's event waits for about one turn.
 */
const TURN_MS = 200;

interface OpeningContext {
  readonly tenant: string;
  readonly open: () => Promise<Session>;
  readonly submit: (submission: Submission) => Promise<SubmitReply>;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** `more`: the turn is over, and work is left. `stopped`: something failed, and it may pass. */
export type OpeningTurn = "complete" | "more" | "stopped";

/**
 * Opens the books of a tenant whose records stood before bookkeeping was switched on (docs/bookkeeping.md#the-switch):
 * one event a record, through the gate like any other write. It continues where it stopped; a record that is at its
 * position already, because an event of its own or an earlier turn was faster, makes no event.
 */
export async function openRecords({ tenant, open, submit, log }: OpeningContext): Promise<OpeningTurn> {
  const { db } = await open();
  const started = Date.now();
  const found = await withDeadline(readSwitch(db, tenant));
  const { version } = found;
  for (let { place } = found; place !== null; ) {
    const { category } = place;
    const ids = await withDeadline(nextToOpen(db, tenant, place, RECORDS_A_STEP));
    const replies = await Promise.all(ids.map((id) => submit(openingOf(tenant, version, category, id))));
    const failed = replies.find(isUnsettled);
    if (failed) return "stopped";
    for (const [index, reply] of replies.entries()) {
      if (reply.kind !== "rejected" || reply.problem.code !== "amount_overflow") continue;
      log({ message: "record not booked", category, id: ids[index], error: reply.problem.code });
    }
    const next = placeAfter(place, ids);
    if (!(await withDeadline(advance(db, tenant, version, { place: next, opened: ids.length }))))
      return "more";
    place = next;
    if (place !== null && Date.now() - started >= TURN_MS) return "more";
  }
  return "complete";
}

/** Neither booked nor at its position: the gate was full, or the database away. */
const isUnsettled = (reply: SubmitReply): boolean =>
  reply.kind === "rejected" && !["not_found", "amount_overflow"].includes(reply.problem.code);

function placeAfter({ category }: OpeningPlace, ids: readonly string[]): OpeningPlace | null {
  const id = ids.at(-1);
  if (id !== undefined) return { category, id };
  return category === "disbursement" ? { category: "payment", id: "" } : null;
}

/** No client can send a key that begins with `~`. */
function openingOf(tenant: string, version: number, category: BookedCategory, id: string): Submission {
  const key = keyHash(tenant, `~${version}:${category}:${id}`);
  return {
    version: CALL_VERSION,
    key,
    fingerprint: key,
    data: JSON.stringify({ category, id }),
    actor: null,
    ...ownTrace(),
    command: { type: "opening", category, id },
  };
}
