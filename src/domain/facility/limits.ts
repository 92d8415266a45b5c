import type { Dimension } from "../analytics/dimensions.ts";
import { fractionOf, timesDown } from "../core/fraction.ts";
import { byText } from "../position/order.ts";
import { clientKey, type PoolLoan } from "./pool.ts";
import type { ConcentrationLimit } from "./terms.ts";

/** What a limit takes from a disbursement. */
interface Taken {
  /** The place of the limit among all. */
  readonly index: number;
  readonly amount: bigint;
}

/** An eligible disbursement, and what it still counts for. */
export interface Counted {
  readonly loan: PoolLoan;
  counts_for: bigint;
  readonly taken: Taken[];
}

/** A group that counts for more than its limit allows; amounts in minor units. */
export interface Excess {
  readonly index: number;
  readonly by: Dimension;
  readonly group: string | null;
  /** What the group counted for when its limit applied. */
  readonly outstanding: bigint;
  readonly allowed: bigint;
  readonly excess: bigint;
}

/**
 * Takes from the disbursements what exceeds one limit after another, and says which groups exceeded it
 * (docs/analytics.md#limits). `eligible` is what all of them count for before any limit.
 */
export function applyLimits(
  counted: readonly Counted[],
  limits: readonly ConcentrationLimit[],
  eligible: bigint,
): readonly Excess[] {
  return limits.flatMap((limit, index) => {
    const allowed = timesDown(eligible, fractionOf(limit.max_share));
    return groupsOf(counted, limit, index).flatMap(([group, members]): Excess[] => {
      const outstanding = members.reduce((sum, { counts_for }) => sum + counts_for, 0n);
      if (outstanding <= allowed) return [];
      const excess = outstanding - allowed;
      take(members, outstanding, { index, amount: excess });
      return [{ index, by: limit.by, group, outstanding, allowed, excess }];
    });
  });
}

type GroupMembers = readonly [group: string | null, members: readonly Counted[]];

/** The groups that a limit is about, those without a value first. A purchase with several clients is a client of its own. */
function groupsOf(
  counted: readonly Counted[],
  { by, values }: ConcentrationLimit,
  index: number,
): readonly GroupMembers[] {
  const groupOf = ({ loan }: Counted) => loan.groups[index] ?? null;
  const concerned = counted.filter((one) => values === undefined || values.includes(groupOf(one)));
  const keyOf = (one: Counted) => (by === "client_id" ? clientKey(one.loan) : JSON.stringify(groupOf(one)));
  const groups = [...Map.groupBy(concerned, keyOf).values()].map((members): GroupMembers => {
    const [first] = members;
    return [first ? groupOf(first) : null, members];
  });
  return groups.sort(([a], [b]) => Number(a !== null) - Number(b !== null) || byText(a ?? "", b ?? ""));
}

/**
 * Takes an amount in proportion to what each counts for, rounded down. Of what rounding leaves, each gives one minor unit,
 * those that count for most first, then by id: so none gives more than it counts for.
 */
function take(members: readonly Counted[], outstanding: bigint, { index, amount }: Taken): void {
  const shares = members.map((one) => ({ one, share: (amount * one.counts_for) / outstanding }));
  let rest = amount - shares.reduce((sum, { share }) => sum + share, 0n);
  const inOrder = shares.sort(
    (a, b) => byAmount(b.one, a.one) || byText(a.one.loan.disbursement_id, b.one.loan.disbursement_id),
  );
  for (const { one, share } of inOrder) {
    const unit = rest > 0n ? 1n : 0n;
    rest -= unit;
    const taken = share + unit;
    if (taken === 0n) continue;
    one.counts_for -= taken;
    one.taken.push({ index, amount: taken });
  }
}

const byAmount = (a: Counted, b: Counted): number =>
  Number(a.counts_for > b.counts_for) - Number(a.counts_for < b.counts_for);
