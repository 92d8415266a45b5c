import { addNeeds, noNeeds } from "../domain/command.ts";
import type { Head } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import { lostErasures } from "../domain/erasure/erasure.ts";
import type { Restore } from "../domain/log/restored.ts";
import { commit } from "../store/commit.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { type Loaded, load, loadEnd } from "../store/load.ts";
import type { Session } from "../store/session.ts";
import type { KeptErasures } from "./kept-erasures.ts";
import { logOf } from "./log.ts";
import type { OwnLog } from "./own-log.ts";
import { ownTrace } from "./own-trace.ts";
import { planGroup } from "./plan.ts";
import { CALL_VERSION, keyless, type Submission } from "./submission.ts";

/** What a recovery needs of its gate. */
interface RecoveryContext {
  readonly tenant: string;
  readonly log: OwnLog;
  readonly erasures: KeptErasures;
  readonly open: () => Promise<Session>;
  /** Called before anything is written: what must follow is not lost in a crash. */
  readonly prepare: () => Promise<void>;
}

/** Where the log ends. */
interface Recovered {
  readonly head: Head;
  /** Of the commit that this call made; null if it made none. */
  readonly bookmark: string | null;
}

/**
 * Commits the event that names what a restore of D1 took, unless D1's log continues after an event that this gate knows
 * (docs/operate.md#after-a-restore). The events after it write anew what the gate keeps beside D1. Rejects when D1 does not
 * answer; the next call reads back whether it took them.
 */
export async function recover(context: RecoveryContext): Promise<Recovered> {
  const { tenant, log, erasures, prepare } = context;
  const session = await context.open();
  const found = await loadForRecovery(session, context);
  if (!found.isRestored) return { head: found.head, bookmark: null };
  const sequence = log.unusedAfter(found.head.sequence);
  const restore: Restore = {
    restored_to: found.head.sequence,
    lost_from: found.head.sequence + 1,
    lost_to: sequence - 1,
    last_known: log.head.sequence,
    last_known_hash: log.head.hash,
  };
  logOf(tenant, { message: "database restored", sequence, ...restore });
  const { writes, head } = planGroup(
    found,
    [submissionOf({ type: "restored" }, restore), ...keptAnew(context, restore.restored_to)],
    {
      tenant,
      first: sequence,
      clock: Date.now(),
      isErasing: true,
      proposed: new Set(),
      onBug: (_, error) => logOf(tenant, { message: "decide failed", error: causeOf(error) }),
    },
  );
  const [restored] = writes.events;
  if (!restored) throw new Error("a restore is an event");
  await prepare();
  if (writes.switched) log.switched = writes.switched;
  await log.beginRestore(restored, [restore.lost_from, restore.lost_to], head.sequence);
  await withDeadline(commit(session, tenant, writes, found));
  erasures.keep(writes.erasures);
  return { head, bookmark: session.bookmark() };
}

/** Loads what the commands of `keptAnew` need. */
async function loadForRecovery({ db }: Session, context: RecoveryContext): Promise<Loaded> {
  const { tenant } = context;
  const { trusted } = context.log;
  for (;;) {
    const { head } = await withDeadline(loadEnd(db, tenant, trusted));
    const needs = noNeeds();
    for (const { command } of keptAnew(context, head.sequence)) addNeeds(needs, command, Date.now());
    const loaded = await withDeadline(load(db, tenant, { keys: [], trusted, needs, withBooks: false }));
    if (loaded.head.event_id === head.event_id) return loaded;
  }
}

/**
 * What the gate keeps beside D1 and a restore took from there, as the commands that write it anew, directly after the event
 * of the restore: persons are erased again; bookkeeping is switched as it was last, and opens from the first record.
 */
function keptAnew(
  { log: { switched }, erasures }: RecoveryContext,
  restored_to: number,
): readonly Submission[] {
  const again = lostErasures(erasures.above(restored_to)).map((person) =>
    submissionOf({ type: "erase", ...person, owes: false, isAnew: true }, {}),
  );
  if (switched !== null && switched.sequence > restored_to) {
    const { mode, settle_bank, version } = switched;
    const settle = settle_bank === null ? {} : { settle: "on_disbursement", bank_account_ref: settle_bank };
    again.push(submissionOf({ type: "switch", mode, settle_bank, above: version }, { mode, ...settle }));
  }
  return again;
}

/** A command of the gate's own. */
function submissionOf(command: Submission["command"], data: object): Submission {
  const { key, isKeyless } = keyless();
  return {
    version: CALL_VERSION,
    key,
    isKeyless,
    fingerprint: key,
    data: JSON.stringify(data),
    actor: null,
    ...ownTrace(),
    command,
  };
}
