import * as z from "zod";
import { currency, day, exactDecimal } from "../answer-values.ts";
import { group } from "../position/answers.ts";

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
