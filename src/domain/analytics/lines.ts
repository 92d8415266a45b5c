import { byText } from "../position/order.ts";
import { restored, saved } from "../position/saved.ts";
import { byGroup, type Group, type Grouping, groupOf } from "./dimensions.ts";
import type { Examined } from "./examined.ts";
import type { Span } from "./span.ts";

/** Where a line of a report stands; `cell` tells lines of one currency and group apart, and orders them. */
interface LinePlace {
  readonly currency: string;
  readonly group: Group;
  readonly cell: string;
}

export interface ReportLine<S> extends LinePlace {
  readonly sums: S;
}

/** The most lines of one report: more do not fit into an isolate's memory. */
const LINES_MAX = 20_000;

/** The lines of a report: its sums by currency, group and cell. */
export class Lines<S> {
  readonly #grouping: Grouping;
  readonly #none: () => S;
  readonly #lines: Map<string, ReportLine<S>>;

  /** `none` makes the sums of a line without disbursements; `text` is what other lines saved. */
  constructor(grouping: Grouping, none: () => S, text: string | null) {
    this.#grouping = grouping;
    this.#none = none;
    const lines = text === null ? [] : restored<readonly ReportLine<S>[]>(text);
    this.#lines = new Map(lines.map((line) => [keyOf(line), line]));
  }

  /** The sums to which a disbursement adds. */
  of(one: Examined, span: Span, cell = ""): S {
    const { currency } = one.loan.disbursement;
    const place = { currency, group: groupOf(one, this.#grouping, span), cell };
    const key = keyOf(place);
    const line = this.#lines.get(key) ?? { ...place, sums: this.#none() };
    this.#lines.set(key, line);
    return line.sums;
  }

  get size(): number {
    return this.#lines.size;
  }

  /** False when there are more lines than an answer may hold. */
  get areFew(): boolean {
    return this.#lines.size <= LINES_MAX;
  }

  /** By currency, then by group with none first, then by cell. */
  inOrder(): readonly ReportLine<S>[] {
    return [...this.#lines.values()].sort(
      (a, b) => byText(a.currency, b.currency) || byGroup(a.group, b.group) || byText(a.cell, b.cell),
    );
  }

  save(): string {
    return saved([...this.#lines.values()]);
  }
}

const keyOf = ({ currency, group, cell }: LinePlace): string => JSON.stringify([currency, group, cell]);
