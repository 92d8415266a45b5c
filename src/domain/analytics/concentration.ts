import type { Day } from "../core/dates.ts";
import type { Filters } from "../position/filters.ts";
import { restored, saved } from "../position/saved.ts";
import { byGroup, type Dimension, groupOf } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { onDay } from "./span.ts";

/** What a group owes, in minor units. */
export interface Owing {
  /** Disbursements that are not pending, repaid or written off. */
  readonly number: number;
  readonly outstanding: bigint;
  readonly arrears: bigint;
  /** Outstanding principal of those more than 30 days past due. */
  readonly over_30: bigint;
}

/** A group of a concentration; null for the disbursements without a group. */
interface OwingGroup extends Owing {
  readonly group: string | null;
}

/** Where the outstanding principal of one currency is (docs/analytics.md#concentration). */
export interface Concentrated {
  readonly currency: string;
  readonly outstanding: bigint;
  /** The groups that owe, how much the largest owes, and the sum of the squares of what each owes. */
  readonly groups: number;
  readonly largest: bigint;
  readonly squares: bigint;
  /** Those that owe most. */
  readonly rows: readonly OwingGroup[];
  readonly others: Owing | null;
}

/** The sums of a currency while they are gathered. */
interface CurrencySums {
  readonly groups: Map<string | null, Owing>;
  /** The disbursements without a group, each as a client of its own. */
  separate: Separate;
}

interface Separate {
  readonly number: number;
  readonly largest: bigint;
  readonly squares: bigint;
}

interface ConcentrationView {
  readonly day: Day;
  readonly by: Dimension;
  readonly top: number;
  readonly filters: Filters;
}

type SavedSums = readonly (readonly [
  currency: string,
  separate: Separate,
  groups: readonly (readonly [string | null, Owing])[],
])[];
type SavedConcentration = { readonly sums: SavedSums } | { readonly answer: readonly Concentrated[] };

/** Groups of all currencies: more do not fit into an isolate's memory. */
const GROUPS_MAX = 100_000;

const NOTHING: Owing = { number: 0, outstanding: 0n, arrears: 0n, over_30: 0n };
const NONE_APART: Separate = { number: 0, largest: 0n, squares: 0n };
const DAYS_AT_RISK = 30;

const plus = (a: Owing, b: Owing): Owing => ({
  number: a.number + b.number,
  outstanding: a.outstanding + b.outstanding,
  arrears: a.arrears + b.arrears,
  over_30: a.over_30 + b.over_30,
});

/** Gathers who owes how much, by one dimension. */
export class Concentration implements Gatherer {
  readonly #view: ConcentrationView;
  readonly #sums: Map<string, CurrencySums>;
  #answer: readonly Concentrated[] | null;
  #groups: number;

  constructor(view: ConcentrationView, text: string | null = null) {
    const before: SavedConcentration = text === null ? { sums: [] } : restored(text);
    this.#view = view;
    this.#answer = "answer" in before ? before.answer : null;
    const sums = "sums" in before ? before.sums : [];
    this.#sums = new Map(
      sums.map(([currency, separate, groups]) => [currency, { groups: new Map(groups), separate }]),
    );
    this.#groups = sums.reduce((count, [, , groups]) => count + groups.length, 0);
  }

  /** Returns false when there are more groups than one answer counts. */
  add(one: Examined): boolean {
    const { day, by, filters } = this.#view;
    const span = onDay(day);
    if (day < one.start || !one.fits(filters, span)) return true;
    const { currency } = one.loan.disbursement;
    const sums = this.#sums.get(currency) ?? { groups: new Map(), separate: NONE_APART };
    this.#sums.set(currency, sums);
    const { bucket, outstanding_principal, arrears, days_past_due } = one.positionAt(day);
    if (bucket === null) return true;
    const group = groupOf(one, [by], span);
    const name = typeof group === "string" ? group : null;
    const own: Owing = {
      number: 1,
      outstanding: outstanding_principal,
      arrears: arrears.total,
      over_30: days_past_due > DAYS_AT_RISK ? outstanding_principal : 0n,
    };
    const before = sums.groups.get(name);
    if (before === undefined) this.#groups += 1;
    sums.groups.set(name, plus(before ?? NOTHING, own));
    if (name === null) sums.separate = withOne(sums.separate, outstanding_principal);
    return this.#groups <= GROUPS_MAX;
  }

  save(isComplete: boolean): string {
    const sums: SavedSums = [...this.#sums].map(([currency, { separate, groups }]) => [
      currency,
      separate,
      [...groups],
    ]);
    const now: SavedConcentration = isComplete ? { answer: this.answer() } : { sums };
    return saved(now);
  }

  /** By currency. */
  answer(): readonly Concentrated[] {
    this.#answer ??= [...this.#sums]
      .sort(([a], [b]) => byGroup(a, b))
      .map(([currency, sums]) => concentrated(currency, sums, this.#view));
    return this.#answer;
  }
}

const withOne = ({ number, largest, squares }: Separate, owed: bigint): Separate =>
  owed === 0n
    ? { number, largest, squares }
    : { number: number + 1, largest: owed > largest ? owed : largest, squares: squares + owed * owed };

/** What is the client's: a disbursement without it may be of any client, and counts as one of its own. */
const isOfClient = (by: Dimension): boolean =>
  typeof by === "object" ? by.of === "client_info" : by === "client_id" || by === "country";

function concentrated(
  currency: string,
  { groups, separate }: CurrencySums,
  { by, top }: ConcentrationView,
): Concentrated {
  const owing = [...groups]
    .map(([group, sums]): OwingGroup => ({ group, ...sums }))
    .filter(({ outstanding }) => outstanding > 0n)
    .sort((a, b) => byOutstanding(b, a) || byGroup(a.group, b.group));
  const named = isOfClient(by) ? owing.filter(({ group }) => group !== null) : owing;
  const apart = isOfClient(by) ? separate : NONE_APART;
  const rest = owing.slice(top);
  return {
    currency,
    outstanding: owing.reduce((sum, { outstanding }) => sum + outstanding, 0n),
    groups: named.length + apart.number,
    largest: named.reduce(
      (most, { outstanding }) => (outstanding > most ? outstanding : most),
      apart.largest,
    ),
    squares: named.reduce((sum, { outstanding }) => sum + outstanding * outstanding, apart.squares),
    rows: owing.slice(0, top),
    others: rest.length === 0 ? null : rest.reduce(plus, NOTHING),
  };
}

const byOutstanding = (a: Owing, b: Owing): number =>
  Number(a.outstanding > b.outstanding) - Number(a.outstanding < b.outstanding);
