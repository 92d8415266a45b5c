import { borrowerPerson } from "../core/event.ts";
import type { LogLine } from "./line.ts";
import { dataOf, factsOf } from "./texts.ts";

/** Events of one person, or of one shared purchase, whose private text is gone. */
interface Open {
  readonly first: number;
  readonly events: number;
}

/**
 * Which private texts are gone, and the later events that explain it: the erasure of the person whom a text is about, or
 * one that names the purchase among its `shared` (docs/audit.md#erased-texts).
 */
export class LoggedErasures {
  readonly #open = new Map<string, Open>();
  /** Events whose private text an erasure explains. */
  events = 0;
  /** The erasures themselves. */
  count = 0;

  add(line: LogLine): void {
    if (isErasure(line)) this.#close(line);
    if (line.private !== null || line.private_hash === undefined) return;
    const subject = subjectOf(line);
    const { first = line.sequence, events = 0 } = this.#open.get(subject) ?? {};
    this.#open.set(subject, { first, events: events + 1 });
  }

  /** The first event that no later erasure explains. */
  get firstOpen(): { readonly sequence: number; readonly why: string } | null {
    // A map keeps the order in which its keys came.
    const [open] = this.#open;
    if (!open) return null;
    const [subject, { first }] = open;
    return { sequence: first, why: `its private text is gone, and no later event erases ${subject}` };
  }

  #close(line: LogLine): void {
    this.count += 1;
    for (const subject of erasedBy(line)) {
      this.events += this.#open.get(subject)?.events ?? 0;
      this.#open.delete(subject);
    }
  }
}

const isErasure = ({ category, step }: LogLine): boolean =>
  step === "erase" && (category === "client" || category === "ledger");

const purchase = (id: unknown): string => `the purchase ${id}`;

/** Whom an erasure must name so that it explains why the event has no private text. */
export function subjectOf(line: LogLine): string {
  if (line.person !== undefined) return line.person;
  if (line.category === "disbursement") return purchase(line.id);
  const of = parsed(() => factsOf({ data: line.data, private: null }).disbursement_id);
  return of === undefined ? `the event ${line.sequence}, which is about no person` : purchase(of);
}

/** Whose private texts an erasure takes. */
export function erasedBy({
  category,
  id,
  data,
}: Pick<LogLine, "category" | "id" | "data">): readonly string[] {
  const shared = parsed((): unknown => JSON.parse(dataOf({ data, private: null })).shared);
  const purchases = Array.isArray(shared) ? shared.map(purchase) : [];
  return [category === "ledger" ? borrowerPerson(id) : `client:${id}`, ...purchases];
}

/** What a text of the log says; undefined for a text that the log did not write. */
function parsed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
