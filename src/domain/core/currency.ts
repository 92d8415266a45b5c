import * as iso4217 from "dinero.js/currencies";

/** Withdrawn from ISO 4217 since the library's list: Bulgaria adopted the euro on 2026-01-01. */
const WITHDRAWN: ReadonlySet<string> = new Set(["BGN"]);

/**
 * Minor units by active ISO 4217 code. The library models the ariary and the ouguiya by their real
 * subdivision of five; ISO 4217 gives both two decimals, as it gives every other base-ten currency its own.
 */
const MINOR_UNITS: ReadonlyMap<string, number> = new Map(
  Object.values(iso4217)
    .filter(({ code }) => !WITHDRAWN.has(code))
    .map(({ code, base, exponent }) => [code, base === 10 ? exponent : 2]),
);

/** The active ISO 4217 codes that have a minor unit. */
export const CURRENCIES: readonly string[] = [...MINOR_UNITS.keys()];

/** True for an active ISO 4217 code that has a minor unit; metals, funds of account and `XXX` have none. */
export function isCurrency(code: string): boolean {
  return MINOR_UNITS.has(code);
}

/** How many decimals the currency has (ISO 4217 minor unit): 2 for USD, 0 for JPY, 3 for BHD. */
export function minorUnits(currency: string): number {
  const digits = MINOR_UNITS.get(currency);
  if (digits === undefined) throw new RangeError("minorUnits needs an active ISO 4217 code");
  return digits;
}
