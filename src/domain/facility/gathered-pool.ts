import { originalDays, remainingDays } from "../analytics/averages.ts";
import { type Dimension, groupOf, wantedBy } from "../analytics/dimensions.ts";
import type { Examined, Gatherer } from "../analytics/examined.ts";
import { onDay } from "../analytics/span.ts";
import { creditorOn, type WantedAttributes } from "../position/attributes.ts";
import { type Day, daysBetween } from "../position/days.ts";
import { clientOf } from "../position/facts.ts";
import type { Position } from "../position/position.ts";
import { restored, saved } from "../position/saved.ts";
import { type Base, baseOf } from "./base.ts";
import { firstFailed, type LoanFacts } from "./eligibility.ts";
import type { PoolLoan } from "./pool.ts";
import type { FacilityTerms } from "./terms.ts";

/** The most disbursements of a pool: more do not fit into an isolate's memory beside what the limits take of each. */
const POOL_MAX = 20_000;

/** A base without what each disbursement counts for. */
export type BaseFigures = Omit<Base, "counted">;

type SavedPool = { readonly pool: readonly PoolLoan[] } | { readonly base: BaseFigures };

/** Gathers the pool of a facility as of a day from all disbursements of a tenant. */
export class GatheredPool implements Gatherer {
  readonly #terms: FacilityTerms;
  readonly #day: Day;
  readonly #pool: PoolLoan[];
  #figures: BaseFigures | null;

  constructor(terms: FacilityTerms, day: Day, text: string | null) {
    this.#terms = terms;
    this.#day = day;
    const before: SavedPool = text === null ? { pool: [] } : restored(text);
    this.#figures = "base" in before ? before.base : null;
    this.#pool = "pool" in before ? [...before.pool] : [];
  }

  /** Returns false when the pool has more disbursements than a base is computed of. */
  add(one: Examined): boolean {
    if (!this.#isPledged(one)) return true;
    const position = one.positionAt(this.#day);
    // Pending, repaid or written off.
    if (position.bucket === null) return true;
    this.#pool.push(this.#poolLoan(one, position));
    return this.#pool.length <= POOL_MAX;
  }

  save(isComplete: boolean): string {
    const now: SavedPool = isComplete ? { base: this.figures() } : { pool: this.#pool };
    return saved(now);
  }

  /** The base, with what each eligible disbursement counts for; not of a memo, which keeps the figures only. */
  base(): Base {
    return baseOf(this.#pool, this.#terms);
  }

  figures(): BaseFigures {
    if (this.#figures === null) {
      const { counted: _, ...figures } = this.base();
      this.#figures = figures;
    }
    return this.#figures;
  }

  /** The disbursements of the pool in the order of their ids. */
  get pool(): readonly PoolLoan[] {
    return this.#pool;
  }

  #isPledged({ loan, attributes, calendar }: Examined): boolean {
    const { currency, creditor } = this.#terms;
    if (loan.disbursement.currency !== currency) return false;
    return creditor === null || creditorOn(attributes, this.#day, calendar) === creditor;
  }

  #poolLoan(one: Examined, position: Position): PoolLoan {
    const { eligibility, limits } = this.#terms;
    const facts = factsOf(one, position, this.#day);
    return {
      disbursement_id: one.loan.disbursement.disbursement_id,
      client_id: clientOf(one.loan.disbursement),
      outstanding: facts.outstanding,
      days_past_due: facts.days_past_due,
      remaining_days: facts.remaining_days,
      failed: firstFailed(facts, eligibility),
      groups: limits.map(({ by }) => groupOn(one, by, this.#day)),
    };
  }
}

function groupOn(one: Examined, dimension: Dimension, day: Day): string | null {
  const group = groupOf(one, [dimension], onDay(day));
  return typeof group === "string" ? group : null;
}

/** What rules of eligibility ask of a disbursement. */
function factsOf(one: Examined, position: Position, day: Day): LoanFacts {
  const { attributes, start, loan } = one;
  const { terms } = position;
  return {
    kind: loan.disbursement.kind,
    outstanding: position.outstanding_principal,
    days_past_due: position.days_past_due,
    remaining_days: remainingDays(one, day),
    original_days: originalDays(one, day),
    seasoning_days: daysBetween(start, day),
    extensions: terms.extensions.filter(({ from, to }) => from !== "" && to > from).length,
    written_off: terms.written_off,
    insurer_name: attributes.insurer_name,
    country: attributes.country,
    info: attributes.info,
  };
}

/** What has to be read of disbursements to know their eligibility and their groups. */
export function wantedByTerms({ eligibility, limits }: FacilityTerms): WantedAttributes {
  const members = eligibility.flatMap((one): Dimension[] =>
    one.rule === "info_in" ? [{ of: "info", member: one.member }] : [],
  );
  const asksCountry = eligibility.some(({ rule }) => rule === "country_in" || rule === "country_not_in");
  const grouping = [...limits.map(({ by }) => by), ...members];
  return wantedBy({}, asksCountry ? [...grouping, "country"] : grouping);
}
