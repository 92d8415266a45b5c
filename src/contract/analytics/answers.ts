import * as z from "zod";
import { ROLL_PLACES } from "../../domain/analytics/roll-rates.ts";
import { currency, day, exactDecimal } from "../answer-values.ts";
import { documented } from "../documented.ts";
import { group, parts } from "../position/answers.ts";

export { unfinished } from "../position/answers.ts";

const sequence = z.int().min(0);
const moment = { from_sequence: sequence, to_sequence: sequence };
const share = exactDecimal.nullable();
const ends = z.object({ from: exactDecimal, to: exactDecimal });

export const movementLine = z
  .object({
    currency,
    group,
    principal: z.object({
      opening: exactDecimal,
      disbursed: exactDecimal,
      raised: exactDecimal,
      repaid: exactDecimal,
      written_off: exactDecimal,
      closing: exactDecimal,
    }),
    outstanding: ends,
    overpaid: ends,
    recovered: ends,
    arrears: z.object({
      opening: exactDecimal,
      fell_due: exactDecimal,
      collected: exactDecimal,
      adjusted: exactDecimal,
      closing: exactDecimal,
    }),
  })
  .meta({ id: "MovementLine" });

/** `GET /api/portfolio/movement`. */
export const movement = z.object({
  from_date: day,
  to_date: day,
  ...moment,
  data: z.array(movementLine),
});

export const vintageLine = z
  .object({
    currency,
    cohort: z.string(),
    group: group.optional(),
    months_on_book: z.int(),
    number: z.int(),
    disbursed: exactDecimal,
    outstanding: exactDecimal,
    principal_received: exactDecimal,
    fees_received: exactDecimal,
    arrears: exactDecimal,
    outstanding_30: exactDecimal,
    outstanding_90: exactDecimal,
    written_off: exactDecimal,
    recovered: exactDecimal,
    repaid: z.int(),
    pool_factor: share,
    loss_rate: share,
    net_loss_rate: share,
    default_rate: share,
  })
  .meta({ id: "VintageLine" });

/** `GET /api/vintages`. */
export const vintages = z.object({ as_of_date: day, ...moment, data: z.array(vintageLine) });

const rollPlace = z.enum(ROLL_PLACES);
export const rollRate = z
  .object({
    currency,
    group: group.optional(),
    from: rollPlace,
    to: rollPlace,
    number: z.int(),
    outstanding_from: exactDecimal,
    outstanding_to: exactDecimal,
    rate: share,
  })
  .meta({ id: "RollRate" });

/** `GET /api/roll-rates`. */
export const rollRates = z.object({ from_date: day, to_date: day, ...moment, data: z.array(rollRate) });

const owing = { number: z.int(), outstanding: exactDecimal, share, arrears: exactDecimal, par30: share };

export const concentrationLine = z
  .object({
    currency,
    groups: z.int(),
    largest_share: share,
    hhi: share.meta({ description: "The sum of the squares of the unrounded shares." }),
    rows: z.array(z.object({ group: z.string().nullable(), ...owing })),
    others: z.object(owing).nullable(),
  })
  .meta({ id: "ConcentrationLine" });

/** `GET /api/concentration`. */
export const concentration = z.object({ as_of_date: day, ...moment, data: z.array(concentrationLine) });

const month = z.string().meta(documented({ type: "string", pattern: "^[0-9]{4}-[0-9]{2}$" }));
const ahead = { due: parts, unscheduled: exactDecimal } as const;

export const cashFlowLine = z
  .object({
    currency,
    group: group.optional(),
    outstanding: exactDecimal,
    past: z.array(
      z.object({
        month,
        to: day,
        due: parts,
        received: parts,
        covered_by_end: parts,
        collection_rate: exactDecimal.nullable(),
      }),
    ),
    overdue: parts,
    overdue_unscheduled: exactDecimal,
    future: z.array(z.object({ month, ...ahead })),
    beyond: z.object(ahead),
    over_scheduled: exactDecimal,
  })
  .meta({ id: "CashFlowLine" });

/** `GET /api/cash-flows`. */
export const cashFlows = z.object({ as_of_date: day, ...moment, data: z.array(cashFlowLine) });
