import {
  borrowerPerson,
  clientPerson,
  type DraftEvent,
  eventOf,
  type RequestOfEvent,
  type Stamp,
} from "../core/event.ts";
import { joinedMembers, membersOf } from "../core/members.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { erased } from "../tape/erased.ts";
import type { Client } from "../tape/fields.ts";
import type { RecordState, Stored } from "../tape/state.ts";
import { alreadyErased, hasOpenLoans, unknownBorrower, unknownClient } from "./refusals.ts";

/** Why a person is erased (docs/privacy.md). */
export const ERASURE_REASONS = ["request", "retention", "error"] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

/** Whom an erasure is about: a client of the records, or a borrower of the ledger's own loans. */
export interface Person {
  readonly kind: "client" | "borrower";
  readonly id: string;
}

/** The name under which events say whom they are about. */
export const personName = ({ kind, id }: Person): string =>
  kind === "client" ? `client:${id}` : borrowerPerson(id);

/** The person of a name; null for a name that no event has. */
export function personOf(name: string): Person | null {
  const [, kind, id] = /^(client|borrower):(.+)$/s.exec(name) ?? [];
  return id === undefined ? null : { kind: kind === "client" ? "client" : "borrower", id };
}

/** Erases a person. It is decided in a group of its own. */
export interface EraseCommand extends Person {
  readonly type: "erase";
  readonly reason: ErasureReason;
  /** A live disbursement of the client owed more than is tolerated when the request came. */
  readonly owes: boolean;
  /** A restore of the database took this erasure from the log. It was accepted once, and nothing refuses it. */
  readonly isAnew: boolean;
}

/** The erasure of a person that the log holds. */
interface Erased {
  /** A later event says something about the person. */
  readonly is_outdated: boolean;
}

/** What erasures are decided on besides the records; persons go by their names. */
export interface ErasureState {
  /** The last erasure of each person. */
  readonly last: Map<string, Erased>;
  /** The purchases that each client shares with others, or shared. */
  readonly shared: Map<string, readonly string[]>;
  /** Those who have loans of their own in the ledger. */
  readonly borrowers: Set<string>;
}

export const noErasureState = (): ErasureState => ({
  last: new Map(),
  shared: new Map(),
  borrowers: new Set(),
});

/** An erasure as its event leaves it. */
export interface NewErasure {
  readonly person: string;
  readonly sequence: number;
  readonly reason: ErasureReason;
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

/** What an accepted erasure does. */
interface AcceptedErasure {
  readonly erasure: NewErasure;
  readonly draft: DraftEvent;
  /** The client's own record without what is about the person; null where there is none. */
  readonly client: Stored<Client> | null;
}

/** Decides an erasure, in the order 404, `already_erased`, `has_open_loans`. Pure. */
export function decideErase(
  { client: clients }: RecordState,
  state: ErasureState,
  command: EraseCommand,
  { stamp, request }: { readonly stamp: Stamp; readonly request: RequestOfEvent },
): Result<AcceptedErasure, Problem> {
  const { kind, id, reason, isAnew } = command;
  const found = kind === "client" ? clients.get(id) : undefined;
  const refusal = isAnew ? null : refusalOf(found !== undefined, state, command);
  if (refusal) return err(refusal);
  const { sequence, now } = stamp;
  const info = found ? openInfo(found.record.info, stamp.settings.report_dimensions.client) : null;
  return ok({
    erasure: { person: personName(command), sequence, reason, created_at: now },
    draft: eraseEvent(command, stamp, request, {
      previous_sequence: found?.updated_seq ?? null,
      info,
      shared: state.shared.get(id) ?? [],
    }),
    client: found ? erased(found, info, stamp) : null,
  });
}

function refusalOf(isClient: boolean, state: ErasureState, command: EraseCommand): Problem | null {
  const { kind, id, reason, owes } = command;
  if (kind === "client" && !isClient) return unknownClient(id);
  if (kind === "borrower" && !state.borrowers.has(id)) return unknownBorrower(id);
  if (state.last.get(personName(command))?.is_outdated === false) return alreadyErased(kind, id);
  return owes && reason !== "error" ? hasOpenLoans(id) : null;
}

/** What of a client's `info` is not about a person: reports group by it. */
function openInfo(info: string | null, dimensions: readonly string[]): string | null {
  if (info === null) return null;
  const open = membersOf(info).filter(([name]) => dimensions.includes(name));
  return open.length > 0 ? joinedMembers(open) : null;
}

/** What the event of an erasure says besides its reason. */
interface Said {
  readonly previous_sequence: number | null;
  readonly info: string | null;
  readonly shared: readonly string[];
}

/** The event names the purchases that the client shared: what is about several of their clients is erased with it. */
function eraseEvent(
  { kind, id, reason }: EraseCommand,
  stamp: Stamp,
  request: RequestOfEvent,
  { previous_sequence, info, shared }: Said,
): DraftEvent {
  return eventOf(stamp, request, {
    category: kind === "client" ? "client" : "ledger",
    step: "erase",
    record_id: id,
    previous_sequence,
    data: JSON.stringify(kind === "client" ? { reason, shared } : { reason }),
    facts: info === null ? {} : { info },
    about: kind === "client" ? clientPerson(id) : borrowerPerson(id),
  });
}

/**
 * The persons to erase again of the erasures that a restore of the database took from the log, each with its last reason
 * (docs/operate.md#after-a-restore).
 */
export function lostErasures(
  erasures: readonly NewErasure[],
): readonly (Person & { readonly reason: ErasureReason })[] {
  const lost = erasures.toSorted((left, right) => left.sequence - right.sequence);
  const reasons = new Map(lost.map(({ person, reason }) => [person, reason]));
  return [...reasons].flatMap(([name, reason]) => {
    const person = personOf(name);
    return person ? [{ ...person, reason }] : [];
  });
}
