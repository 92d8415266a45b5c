import type { PositionLineJson } from "../../contract/position/answers.ts";
import { FIGURES, type Figure, type TheirLoan } from "./theirs.ts";

/** A figure that the seller states otherwise. */
export interface FigureDifference {
  readonly field: Figure;
  readonly theirs: string;
  readonly ours: string;
  /** Ours less theirs; null for a state. */
  readonly difference: string | null;
}

interface Scaled {
  readonly units: bigint;
  readonly decimals: number;
}

/** A plain decimal as whole units of its last digit. */
function scaled(text: string): Scaled {
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  const units = BigInt(`${whole}${fraction}` || "0");
  return { units: sign === "-" ? -units : units, decimals: fraction.length };
}

function minus(one: string, other: string): Scaled {
  const [a, b] = [scaled(one), scaled(other)];
  const decimals = Math.max(a.decimals, b.decimals);
  const raised = ({ units, decimals: own }: Scaled) => units * 10n ** BigInt(decimals - own);
  return { units: raised(a) - raised(b), decimals };
}

function written({ units, decimals }: Scaled): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, "0");
  const fraction = decimals === 0 ? "" : `.${digits.slice(-decimals)}`;
  return `${units < 0n ? "-" : ""}${digits.slice(0, digits.length - decimals)}${fraction}`;
}

/** True where the absolute value is not above the tolerance. */
function isWithin({ units, decimals }: Scaled, tolerance: string): boolean {
  const size = written({ units: units < 0n ? -units : units, decimals });
  return minus(size, tolerance).units <= 0n;
}

/** What a position says for each figure. */
const oursOf = ({ outstanding_principal, days_past_due, arrears, state }: PositionLineJson) => ({
  outstanding: String(outstanding_principal),
  days_past_due: String(days_past_due),
  arrears: String(arrears.total),
  state,
});

/** The figures that differ; `tolerance` is for amounts. */
export function differencesOf(
  { figures }: TheirLoan,
  position: PositionLineJson,
  tolerance: string,
): readonly FigureDifference[] {
  const ours = oursOf(position);
  return FIGURES.flatMap((field): readonly FigureDifference[] => {
    const [their, our] = [figures[field], ours[field]];
    if (their === null) return [];
    if (field === "state") {
      return their.toLowerCase() === our ? [] : [{ field, theirs: their, ours: our, difference: null }];
    }
    const difference = minus(our, their);
    if (isWithin(difference, field === "days_past_due" ? "0" : tolerance)) return [];
    return [{ field, theirs: their, ours: our, difference: written(difference) }];
  });
}
