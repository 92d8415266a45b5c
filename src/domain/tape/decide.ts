import { calendarOf } from "../core/calendar.ts";
import type { Stamp } from "../core/event.ts";
import type { FieldError, Problem } from "../core/problem.ts";
import { invalid } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { CATEGORIES } from "./categories.ts";
import type { CategoryRules } from "./category.ts";
import { effectsOf } from "./effects.ts";
import type { Category, RecordTypes } from "./fields.ts";
import { changeErrors, changesBetween, created, deleted, isForNamedOnly, isLive, updated } from "./record.ts";
import { alreadyExists, notFound } from "./refusals.ts";
import type { Accepted, Change, IngestCommand, RecordState, Stored } from "./state.ts";
import type { Today } from "./warnings.ts";

/**
 * Decides one ingest event against the records that it names (docs/api.md#ingest). Pure: the clock and the ids come with the
 * stamp, the records with the state. Order of refusals: 404, the record's own rules, 409, references.
 */
export const decide = (state: RecordState, command: IngestCommand, stamp: Stamp): Result<Accepted, Problem> =>
  decideRecord({ state, command, stamp, category: command.category });

/** One event to decide, about a record of the category `C`. */
interface Decision<C extends Category> {
  readonly category: C;
  readonly state: RecordState;
  readonly command: IngestCommand;
  readonly stamp: Stamp;
}

function decideRecord<C extends Category>(decision: Decision<C>): Result<Accepted, Problem> {
  const { state, category, command, stamp } = decision;
  const found = state[category].get(command.id);
  if (command.step === "create") return decideCreate(decision, found);
  if (!isLive(found)) return err(notFound(category, command.id));
  if (command.step === "update") return decideUpdate(decision, found);
  return ok({
    effects: effectsOf(category, command, found, deleted(found, stamp)),
    facts: CATEGORIES[category].facts(found.record, {}, null),
    client_id: CATEGORIES[category].about(state, found.record),
    warnings: [],
  });
}

function decideCreate<C extends Category>(
  { state, category, command, stamp }: Decision<C>,
  found: Stored<RecordTypes[C]> | undefined,
): Result<Accepted, Problem> {
  const rules = CATEGORIES[category];
  const { record, own: all, references } = rules.assess(state, null, command.change, stamp.sequence);
  const own = heldTo(rules, all, stamp);
  if (isLive(found)) return err(own.length > 0 ? invalid(own) : alreadyExists(category, command.id));
  const errors = [...own, ...references];
  if (errors.length > 0) return err(invalid(errors));
  return ok({
    effects: effectsOf(category, command, found, created(record, stamp)),
    facts: rules.facts(record, command.change, null),
    client_id: rules.about(state, record),
    warnings:
      rules.warnings?.(state, { before: null, record, change: command.change, today: todayOf(stamp) }) ?? [],
  });
}

function decideUpdate<C extends Category>(
  { state, category, command, stamp }: Decision<C>,
  live: Stored<RecordTypes[C]>,
): Result<Accepted, Problem> {
  const rules = CATEGORIES[category];
  const before = live.record;
  const forbidden = changeErrors(rules.fields, before, command.change);
  // No rule judges a refused member: a loan with kind "purchase" lacks no operation_date.
  const refused = new Set(forbidden.map(({ field }) => field));
  const change = Object.fromEntries(Object.entries(command.change).filter(([name]) => !refused.has(name)));
  const { record, own, references } = rules.assess(state, before, change, stamp.sequence);
  const lacking = own.filter((error) => !wasErased(rules, before, change, error));
  const errors = [...forbidden, ...heldTo(rules, lacking, stamp), ...references];
  if (errors.length > 0) return err(invalid(errors));
  const after = updated(live, record, stamp);
  const isOnePersons = !stamp.isErasing && rules.isOnePersons(state, after);
  return ok({
    effects: effectsOf(category, command, live, after),
    facts: {
      ...rules.facts(record, command.change, before),
      changes: changesBetween(rules.fields, before, record, isOnePersons),
    },
    client_id: rules.about(state, record),
    warnings: rules.warnings?.(state, { before, record, change, today: todayOf(stamp) }) ?? [],
  });
}

/** A live record lacks a required field that is private, which the event leaves alone: the field was erased, and may stay so. */
function wasErased<C extends Category>(
  { fields }: CategoryRules<C>,
  before: object,
  change: Change,
  { field, code }: FieldError,
): boolean {
  const own = fields[field];
  if (code !== "required" || !own?.private || own.unlessAnonymous || change[field] !== undefined)
    return false;
  return (before as Readonly<Record<string, unknown>>)[field] === null;
}

/** The day of a decision in the tenant's time zone. */
function todayOf({ now, settings }: Stamp): Today {
  const calendar = calendarOf(settings.time_zone);
  return { day: calendar.dayAt(now), calendar };
}

/** What is left of a record's own errors: the setting `anonymous_clients` makes some of its fields optional. */
const heldTo = <C extends Category>(
  rules: CategoryRules<C>,
  errors: readonly FieldError[],
  { settings }: Stamp,
): readonly FieldError[] =>
  settings.anonymous_clients ? errors.filter((error) => !isForNamedOnly(rules.fields, error)) : errors;
