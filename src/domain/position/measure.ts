import type { DecimalText } from "../core/decimal.ts";
import type { Settings } from "../core/settings.ts";
import type { Allocation } from "./allocation.ts";
import type { Measure } from "./position.ts";
import { NO_TOLERANCE, parseArrearsTolerance, type Tolerance } from "./tolerance.ts";

/** How a request wants positions to be measured. */
export interface AskedMeasure {
  readonly allocation?: Allocation | undefined;
  readonly arrears_tolerance?: Omit<Tolerance, "share"> | undefined;
  readonly arrears_tolerance_share?: DecimalText | undefined;
}

/** What a request does not say is as the tenant's settings say. */
export function measureOf(asked: AskedMeasure, settings: Settings): Measure {
  const set = parseArrearsTolerance(settings.arrears_tolerance);
  const { amount, by_currency } = asked.arrears_tolerance ?? (set.ok ? set.value : NO_TOLERANCE);
  const share = asked.arrears_tolerance_share ?? settings.arrears_tolerance_share;
  return { allocation: asked.allocation ?? "oldest", tolerance: { amount, by_currency, share } };
}
