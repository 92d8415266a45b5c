import type { Context } from "hono";
import type * as z from "zod";
import {
  type cashFlows,
  type concentration,
  type movement,
  movementLine,
  rollRate,
  type rollRates,
  vintageLine,
  type vintages,
} from "../contract/analytics/answers.ts";
import { cashFlowsCsv, cashFlowView } from "../contract/analytics/cash-flows-view.ts";
import { concentrationCsv, concentrationView } from "../contract/analytics/concentration-view.ts";
import { movementLineView } from "../contract/analytics/movement-view.ts";
import { rollRateView, vintageLineView } from "../contract/analytics/performance-view.ts";
import type {
  CashFlowsQuery,
  ConcentrationQuery,
  MovementQuery,
  RollRatesQuery,
  VintagesQuery,
} from "../contract/analytics/query.ts";
import { linesCsv } from "../contract/csv-columns.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson } from "../http/problem.ts";
import { surveyCashFlows } from "../reads/cash-flows.ts";
import { surveyConcentration } from "../reads/concentration.ts";
import { surveyMovement, surveyRollRates } from "../reads/span-reports.ts";
import { surveyVintages } from "../reads/vintages.ts";
import { ask } from "./read.ts";
import { bounded, renderUnanswered } from "./survey-answers.ts";

/** Reports about all disbursements (docs/api.md#analytics). */
export const analyticsHandlers = {
  getMovement: (c, { query }) => answerMovement(c, query),
  getVintages: (c, { query }) => answerVintages(c, query),
  getRollRates: (c, { query }) => answerRollRates(c, query),
  getConcentration: (c, { query }) => answerConcentration(c, query),
  getCashFlows: (c, { query }) => answerCashFlows(c, query),
} satisfies Partial<RouteHandlers>;

const NARROW = "Ask with more filters, or without group_by.";

async function answerMovement(c: Context<AppEnv>, asked: MovementQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyMovement(db, tenant, asked));
  if (!found.ok || found.value.kind !== "complete") return renderUnanswered(c, found, NARROW);
  const { gathered, from_sequence, to_sequence } = found.value;
  const data = gathered.gatherer.lines.inOrder().map(movementLineView);
  if (wantsCsv(c)) return csv(c, "movement", movementLine, data);
  const { from_date, to_date } = asked;
  const answer = { from_date, to_date, from_sequence, to_sequence, data };
  return bounded(c, renderJson<typeof movement>(c, answer), NARROW);
}

async function answerConcentration(c: Context<AppEnv>, asked: ConcentrationQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyConcentration(db, tenant, asked));
  const narrow = "Ask with more filters, or by what has fewer groups.";
  if (!found.ok || found.value.kind !== "complete") return renderUnanswered(c, found, narrow);
  const { gathered, from_sequence, to_sequence } = found.value;
  const data = gathered.gatherer.answer().map(concentrationView);
  if (wantsCsv(c)) return bounded(c, renderCsv(c, concentrationCsv(data), "concentration"), narrow);
  const answer = { as_of_date: gathered.day, from_sequence, to_sequence, data };
  return bounded(c, renderJson<typeof concentration>(c, answer), narrow);
}

async function answerCashFlows(c: Context<AppEnv>, asked: CashFlowsQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyCashFlows(db, tenant, asked));
  const narrow = "Ask with more filters, without group_by, or for fewer months.";
  if (!found.ok || found.value.kind !== "complete") return renderUnanswered(c, found, narrow);
  const { gathered, from_sequence, to_sequence } = found.value;
  const { lines, months } = gathered.gatherer;
  const data = lines.inOrder().map((line) => cashFlowView(line, months, asked.group_by));
  if (wantsCsv(c)) return bounded(c, renderCsv(c, cashFlowsCsv(data), "cash-flows"), narrow);
  const answer = { as_of_date: gathered.day, from_sequence, to_sequence, data };
  return bounded(c, renderJson<typeof cashFlows>(c, answer), narrow);
}

async function answerVintages(c: Context<AppEnv>, asked: VintagesQuery): Promise<Response> {
  const narrow = "Ask for fewer months, by quarter or year, or without group_by.";
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyVintages(db, tenant, asked));
  if (!found.ok || found.value.kind !== "complete") return renderUnanswered(c, found, narrow);
  const { gathered, from_sequence, to_sequence } = found.value;
  const lines = gathered.gatherer.lines.inOrder();
  const data = lines.map((line) => vintageLineView(line, asked.group_by));
  if (wantsCsv(c)) return csv(c, "vintages", vintageLine, data);
  const answer = { as_of_date: gathered.day, from_sequence, to_sequence, data };
  return bounded(c, renderJson<typeof vintages>(c, answer), narrow);
}

async function answerRollRates(c: Context<AppEnv>, asked: RollRatesQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyRollRates(db, tenant, asked));
  if (!found.ok || found.value.kind !== "complete") return renderUnanswered(c, found, NARROW);
  const { gathered, from_sequence, to_sequence } = found.value;
  const data = gathered.gatherer.cells().map((cell) => rollRateView(cell, asked.group_by));
  if (wantsCsv(c)) return csv(c, "roll-rates", rollRate, data);
  const { from_date, to_date } = asked;
  const answer = { from_date, to_date, from_sequence, to_sequence, data };
  return bounded(c, renderJson<typeof rollRates>(c, answer), NARROW);
}

/** The lines of a report as CSV, with the columns of their schema. */
const csv = (c: Context<AppEnv>, name: string, row: z.ZodObject, lines: readonly object[]) =>
  bounded(c, renderCsv(c, linesCsv(row, lines), name), NARROW);
