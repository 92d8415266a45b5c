import { addNeeds, noNeeds } from "../domain/command.ts";
import type { Problem } from "../domain/core/problem.ts";
import { CATEGORY_NAMES } from "../domain/tape/categories.ts";
import { NO_TIMINGS, type Submission, type SubmitReply, UNAVAILABLE } from "./submission.ts";

/** Problems that leave a command undecided: it may be accepted when it is sent again. */
const UNDECIDED: ReadonlySet<string> = new Set(["overloaded", "unavailable", "internal_error"]);

/** True for a refusal because a record is not there, which an earlier command of the call may have made. */
const lacksRecord = ({ code, errors = [] }: Problem): boolean =>
  code === "not_found" || errors.some((one) => one.code === "unknown_reference");

/** The command's own record, and all records that it names. */
function recordsOf({ command }: Submission): {
  readonly own: string | null;
  readonly named: readonly string[];
} {
  if (command.type !== "ingest") return { own: null, named: [] };
  const needs = noNeeds();
  addNeeds(needs, command, 0);
  const named = CATEGORY_NAMES.flatMap((category) => [...needs[category]].map((id) => `${category} ${id}`));
  return { own: `${command.category} ${command.id}`, named };
}

/**
 * The replies to the commands of one call (docs/api.md#batches). After a command that was not decided, a refusal may say
 * only that the log lacks that command: where a record is not there, and where the refused command names the record of
 * the one before. Such a command counts as not decided either, so that its caller sends both again.
 */
export function settleInOrder(
  submissions: readonly Submission[],
  replies: readonly SubmitReply[],
): readonly SubmitReply[] {
  const undecided = new Set<string | null>();
  let isDecided = true;
  return submissions.map((submission, index) => {
    const reply = replies[index];
    if (!reply) throw new Error("each command has a reply");
    if (reply.kind !== "rejected" || reply.problem.code === "idempotency_mismatch") return reply;
    const { own, named } = recordsOf(submission);
    const isOpen = UNDECIDED.has(reply.problem.code);
    const depends =
      !isDecided && (lacksRecord(reply.problem) || named.some((record) => undecided.has(record)));
    if (!isOpen && !depends) return reply;
    isDecided = false;
    undecided.add(own);
    return isOpen ? reply : { kind: "rejected", problem: UNAVAILABLE, timings: NO_TIMINGS };
  });
}
