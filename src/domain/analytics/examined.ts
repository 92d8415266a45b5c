import type { Calendar } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import type { Attributes } from "../position/attributes.ts";
import type { Loan } from "../position/facts.ts";
import { concerns, type Filters, isIn, isPledged } from "../position/filters.ts";
import type { SelectableLoan } from "../position/from-records.ts";
import { type Measure, type Position, positionAt } from "../position/position.ts";
import { type Ready, ready } from "../position/ready.ts";
import type { Span } from "./span.ts";

/** A disbursement with its positions on any day. */
export interface Positioned {
  readonly one: Ready;
  readonly measure: Measure;
  /** The day on which it starts; before it, it is pending. */
  readonly start: Day;
  readonly positionAt: (day: Day) => Position;
}

/** A disbursement that a walk has read, prepared once for any number of days. */
export class Examined implements Positioned {
  readonly one: Ready;
  readonly attributes: Attributes;
  readonly measure: Measure;
  readonly #positions = new Map<Day, Position>();

  constructor({ loan, attributes }: SelectableLoan, calendar: Calendar, measure: Measure) {
    this.one = ready(loan, calendar);
    this.attributes = attributes;
    this.measure = measure;
  }

  get loan(): Loan {
    return this.one.loan;
  }

  get calendar(): Calendar {
    return this.one.calendar;
  }

  get start(): Day {
    return this.one.start;
  }

  /** Its position as of a day, computed once. */
  positionAt(day: Day): Position {
    const known = this.#positions.get(day);
    if (known) return known;
    const position = positionAt(this.one, day, this.measure);
    this.#positions.set(day, position);
    return position;
  }

  /** True where no filter leaves it out, state and bucket as of `from` and creditor as of `to`. */
  fits(filters: Filters, { from, to }: Span): boolean {
    return this.concerns(filters) && this.isIn(filters, { from, to });
  }

  /** True where no filter leaves it out that does not depend on a day. */
  concerns(filters: Filters): boolean {
    return concerns(this, filters);
  }

  /** True where no filter leaves it out that depends on a day. */
  isIn(filters: Filters, { from, to }: Span): boolean {
    const byDay = filters.state !== undefined || filters.bucket !== undefined;
    return isPledged(this, to, filters) && (!byDay || isIn(this.positionAt(from), filters));
  }
}

/** Collects the answer to one question from the disbursements of a walk, one after another. */
export interface Gatherer {
  /** False when it holds more groups than an answer may have. */
  readonly add: (one: Examined) => boolean;
  /** What it holds, as text: another request continues with it. Once the walk is complete, only what the answer needs. */
  readonly save: (isComplete: boolean) => string;
}
