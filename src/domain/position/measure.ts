import type { DecimalText } from "../core/decimal.ts";
import type { Allocation } from "./allocation.ts";
import type { Measure } from "./position.ts";
import { NO_TOLERANCE, type Tolerance } from "./tolerance.ts";

/** How a request wants positions to be measured; what it does not say is as usual. */
interface AskedMeasure {
  readonly allocation?: Allocation | undefined;
  readonly arrears_tolerance?: Omit<Tolerance, "share"> | undefined;
  readonly arrears_tolerance_share?: DecimalText | undefined;
}

export function measureOf(asked: AskedMeasure): Measure {
  const { allocation = "oldest", arrears_tolerance = NO_TOLERANCE } = asked;
  const { amount, by_currency } = arrears_tolerance;
  const share = asked.arrears_tolerance_share ?? NO_TOLERANCE.share;
  return { allocation, tolerance: { amount, by_currency, share } };
}
