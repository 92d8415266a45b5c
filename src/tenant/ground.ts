import { isBooked } from "../domain/bookkeeping/booked.ts";
import { lacksLoan } from "../domain/bookkeeping/decide.ts";
import { addNeeds, type Command, isLedgerCommand, type Needs, noNeeds } from "../domain/command.ts";
import type { LogPlace } from "../domain/core/event.ts";
import { addLacking } from "../domain/ledger/decide.ts";
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
 * Loads what the part needs. Loads once more where the gate did not know that bookkeeping is on, and for what only a load
 * can name: the loan of a payment that the books do not have yet, the entries of a batch of settlements that names
 * disbursements, and the books on the day of a reversal that was presumed to be another.
 */
export async function loadFor(
  context: GroundContext,
  { db }: Session,
  part: Part,
  now: number,
): Promise<Loaded> {
  const needs = noNeeds();
  const { memory } = context;
  for (const { command } of part) addNeeds(needs, command, now, memory.settings);
  const keys = part.map(({ key }) => key);
  const trusted = context.trusted();
  for (let withBooks = memory.mayBook; ; withBooks = true) {
    const loaded = await load(db, context.tenant, { keys, trusted, needs, withBooks });
    if (loaded.isRestored) return loaded;
    const isLacking = part.filter(({ command }) => addLackingOf(needs, command, loaded, now)).length > 0;
    const isOff = loaded.books.mode === "off";
    const lacking = isOff ? [] : part.flatMap(({ command }) => lackingLoan(loaded, command) ?? []);
    if (!isLacking && lacking.length === 0 && (withBooks || isOff)) return loaded;
    for (const id of lacking) needs.books.loans.add(id);
  }
}

/** True where a load has shown that a command of the ledger needs more. */
function addLackingOf(needs: Needs, command: Command, { ledger, ...loaded }: Loaded, now: number): boolean {
  if (!isLedgerCommand(command)) return false;
  const clock = { now: Math.max(now, loaded.head.created_at), settings: loaded.settings.now };
  return addLacking(needs.ledger, command, ledger, { ...clock, closed_through: loaded.closed_through });
}

/** The disbursement whose loan is needed to book the command's record, and was not loaded. */
function lackingLoan(loaded: Loaded, command: Command): string | null {
  if (command.type !== "ingest" && command.type !== "opening") return null;
  return isBooked(command.category) ? lacksLoan(loaded, command.category, command.id) : null;
}
