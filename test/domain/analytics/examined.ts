import { Examined } from "../../../src/domain/analytics/examined.ts";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { type Attributes, NO_ATTRIBUTES } from "../../../src/domain/position/attributes.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import { type Measure, USUAL } from "../../../src/domain/position/position.ts";

/** A disbursement as a walk examines it, its days those of UTC. */
export const examined = (
  loan: Loan,
  attributes: Partial<Attributes> = {},
  measure: Measure = USUAL,
): Examined => new Examined({ loan, attributes: { ...NO_ATTRIBUTES, ...attributes } }, UTC, measure);
