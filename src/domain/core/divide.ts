/** `part` over `whole`, both 0 or more and `whole` not 0, rounded to a whole number: half goes to the even one. */
export function divideHalfEven(part: bigint, whole: bigint): bigint {
  const down = part / whole;
  const twice = 2n * (part % whole);
  const isUp = twice > whole || (twice === whole && down % 2n === 1n);
  return isUp ? down + 1n : down;
}
