import type { DecimalText } from "../core/decimal.ts";
import type { Changed, Stamp } from "../core/event.ts";
import { toMinor } from "../core/money.ts";
import type { FieldError } from "../core/problem.ts";
import type { Field, Fields } from "./fields.ts";
import { immutable, missing, ofOtherKind, unreadableAmount } from "./refusals.ts";
import type { Stored } from "./state.ts";

/** A merged record with what its own rules refuse of it, and what its references do. */
export interface Assessed<T> {
  readonly record: T;
  readonly own: readonly FieldError[];
  readonly references: readonly FieldError[];
}

/** A merged record and what its own rules refuse of it. */
export interface Checked<T> {
  readonly record: T;
  readonly errors: readonly FieldError[];
}

/** A record with a change laid over it. `broken` names the fields whose value could not be read. */
interface Merged<T> {
  readonly record: T;
  readonly broken: ReadonlySet<string>;
  readonly errors: readonly FieldError[];
}

/**
 * Lays `change` over `current` (null on create) and reads amounts in `currency` (null when it is not known, which
 * leaves them broken). The result has every field of `fields`, null where nothing is known.
 */
export function merge<T>(
  fields: Fields,
  current: T | null,
  change: Readonly<Record<string, unknown>>,
  currency: string | null,
): Merged<T> {
  const errors: FieldError[] = [];
  const broken = new Set<string>();
  const record: Record<string, unknown> = {};
  const before = (current ?? {}) as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries(fields)) {
    const value = change[name];
    if (value === undefined) record[name] = before[name] ?? null;
    else if (value === null || field.type !== "amount") record[name] = value;
    else if (currency === null) broken.add(name);
    else {
      const minor = toMinor(value as DecimalText, currency);
      if (minor.ok) record[name] = minor.value;
      else {
        broken.add(name);
        errors.push(unreadableAmount(name, minor.error));
      }
    }
  }
  return { record: record as T, broken, errors };
}

/** What an update may not touch, and what the kind of the disbursement does not have. */
export function changeErrors(
  fields: Fields,
  before: object,
  change: Readonly<Record<string, unknown>>,
): FieldError[] {
  const current = before as Readonly<Record<string, unknown>>;
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = change[name];
    if (value === undefined) return [];
    if (field.immutable && value !== current[name]) return [immutable(name, current[name])];
    const isOfOtherKind = field.kind && field.kind !== current.kind && value !== null;
    return isOfOtherKind ? [ofOtherKind(name, field.kind, current.kind)] : [];
  });
}

/** Required fields that a merged record lacks, for example because an update cleared them. */
export function missingErrors(
  fields: Fields,
  record: Readonly<Record<string, unknown>>,
  broken: ReadonlySet<string>,
): FieldError[] {
  const applies = (field: Field) => field.required && (!field.kind || field.kind === record.kind);
  return Object.entries(fields)
    .filter(([name, field]) => applies(field) && record[name] === null && !broken.has(name))
    .map(([name]) => missing(name));
}

/** A required field is missing that only a client needs who is not anonymous (docs/api.md#settings). */
export const isForNamedOnly = (fields: Fields, { field, code }: FieldError): boolean =>
  code === "required" && fields[field]?.unlessAnonymous === true;

/**
 * The fields that took another value, as stored; an amount is written as decimal text of its minor units. `info` is
 * left out: it may be large, and the event's own data has it. What a private field was is left out where another person's
 * event may have set it: erasing that person must reach it.
 */
export function changesBetween<T extends object>(
  fields: Fields,
  before: T,
  after: T,
  isOnePersons: boolean,
): Record<string, Changed> {
  const from = before as Readonly<Record<string, unknown>>;
  const to = after as Readonly<Record<string, unknown>>;
  const changed = Object.entries(fields)
    .filter(([name, { type }]) => type !== "object" && plain(from[name]) !== plain(to[name]))
    .map(([name]) => name);
  return Object.fromEntries(
    changed.map((name) => {
      const was = isOnePersons || !fields[name]?.private ? { from: stored(from[name]) } : {};
      return [name, { ...was, to: stored(to[name]) }];
    }),
  );
}

const plain = (value: unknown) => (Array.isArray(value) ? JSON.stringify(value) : value);
const stored = (value: unknown) => (typeof value === "bigint" ? value.toString() : value);

export function isLive<T>(stored: Stored<T> | undefined): stored is Stored<T> {
  return stored !== undefined && stored.deleted_at === null;
}

type Instant = Pick<Stamp, "sequence" | "now">;

export function created<T>(record: T, stamp: Instant): Stored<T> {
  const { sequence, now } = stamp;
  return {
    record,
    created_seq: sequence,
    updated_seq: sequence,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
}

export function updated<T>(stored: Stored<T>, record: T, stamp: Instant): Stored<T> {
  return { ...stored, record, updated_seq: stamp.sequence, updated_at: stamp.now };
}

export function deleted<T>(stored: Stored<T>, stamp: Instant): Stored<T> {
  return { ...updated(stored, stored.record, stamp), deleted_at: stamp.now };
}
