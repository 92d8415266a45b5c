import type { FieldError } from "../../../domain/core/problem.ts";
import { err, ok } from "../../../domain/core/result.ts";
import { CATEGORIES } from "../../../domain/tape/categories.ts";
import type { Category, Field } from "../../../domain/tape/fields.ts";
import { cellText, type TableCell } from "../cell.ts";
import { type CurrencyOfRow, jsonOf, type Notation, quoted, unguarded, type Value } from "../values/value.ts";

/** What a row gives for one value: nothing, a finished JSON text, a cell to be read, or what is wrong with it. */
export type Given =
  | null
  | { readonly json: string }
  | { readonly cell: TableCell }
  | { readonly flaw: string };

/** A field of an event and where its value comes from. */
export interface MappedMember {
  readonly name: string;
  readonly field: Field;
  readonly notation: Notation;
  readonly given: (cells: readonly TableCell[]) => Given;
  /** The column that a message names; null for a constant. */
  readonly column: string | null;
}

/** How each row makes one event. */
export interface EventPlan {
  readonly category: Category;
  readonly step: (cells: readonly TableCell[]) => string;
  /** The row's own idempotency key, if it has one. */
  readonly key: (cells: readonly TableCell[]) => string | null;
  readonly when: (cells: readonly TableCell[]) => boolean;
  readonly members: readonly MappedMember[];
  /** Takes the unused columns into its `info`. */
  readonly takesRest: boolean;
  /** Rows may repeat it word for word, as those of several loans repeat their borrower: it is one event. */
  readonly isShared: boolean;
}

/** How a row of a table becomes events. */
export interface RowPlan {
  readonly events: readonly EventPlan[];
  /** The columns that become members of `info`. */
  readonly rest: readonly { readonly name: string; readonly index: number }[];
  /** The first event of a row takes the rest. */
  readonly isRestOfRow: boolean;
  /** Columns of a header without a name that nothing uses: their cells must be empty. */
  readonly unnamed: readonly { readonly name: string; readonly index: number }[];
  /** Columns that are not sent. */
  readonly unsent: readonly string[];
}

/** An event of a row: the text of its envelope. */
interface MadeEvent {
  readonly text: string;
  readonly isShared: boolean;
}

/** Why no event of the row can be sent. */
interface RowFlaw {
  readonly category: Category | null;
  readonly id: string | null;
  readonly errors: readonly FieldError[];
}

/** The currency of a record as the files or the service know it; null: not known. */
export type CurrencyOf = (category: Category, id: string) => string | null;

/** Fewer decimals are no group of thousands, and the service judges them. */
const DOUBTFUL_DECIMALS = 3;

type Members = Map<string, string>;

const textOf = (json: string | undefined): string => (json?.startsWith('"') ? String(JSON.parse(json)) : "");

/** Makes a row's events, or says all that is wrong with its cells. */
export function eventsOf(
  plan: RowPlan,
  cells: readonly TableCell[],
  currencyOf: CurrencyOf,
): { readonly events: readonly MadeEvent[] } | { readonly flaw: RowFlaw } {
  const stray = plan.unnamed.filter(({ index }) => cellText(cells[index]) !== "");
  if (stray.length > 0) {
    const errors = stray.map(({ name }) =>
      flawOf("", `Column ${name} has no name in the header: ${NAME_IT(name)}`),
    );
    return { flaw: { category: null, id: null, errors } };
  }
  const events: MadeEvent[] = [];
  const errors: FieldError[] = [];
  let flawed: Pick<RowFlaw, "category" | "id"> | null = null;
  for (const event of plan.events) {
    if (!event.when(cells)) continue;
    const made = membersOf(event, cells, currencyOf);
    if (event.takesRest || (plan.isRestOfRow && events.length === 0)) addRest(made.members, plan.rest, cells);
    const id = textOf(made.members.get(CATEGORIES[event.category].idField)) || null;
    if (made.errors.length > 0) flawed ??= { category: event.category, id };
    errors.push(...made.errors);
    events.push({ text: envelopeText(event, cells, made.members), isShared: event.isShared });
  }
  return flawed ? { flaw: { ...flawed, errors } } : { events };
}

const NAME_IT = (name: string) => `--map "${name}=<field>" names it, --map "${name}=" leaves it out.`;

const flawOf = (field: string, message: string): FieldError => ({ field, code: "invalid_value", message });

function membersOf(
  { category, members }: EventPlan,
  cells: readonly TableCell[],
  currencyOf: CurrencyOf,
): { readonly members: Members; readonly errors: readonly FieldError[] } {
  const made: Members = new Map();
  const errors: FieldError[] = [];
  // The currency and the ids say how the amounts are to be read, so they come first.
  const inTurn = [...members].sort((one, other) => rank(one) - rank(other));
  const currency = (decimals: number) => {
    const own = textOf(made.get("currency"));
    if (own !== "") return own;
    return decimals < DOUBTFUL_DECIMALS ? null : currencyOfRecord(category, made, currencyOf);
  };
  for (const member of inTurn) {
    const json = memberJson(member, cells, currency);
    if (json?.ok) made.set(member.name, json.value);
    else if (json) errors.push(flawOf(`data.${member.name}`, json.error));
  }
  const inOrder = members.flatMap(({ name }) => {
    const json = made.get(name);
    return json === undefined ? [] : [[name, json] as const];
  });
  return { members: new Map(inOrder), errors };
}

/** The JSON text of a value; null for none, an error is a sentence that names the cell and the column. */
export function memberJson(
  { name, field, notation, given, column }: MappedMember,
  cells: readonly TableCell[],
  currency: CurrencyOfRow,
): Value | null {
  const found = given(cells);
  if (found === null) return null;
  if ("json" in found) return ok(found.json);
  const value = "flaw" in found ? err(found.flaw) : jsonOf(found.cell, field, notation, currency);
  if (value.ok) return value;
  const cell = "cell" in found ? `${quoted(found.cell)} ` : "";
  const where = column === null || column === name ? "" : ` (column ${column})`;
  return err(sentence(cell, value.error, where));
}

/** A message that begins with a capital is a sentence of its own. */
const sentence = (cell: string, message: string, where: string): string =>
  /^[A-Z]/.test(message) ? `${message.replace(/\.$/, "")}${where}.` : `${cell}${message}${where}.`;

const rank = ({ field, name }: MappedMember): number =>
  field.type === "amount" ? 1 : name === "info" ? 2 : 0;

/** The currency of a record that the event does not name itself: its own, else that of an operation's disbursement. */
function currencyOfRecord(category: Category, made: Members, currencyOf: CurrencyOf): string | null {
  const id = textOf(made.get(CATEGORIES[category].idField));
  const known = id === "" ? null : currencyOf(category, id);
  if (known !== null || category !== "operation") return known;
  const parent = textOf(made.get("disbursement_id"));
  return parent === "" ? null : currencyOf("disbursement", parent);
}

/** Adds unused cells to `info`, as texts. */
function addRest(members: Members, rest: RowPlan["rest"], cells: readonly TableCell[]): void {
  const texts = rest.flatMap(({ name, index }) => {
    const text = unguarded(cellText(cells[index])).trim();
    return text === "" ? [] : [`${JSON.stringify(name)}:${JSON.stringify(text)}`];
  });
  if (texts.length === 0) return;
  const own = members.get("info") ?? "{}";
  const before = own.startsWith("{") ? own.slice(1, own.lastIndexOf("}")).trim() : "";
  members.set("info", `{${[...(before === "" ? [] : [before]), ...texts].join(",")}}`);
}

function envelopeText(event: EventPlan, cells: readonly TableCell[], members: Members): string {
  const key = event.key(cells);
  const start = key === null ? "" : `"idempotency_key":${JSON.stringify(key)},`;
  const data = [
    `"step":${JSON.stringify(event.step(cells))}`,
    ...[...members].map(([name, json]) => `${JSON.stringify(name)}:${json}`),
  ];
  return `{${start}"category":${JSON.stringify(event.category)},"data":{${data.join(",")}}}`;
}
