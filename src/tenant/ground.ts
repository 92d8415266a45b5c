import { isBooked } from "../domain/bookkeeping/booked.ts";
import { lacksLoan } from "../domain/bookkeeping/decide.ts";
import { addNeeds, type Command, noNeeds } from "../domain/command.ts";
import type { LogPlace } from "../domain/core/event.ts";
import { type Loaded, load } from "../store/load.ts";
import type { Session } from "../store/session.ts";
import type { GateMemory } from "./memory.ts";
import type { Submission } from "./submission.ts";

/** What a group is decided on: what the gate remembers, or a load. */
export interface GroundContext {
  readonly tenant: string;
  readonly memory: GateMemory;
  /** Events of which one must be in the log; otherwise D1 was restored to an earlier time. */
  readonly trusted: () => readonly LogPlace[];
}

type Part = readonly Submission[];

/** What the part needs, if it is all remembered. A command that throws here does so again after the load, where it fails by itself. */
export function recall({ memory }: GroundContext, part: Part, now: number): Loaded | null {
  try {
    return memory.recall(
      part.map(({ command }) => command),
      now,
    );
  } catch {
    return null;
  }
}

/**
 * Loads what the part needs. Loads once more where the gate did not know that bookkeeping is on, and for a payment of a
 * loan that the books do not have yet: only the loaded payment names it.
 */
export async function loadFor(
  context: GroundContext,
  { db }: Session,
  part: Part,
  now: number,
): Promise<Loaded> {
  const needs = noNeeds();
  for (const { command } of part) addNeeds(needs, command, now);
  const keys = part.map(({ key }) => key);
  const trusted = context.trusted();
  for (let withBooks = context.memory.mayBook; ; withBooks = true) {
    const loaded = await load(db, context.tenant, { keys, trusted, needs, withBooks });
    if (loaded.isRestored || loaded.books.mode === "off") return loaded;
    const lacking = part.flatMap(({ command }) => lackingLoan(loaded, command) ?? []);
    if (withBooks && lacking.length === 0) return loaded;
    for (const id of lacking) needs.books.loans.add(id);
  }
}

/** The disbursement whose loan is needed to book the command's record, and was not loaded. */
function lackingLoan(loaded: Loaded, command: Command): string | null {
  if (command.type !== "ingest" && command.type !== "opening") return null;
  return isBooked(command.category) ? lacksLoan(loaded, command.category, command.id) : null;
}
