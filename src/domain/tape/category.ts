import type { EventFacts } from "../core/event.ts";
import type { RecordTableName } from "../core/lookup.ts";
import type { Category, Fields, RecordTypes, Step } from "./fields.ts";
import type { Assessed, Checked } from "./record.ts";
import type { Change, Link, RecordState, Stored } from "./state.ts";
import type { Today, Warning } from "./warnings.ts";

/** What the rules of one record must know of the body that they check. */
export interface CheckContext {
  /** Fields that the schema has refused: no rule judges them. */
  readonly unread?: ReadonlySet<string>;
  /** The currency of the parent, for a record that may name none; null when it is not known. */
  readonly parentCurrency?: string | null;
  /** The sequence of the event; absent before it is decided. */
  readonly sequence?: number;
}

/** An accepted event as its warnings see it: the record before and after it, and the tenant's today. */
export interface Judged<T> {
  readonly before: T | null;
  readonly record: T;
  readonly change: Change;
  readonly today: Today;
}

/** What an event has turned a record into: `before` is null for a create, and `after` is not live for a delete. */
export interface Turned<T> {
  readonly before: Stored<T> | null;
  readonly after: Stored<T>;
  readonly change: Change;
}

/** What sets one category of records apart; the rest of create, update and delete is the same for all. */
export interface CategoryRules<C extends Category, T = RecordTypes[C]> {
  /** The members of an event, and of its record. */
  readonly fields: Fields;
  /** Further members of an event of these steps, which the event keeps and its record does not. */
  readonly eventFields?: { readonly steps: readonly Step[]; readonly fields: Fields };
  /** Texts that old callers still send: read, bounded, and kept only in the event's data. */
  readonly ignored?: readonly string[];
  readonly idField: keyof T & string;
  /** The lookup table (docs/api.md#lookups). */
  readonly table: RecordTableName;
  /** The rules that need no other record. */
  readonly check: (current: T | null, change: Change, context?: CheckContext) => Checked<T>;
  /** All rules of the record, with those about the records that it refers to. */
  readonly assess: (state: RecordState, current: T | null, change: Change, sequence: number) => Assessed<T>;
  /** What history and the event log need of an event beyond its data. */
  readonly facts: (record: T, change: Change, before: T | null) => EventFacts;
  /** The client whom an event of the record is about; null for none, and for several. */
  readonly about: (state: RecordState, record: T) => string | null;
  /** Whether all events of a record's life are about the same person, or the same several persons. */
  readonly isOnePersons: (state: RecordState, stored: Stored<T>) => boolean;
  /** Irregularities of the event. */
  readonly warnings?: (state: RecordState, event: Judged<T>) => readonly Warning[];
  /** What the record takes from its parent when the log is folded again: `assess` does it for a new event. */
  readonly follow?: (state: RecordState, record: T) => T;
  /** Effects on other rows. */
  readonly links?: (event: Turned<T>) => readonly Link[];
  /** Effects on the dependants of a deleted record whose id a new one takes. */
  readonly succeed?: (deleted: T, record: T) => readonly Link[];
}
