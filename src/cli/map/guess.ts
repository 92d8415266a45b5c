import { CATEGORIES } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import type { TableCell } from "../import/cell.ts";
import { fitOf, PLACES, type Place, wordsOf } from "./names.ts";
import { amountsOf, dateFormatsOf } from "./samples.ts";

/** A column with the first cells in it. */
interface Sampled {
  readonly name: string;
  readonly cells: readonly TableCell[];
}

type Value = Readonly<Record<string, unknown>>;

interface GuessedEvent {
  readonly category: Category;
  readonly when?: Value;
  readonly each?: readonly string[];
  readonly fields: Record<string, Value>;
}

/** A first mapping, and what a person must decide. */
export interface Guess {
  readonly mapping: Readonly<Record<string, unknown>> & { readonly events: readonly GuessedEvent[] };
  readonly missing: readonly string[];
}

const NUMBERED = /^(.*?)[\s_-]*(\d{1,3})$/;

/** Which column fills each place: the best name of a place wins, and a column fills one place. */
function placed(columns: readonly Sampled[], places: readonly Place[]): ReadonlyMap<Place, Sampled> {
  const fits = places.flatMap((place) =>
    columns
      .map((column) => ({ place, column, fit: fitOf(place, column.name) }))
      .filter(({ fit }) => fit >= 0),
  );
  fits.sort((one, other) => one.fit - other.fit);
  const [taken, found] = [new Set<Sampled>(), new Map<Place, Sampled>()];
  for (const { place, column } of fits) {
    if (found.has(place) || taken.has(column)) continue;
    found.set(place, column);
    taken.add(column);
  }
  return found;
}

/** Columns such as `due 1`, `due 2`: the first of each kind, without its number, and the numbers. */
function schedule(columns: readonly Sampled[]): {
  readonly items: readonly string[];
  readonly columns: readonly Sampled[];
} {
  const kinds = new Map<string, { items: string[]; first: Sampled }>();
  for (const column of columns) {
    const [, stem = "", item = ""] = NUMBERED.exec(column.name) ?? [];
    if (wordsOf(stem) === "") continue;
    const kind = kinds.get(wordsOf(stem)) ?? { items: [], first: { name: stem.trim(), cells: column.cells } };
    kind.items.push(item);
    kinds.set(wordsOf(stem), kind);
  }
  const repeated = [...kinds.values()].filter(({ items }) => items.length > 1);
  return { items: repeated[0]?.items ?? [], columns: repeated.map(({ first }) => first) };
}

const ofCategory = (category: Category): readonly Place[] =>
  PLACES.filter((place) => place.startsWith(`${category}.`));

const isDate = (category: Category, name: string) => CATEGORIES[category].fields[name]?.type === "date";
const isAmount = (category: Category, name: string) => CATEGORIES[category].fields[name]?.type === "amount";

/** Guesses a mapping from the columns of a table and their first cells. */
export class Guesser {
  readonly #columns: readonly Sampled[];
  readonly #missing: string[] = [];
  readonly #formats = new Set<string>();
  readonly #decimals = new Set<string>();

  constructor(columns: readonly Sampled[]) {
    this.#columns = columns;
  }

  guess(name: string): Guess {
    const series = schedule(this.#columns);
    const single = this.#columns.filter(({ name: column }) => !this.#isOfSeries(column, series.items));
    const payments = placed(single, ["disbursement.disbursement_id", ...ofCategory("payment")]);
    const isTapeOfPayments =
      payments.has("payment.payment_total") &&
      (payments.has("payment.due_date") || payments.has("payment.payment_date"));
    const found = isTapeOfPayments
      ? payments
      : placed(
          single,
          PLACES.filter((place) => !place.startsWith("payment.")),
        );
    const events = isTapeOfPayments ? [this.#payment(found)] : this.#loans(found);
    const items = isTapeOfPayments ? null : this.#series(series, found);
    const all = items === null ? events : [...events, items];
    for (const event of all) this.#nameMissing(event);
    const tieOut = this.#tieOut(found);
    const [format, decimal] = [this.#only(this.#formats), this.#only(this.#decimals)];
    const mapping = {
      name,
      ...(decimal !== null && { decimal }),
      ...(format !== null && { date_format: format }),
      rest: "info",
      events: all,
      ...(tieOut !== null && { tie_out: tieOut }),
    };
    return { mapping, missing: this.#missing };
  }

  /** What all columns have in common; null where there is nothing, or more than one. */
  #only(found: ReadonlySet<string>): string | null {
    const [first = null] = found;
    return found.size === 1 ? first : null;
  }

  #isOfSeries(column: string, items: readonly string[]): boolean {
    const [, stem = "", item = ""] = NUMBERED.exec(column) ?? [];
    return wordsOf(stem) !== "" && items.length > 1 && items.includes(item);
  }

  #value(category: Category, field: string, { name, cells }: Sampled, written = name): Value {
    if (isDate(category, field)) {
      const formats = dateFormatsOf(cells);
      const [format] = formats ?? [];
      if (formats === null) return { column: written };
      if (formats.length === 1 && format !== undefined) {
        this.#formats.add(format);
        return { column: written, format };
      }
      const why = formats.length === 0 ? "is of no form that is known" : `may be ${formats.join(" or ")}`;
      this.#missing.push(`${category}.${field}: the column "${written}" ${why}: say its "format".`);
      return { column: written };
    }
    if (isAmount(category, field)) {
      const { decimals, isAccounting } = amountsOf(cells);
      const [sign] = decimals ?? [];
      if (decimals?.length === 1 && sign !== undefined) this.#decimals.add(sign);
      else if (decimals !== null) {
        this.#missing.push(`${category}.${field}: the column "${written}" needs "decimal": "." or ",".`);
      }
      return isAccounting ? { column: written, format: "accounting" } : { column: written };
    }
    return { column: written };
  }

  #fields(category: Category, found: ReadonlyMap<Place, Sampled>): Record<string, Value> {
    const fields: Record<string, Value> = {};
    for (const place of ofCategory(category)) {
      const column = found.get(place);
      const field = place.slice(category.length + 1);
      if (column) fields[field] = this.#value(category, field, column);
    }
    return fields;
  }

  /** A client and a loan of each row, as far as the columns tell of them. */
  #loans(found: ReadonlyMap<Place, Sampled>): readonly GuessedEvent[] {
    const client = this.#fields("client", found);
    const loan = this.#fields("disbursement", found);
    const name = found.get("client.name");
    if (client.client_id === undefined && name) client.client_id = { column: name.name };
    const hasClient = client.client_id !== undefined;
    const hasLoan = loan.disbursement_amount !== undefined || loan.disbursement_date !== undefined;
    const ofLoan = {
      kind: { constant: "loan" },
      ...(hasClient && { client_id: client.client_id }),
      ...loan,
    } as const;
    const { disbursement_id, ...rest } = ofLoan as Record<string, Value>;
    const ordered = { ...(disbursement_id && { disbursement_id }), ...rest };
    return [
      ...(hasClient && (name || !hasLoan) ? [{ category: "client", fields: client } as const] : []),
      ...(hasLoan ? [{ category: "disbursement", fields: ordered } as const] : []),
    ];
  }

  #payment(found: ReadonlyMap<Place, Sampled>): GuessedEvent {
    const own = this.#fields("payment", found);
    const loan = found.get("disbursement.disbursement_id");
    const isPaid = own.payment_date !== undefined && own.due_date === undefined;
    const fields = {
      ...(loan && { disbursement_id: { column: loan.name } }),
      status: { constant: isPaid ? "paid" : "expected" },
      ...(isPaid && own.payment_date && { due_date: own.payment_date }),
      ...own,
    };
    return { category: "payment", fields };
  }

  /** The installments of a wide table. */
  #series(series: ReturnType<typeof schedule>, found: ReadonlyMap<Place, Sampled>): GuessedEvent | null {
    const kinds = placed(series.columns, ofCategory("payment"));
    const [due, total] = [kinds.get("payment.due_date"), kinds.get("payment.payment_total")];
    const loan = found.get("disbursement.disbursement_id");
    if (!due || !total || !loan) return null;
    const fields: Record<string, Value> = {
      payment_id: { template: `{${loan.name}}-{each}` },
      disbursement_id: { column: loan.name },
      status: { constant: "expected" },
    };
    const written = (stem: string) => {
      const column =
        this.#columns.find(({ name }) => NUMBERED.exec(name)?.[1]?.trim() === stem)?.name ?? stem;
      return column.replace(/\d{1,3}$/, "{each}");
    };
    for (const [place, column] of kinds) {
      const field = place.slice("payment.".length);
      fields[field] = this.#value("payment", field, column, written(column.name));
    }
    return {
      category: "payment",
      each: series.items,
      when: { column: written(due.name), given: true },
      fields,
    };
  }

  #tieOut(found: ReadonlyMap<Place, Sampled>): Record<string, Value> | null {
    const loan = found.get("disbursement.disbursement_id");
    const figures = PLACES.filter((place) => place.startsWith("tie_out.") && found.has(place));
    if (!loan || figures.length === 0) return null;
    return {
      disbursement_id: { column: loan.name },
      ...Object.fromEntries(
        figures.map((place) => [place.slice("tie_out.".length), { column: found.get(place)?.name }]),
      ),
    };
  }

  #nameMissing({ category, fields }: GuessedEvent): void {
    for (const [name, { required, kind, unlessAnonymous }] of Object.entries(CATEGORIES[category].fields)) {
      if (!required || kind === "purchase" || fields[name] !== undefined) continue;
      const unless = unlessAnonymous ? ", unless the tenant's clients are anonymous" : "";
      this.#missing.push(`${category}.${name} is required${unless}, and no column seems to hold it.`);
    }
  }
}
