import type { Context } from "hono";
import { stringifyJson } from "../contract/json.ts";
import { clientOf } from "../domain/position/facts.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderProblem } from "../http/problem.ts";
import type { Database } from "../store/d1/session.ts";
import { ALL_PARTS, readMemo, writeMemo } from "../store/position/memos.ts";
import {
  type Budget,
  type Gathering,
  partsOf,
  type Question,
  type Surveyed,
} from "../store/position/survey.ts";
import { pastLoans } from "./known-at.ts";

/** What one request does of a long walk: so many rows, and time that leaves room below the deadline of a read. */
const ROWS_MAX = 500_000;
const WALK_MS = 4_000;
/** Days whose figures cost as much as it costs to read the rows. */
const DAYS_OF_A_READ = 20;

export const budgetFrom = (now: number, days = 1): Budget => ({
  rows: Math.floor((ROWS_MAX * DAYS_OF_A_READ) / (DAYS_OF_A_READ + days)),
  until: now + WALK_MS,
});

/** Answers a question about what the log knew at a sequence; what it knew then never changes. */
export async function surveyPast<G extends Gathering>(
  db: Database,
  tenant: string,
  question: Question<G>,
  sequence: number,
): Promise<Surveyed<G>> {
  const moment = { from_sequence: sequence, to_sequence: sequence, after: null };
  const { memo } = await readMemo(db, tenant, { question: question.text, ...ALL_PARTS }, Date.now());
  if (memo) {
    const gathered = question.resume(memo.parts.join(""));
    return { kind: "complete", gathered, remembered: true, ...moment, done: memo.done };
  }
  const past = await pastLoans(db, tenant, { upto: sequence });
  const loans = past.loans();
  const gathered = question.begin();
  for (const loan of loans) {
    const country = past.countryOf(clientOf(loan.disbursement));
    if (!gathered.add({ loan, country })) return { kind: "too_large" };
  }
  const progress = { ...moment, done: loans.length };
  await writeMemo(
    db,
    tenant,
    { question: question.text, about: progress, parts: partsOf(gathered.save()) },
    Date.now(),
  );
  return { kind: "complete", gathered, remembered: false, ...progress };
}

/** The answer to a question that one request could not finish: the same request continues it. */
export function unfinished(
  c: Context<AppEnv>,
  surveyed: Extract<Surveyed<Gathering>, { kind: "unfinished" }>,
) {
  const { from_sequence, to_sequence, done } = surveyed;
  const message = "Not finished yet. Send the same request again: it continues where this one stopped.";
  const body = { complete: false, disbursements_done: done, from_sequence, to_sequence, message };
  return c.body(stringifyJson(body), 202, { "Content-Type": "application/json", "Retry-After": "1" });
}

export const tooLarge = (c: Context<AppEnv>, detail: string): Response =>
  renderProblem(c, { code: "too_large", detail });
