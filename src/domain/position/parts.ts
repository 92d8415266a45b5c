import type { PaidFacts } from "./facts.ts";

/** An amount of money and its parts, in minor units. */
export interface Parts {
  readonly total: bigint;
  readonly principal: bigint;
  readonly fee: bigint;
}

export const NOTHING: Parts = { total: 0n, principal: 0n, fee: 0n };

export const plus = (a: Parts, b: Parts): Parts => ({
  total: a.total + b.total,
  principal: a.principal + b.principal,
  fee: a.fee + b.fee,
});

export function sumOf(all: readonly Parts[]): Parts {
  let [total, principal, fee] = [0n, 0n, 0n];
  for (const parts of all) {
    total += parts.total;
    principal += parts.principal;
    fee += parts.fee;
  }
  return { total, principal, fee };
}

export const negative = ({ total, principal, fee }: Parts): Parts => ({
  total: -total,
  principal: -principal,
  fee: -fee,
});

export const less = (a: Parts, b: Parts): Parts => plus(a, negative(b));

export const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const atLeastZero = (amount: bigint): bigint => greater(amount, 0n);

/** The first of a total, the fee before the principal: money and what a receipt fills go this way. */
export function firstOf({ fee }: Pick<Parts, "fee">, total: bigint): Parts {
  const part = lesser(fee, total);
  return { total, principal: total - part, fee: part };
}

/** What remains of an amount after its first `covered` are paid, the fee before the principal. */
export function restOf({ total, fee }: Parts, covered: bigint): Parts {
  const left = total - covered;
  const feeLeft = atLeastZero(fee - covered);
  return { total: left, principal: left - feeLeft, fee: feeLeft };
}

/** The parts of a paid payment, from its record only (docs/portfolio.md#parts-of-a-receipt). */
export function receivedParts(payment: PaidFacts): Parts {
  const { installment_number, payment_total, payment_principal, payment_fee, expected_fee } = payment;
  const own = { total: payment_total, principal: payment_principal, fee: payment_fee };
  return partsOf(installment_number, own, expected_fee ?? 0n);
}

/** A total whose parts may be unknown: both are known, or neither. */
export interface SentParts {
  readonly total: bigint;
  readonly principal: bigint | null;
  readonly fee: bigint | null;
}

/**
 * The upfront fee (installment 0) is all fee. Any other amount has its own parts if they are known. If not, its fee is
 * the lesser of its total and the fee that was expected of it, and the rest is principal.
 */
export function partsOf(
  installment_number: number | null,
  { total, principal, fee }: SentParts,
  expectedFee: bigint,
): Parts {
  if (installment_number === 0) return { total, principal: 0n, fee: total };
  if (principal !== null && fee !== null) return { total, principal, fee };
  return firstOf({ fee: expectedFee }, total);
}
