import * as z from "zod";
import { currency, day, exactDecimal } from "../answer-values.ts";
import { documented } from "../documented.ts";
import { group, parts } from "../position/answers.ts";

export { unfinished } from "../position/answers.ts";

const sequence = z.int().min(0);
const moment = { from_sequence: sequence, to_sequence: sequence };
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

const share = exactDecimal.nullable();
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
    group,
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
