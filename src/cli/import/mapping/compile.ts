import { stringifyJson } from "../../../contract/json.ts";
import type { Condition, MappedEvent, MappedValue, Mapping } from "../../../contract/tape/mapping.ts";
import { err, ok, type Result } from "../../../domain/core/result.ts";
import { REFERENCES } from "../../../domain/tape/categories.ts";
import type { Field } from "../../../domain/tape/fields.ts";
import { cellText, type TableCell } from "../cell.ts";
import { columnName, type HeaderColumn } from "../table/header.ts";
import { dateFormat } from "../values/date.ts";
import { type Notation, unguarded } from "../values/value.ts";
import { givenCell, knownFields } from "./category.ts";
import type { EventPlan, Given, MappedMember, RowPlan } from "./plan.ts";

/** The columns of a table, and which of them a mapping uses or misses. */
class Columns {
  readonly #places: ReadonlyMap<string, number>;
  readonly used = new Set<number>();
  readonly missing = new Set<string>();

  constructor(header: readonly HeaderColumn[]) {
    this.#places = new Map(header.map(({ name }, index) => [name, index]));
  }

  /** The cell of a column; `each` is put into the name. */
  reader(written: string, each: string | null): (cells: readonly TableCell[]) => TableCell | undefined {
    const name = columnName(filled(written, each));
    const index = this.#places.get(name);
    if (index === undefined) {
      this.missing.add(name);
      return () => undefined;
    }
    this.used.add(index);
    return (cells) => cells[index];
  }
}

const filled = (text: string, each: string | null): string =>
  each === null ? text : text.replaceAll("{each}", each);

const asText = (value: unknown): string => (typeof value === "string" ? value : stringifyJson(value));

/** The text that conditions and `values` compare: without guard and outer white space. */
const comparedText = (cell: TableCell | undefined): string => unguarded(cellText(cell)).trim();

interface Reading {
  readonly columns: Columns;
  readonly notation: Notation;
  readonly each: string | null;
}

/** Puts the item of `each` into the texts of a constant. */
function constantJson(value: unknown, each: string | null): string {
  return typeof value === "string" ? JSON.stringify(filled(value, each)) : stringifyJson(value);
}

function givenOf(value: MappedValue, reading: Reading): (cells: readonly TableCell[]) => Given {
  const { columns, each } = reading;
  if ("constant" in value) {
    const json = constantJson(value.constant, each);
    return () => ({ json });
  }
  const cell =
    "column" in value ? columns.reader(value.column, each) : templateReader(value.template, reading);
  if (value.values === undefined) return (cells) => givenCell(cell(cells));
  const listed = new Map(Object.entries(value.values).map(([text, meaning]) => [text.trim(), meaning]));
  return (cells) => {
    const found = cell(cells);
    const text = comparedText(found);
    const meaning = listed.get(text) ?? (text === "" ? undefined : value.otherwise);
    if (meaning !== undefined) return { json: constantJson(meaning, each) };
    return text === "" ? null : { flaw: `"${text}" is not one of the values that the mapping lists` };
  };
}

/** A text made of cells; empty where one of the cells is. */
function templateReader(
  template: string,
  { columns, each }: Reading,
): (cells: readonly TableCell[]) => TableCell | undefined {
  const pieces = filled(template, each)
    .split(/(\{[^{}]+\})/)
    .map((piece) =>
      /^\{.+\}$/.test(piece) ? { cell: columns.reader(piece.slice(1, -1), null) } : { text: piece },
    );
  return (cells) => {
    const texts = pieces.map((piece) => ("cell" in piece ? comparedText(piece.cell?.(cells)) : piece.text));
    return pieces.some((piece, index) => "cell" in piece && texts[index] === "") ? undefined : texts.join("");
  };
}

function conditionOf(
  condition: Condition,
  { columns, each }: Reading,
): (cells: readonly TableCell[]) => boolean {
  const cell = columns.reader(condition.column, each);
  if ("given" in condition) return (cells) => (comparedText(cell(cells)) !== "") === condition.given;
  const accepted = "equals" in condition ? [condition.equals] : condition.one_of;
  const texts = new Set(accepted.map((one) => filled(asText(one), each).trim()));
  return (cells) => texts.has(comparedText(cell(cells)));
}

/** The notation of one value. */
function notationOf(format: string | undefined, notation: Notation): Result<Notation, string> {
  if (format === undefined) return ok(notation);
  if (format === "accounting" || format === "text") return ok({ ...notation, style: format });
  const date = dateFormat(format);
  return date ? ok({ ...notation, date }) : err(`"${format}" is no format.`);
}

/** A value of the mapping as a member of an event. */
function memberOf(
  name: string,
  value: MappedValue,
  field: Field,
  reading: Reading,
): Result<MappedMember, string> {
  const notation = notationOf("format" in value ? value.format : undefined, reading.notation);
  if (!notation.ok) return notation;
  const column = "column" in value ? filled(value.column, reading.each) : null;
  return ok({ name, field, notation: notation.value, column, given: givenOf(value, reading) });
}

function eventPlans(
  event: MappedEvent,
  isShared: boolean,
  reading: Reading,
): Result<readonly EventPlan[], string> {
  const plans: EventPlan[] = [];
  for (const each of event.each ?? [null]) {
    const own = { ...reading, each };
    const members: MappedMember[] = [];
    for (const [name, value] of Object.entries(event.fields)) {
      const field = knownFields(event.category).get(name);
      if (value === undefined || field === undefined) continue;
      const member = memberOf(name, value as MappedValue, field, own);
      if (!member.ok) return err(`The mapping's ${event.category}.${name}: ${member.error}`);
      members.push(member.value);
    }
    const conditions = [event.when ?? []].flat().map((condition) => conditionOf(condition, own));
    const step = event.step ?? "create";
    plans.push({
      category: event.category,
      step: () => step,
      key: () => null,
      when: (cells) => conditions.every((holds) => holds(cells)),
      members,
      takesRest: event.rest === "info",
      isShared: isShared && step === "create",
    });
  }
  return ok(plans);
}

/** The seller's figures of a mapping, or a sentence about its columns. */
export function tieOutMembers(
  figures: NonNullable<Mapping["tie_out"]>,
  fields: Readonly<Record<string, Field>>,
  header: readonly HeaderColumn[],
  notation: Notation,
): Result<readonly MappedMember[], string> {
  const columns = new Columns(header);
  const members: MappedMember[] = [];
  for (const [name, value] of Object.entries(figures)) {
    const field = fields[name];
    if (value === undefined || field === undefined) continue;
    const member = memberOf(name, value as MappedValue, field, { columns, notation, each: null });
    if (!member.ok) return err(`The mapping's tie_out.${name}: ${member.error}`);
    members.push(member.value);
  }
  return columns.missing.size > 0 ? err(missingColumns(columns.missing)) : ok(members);
}

const missingColumns = (names: ReadonlySet<string>): string =>
  `The mapping names columns that the file does not have: ${listed(names)}.`;

/** True for a record that another event of the same rows belongs to: many rows may repeat it. */
const hasChildrenIn = ({ events }: Mapping, { category }: MappedEvent): boolean =>
  events.some((other) => REFERENCES[other.category].some((reference) => reference.category === category));

/** The plan of a table by a mapping, or a sentence about its columns. */
export function mappingPlan(
  mapping: Mapping,
  header: readonly HeaderColumn[],
  notation: Notation,
): Result<RowPlan, string> {
  const columns = new Columns(header);
  const reading = { columns, notation, each: null };
  const events: EventPlan[] = [];
  for (const event of mapping.events) {
    const plans = eventPlans(event, hasChildrenIn(mapping, event), reading);
    if (!plans.ok) return plans;
    events.push(...plans.value);
  }
  for (const value of Object.values(mapping.tie_out ?? {})) if (value) givenOf(value, reading);
  if (columns.missing.size > 0) {
    return err(missingColumns(columns.missing));
  }
  const unused = [...header.entries()].filter(([index]) => !columns.used.has(index));
  const places = unused.map(([index, { name, isUnnamed }]) => ({ name, index, isUnnamed }));
  const rest = restOf(mapping);
  const unknown = places.filter(({ isUnnamed }) => !isUnnamed).map(({ name }) => name);
  if (rest === "refuse" && unknown.length > 0) {
    return err(
      `The mapping uses no column ${listed(unknown)}: map them, or say "rest": "ignore" or "info" in the mapping.`,
    );
  }
  return ok({
    events,
    rest: rest === "info" ? places : [],
    isRestOfRow: rest === "info" && !events.some(({ takesRest }) => takesRest),
    unnamed: rest === "refuse" ? places : [],
    unsent: rest === "ignore" ? unknown : [],
  });
}

/** What happens to unused columns: an event that takes them comes before what the mapping says of all. */
function restOf({ rest, events }: Mapping): "refuse" | "ignore" | "info" {
  if (events.some((event) => event.rest === "info")) return "info";
  return rest ?? events.find((event) => event.rest !== undefined)?.rest ?? "refuse";
}

const listed = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(", ");
