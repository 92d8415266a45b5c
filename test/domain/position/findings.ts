import { UTC } from "../../../src/domain/core/calendar.ts";
import { type Attributes, NO_ATTRIBUTES } from "../../../src/domain/position/attributes.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import { findingsOf, type QualityView } from "../../../src/domain/position/quality.ts";
import { ready } from "../../../src/domain/position/ready.ts";

export const OF_BRAZIL: Attributes = { ...NO_ATTRIBUTES, country: "BR" };

/** The codes found, each with the payment that it names. */
export const found = (
  one: Loan,
  day = "2026-02-15",
  today = "2026-12-31",
  view: Partial<QualityView> = {},
): readonly string[] =>
  findingsOf({ one: ready(one, UTC), attributes: OF_BRAZIL }, { day, today, calendar: UTC, ...view }).map(
    ({ code, example }) => {
      const payment = "payment_id" in example ? ` ${example.payment_id}` : "";
      return `${code}${payment}`;
    },
  );
