import type { DecimalText } from "../core/decimal.ts";
import { divideHalfEven } from "../core/money.ts";

const RATIO_DECIMALS = 6;
const ONE = 10n ** BigInt(RATIO_DECIMALS);

/** `part` over `whole` (not below 0) with six decimals, rounded half to even; null when the whole is 0. */
export function ratio(part: bigint, whole: bigint): DecimalText | null {
  if (whole === 0n) return null;
  const millionths = divideHalfEven((part < 0n ? -part : part) * ONE, whole);
  const digits = millionths.toString().padStart(RATIO_DECIMALS + 1, "0");
  const sign = part < 0n && millionths > 0n ? "-" : "";
  return `${sign}${digits.slice(0, -RATIO_DECIMALS)}.${digits.slice(-RATIO_DECIMALS)}`;
}
