import type { Day } from "../core/dates.ts";
import type { Filters } from "../position/filters.ts";
import { BUCKETS } from "../position/state.ts";
import type { Group, Grouping } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { Lines } from "./lines.ts";
import type { Span } from "./span.ts";

/** Where a disbursement is on a day: in a bucket, or in a state that has none. */
export const ROLL_PLACES = [...BUCKETS, "pending", "repaid", "written_off"] as const;
type RollPlace = (typeof ROLL_PLACES)[number];

/** What moved from one place to another, in minor units. */
interface RollSums {
  number: number;
  outstanding_from: bigint;
  outstanding_to: bigint;
}

/** One cell of the matrix, with the share of its row that it is. */
export interface RollCell extends Readonly<RollSums> {
  readonly currency: string;
  readonly group: Group;
  readonly from: RollPlace;
  readonly to: RollPlace;
  /** By outstanding principal, or by number where the row has none by its state. */
  readonly share: readonly [part: bigint, whole: bigint];
}

interface RollRatesView {
  readonly span: Span;
  readonly grouping: Grouping;
  readonly filters: Filters;
}

/** Gathers how disbursements moved between buckets from one day to another (docs/analytics.md#roll-rates). */
export class RollRates implements Gatherer {
  readonly #lines: Lines<RollSums>;
  readonly #view: RollRatesView;

  constructor(view: RollRatesView, text: string | null = null) {
    this.#view = view;
    this.#lines = new Lines(
      view.grouping,
      () => ({ number: 0, outstanding_from: 0n, outstanding_to: 0n }),
      text,
    );
  }

  add(one: Examined): boolean {
    const { span, filters } = this.#view;
    if (span.to < one.start || !one.fits(filters, span)) return true;
    const sums = this.#lines.of(one, span, `${placeOn(one, span.from)}${placeOn(one, span.to)}`);
    sums.number += 1;
    sums.outstanding_from += one.positionAt(span.from).outstanding_principal;
    sums.outstanding_to += one.positionAt(span.to).outstanding_principal;
    return this.#lines.areFew;
  }

  save(): string {
    return this.#lines.save();
  }

  /** The cells that are not empty, by currency and group, in the order of the places. */
  cells(): readonly RollCell[] {
    const lines = this.#lines
      .inOrder()
      .map(({ cell, ...line }) => ({ ...line, row: placeAt(cell, 0), to: placeAt(cell, 1) }));
    const rows = Map.groupBy(lines, ({ currency, group, row }) => JSON.stringify([currency, group, row]));
    return [...rows.values()].flatMap((cells) => {
      const weight = ({ row, sums }: (typeof cells)[number]) =>
        BUCKETS.some((bucket) => bucket === row) ? sums.outstanding_from : BigInt(sums.number);
      const whole = cells.reduce((sum, cell) => sum + weight(cell), 0n);
      return cells.map((cell): RollCell => {
        const { currency, group, row: from, to, sums } = cell;
        return { currency, group, from, to, ...sums, share: [weight(cell), whole] };
      });
    });
  }
}

/** The number of a disbursement's place, one digit. */
function placeOn(one: Examined, day: Day): number {
  const { bucket, state } = one.positionAt(day);
  return ROLL_PLACES.findIndex((place) => place === (bucket ?? state));
}

const placeAt = (cell: string, index: 0 | 1): RollPlace => ROLL_PLACES[Number(cell[index])] ?? "pending";
