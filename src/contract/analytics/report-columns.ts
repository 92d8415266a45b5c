import type * as z from "zod";
import { columnsOf } from "../csv-columns.ts";
import { portfolioLine } from "../position/answers.ts";
import { movementLine, rollRate, vintageLine } from "./answers.ts";

/** The columns of lines that have no group. */
const ungrouped = (line: z.ZodObject): readonly string[] =>
  columnsOf(line).filter((column) => column !== "group");

export const PORTFOLIO_COLUMNS = ungrouped(portfolioLine);
export const MOVEMENT_COLUMNS = ungrouped(movementLine);
export const ROLL_RATE_COLUMNS = ungrouped(rollRate);
export const VINTAGE_COLUMNS = ungrouped(vintageLine);
