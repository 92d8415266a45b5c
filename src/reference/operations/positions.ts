import * as z from "zod";
import { portfolio, position, positions, quality, unfinished } from "../../contract/position/answers.ts";
import {
  portfolioParameters,
  positionQuery,
  positionsQuery,
  qualityQuery,
} from "../../contract/position/query.ts";
import { answer, CSV, json } from "../answers.ts";
import type { Operation } from "../operation.ts";

const notFinished = answer(
  "Not finished within one request. Send the same request again: it continues where this one stopped.",
  json(unfinished),
  ["Retry-After", "Vary"],
);

const common = {
  method: "get",
  tag: "Positions",
  scope: "positions:read",
  widerScopes: ["records:read"],
  bookmarked: true,
} as const;

const csvHeaders = ["Vary", "Content-Disposition"] as const;

/** docs/api.md#positions */
export const POSITION_OPERATIONS: readonly Operation[] = [
  {
    ...common,
    path: "/api/positions",
    id: "listPositions",
    summary: "List positions",
    description:
      "Disbursements with what is due, received and late as of a day, the most days past due first. A list is kept for an hour: its cursor continues the same list.",
    query: positionsQuery,
    answers: {
      200: answer("One page.", [json(positions), CSV], [...csvHeaders, "Link"]),
      202: notFinished,
    },
    problems: ["too_large"],
  },
  {
    ...common,
    path: "/api/positions/{disbursement_id}",
    id: "getPosition",
    summary: "Read one position",
    description:
      "The position of one disbursement with its installments, as of a day and as the log knew it then.",
    pathParameters: z.object({ disbursement_id: z.string() }),
    query: positionQuery,
    answers: { 200: answer("The position.", [json(position), CSV], csvHeaders) },
    problems: ["not_found", "too_large"],
  },
  {
    ...common,
    path: "/api/portfolio",
    id: "getPortfolio",
    summary: "Read the portfolio",
    description:
      "Sums of all positions: one line per currency and group. `series=month` adds the last month ends.",
    query: portfolioParameters,
    answers: {
      200: answer("The portfolio.", [json(portfolio), CSV], csvHeaders),
      202: notFinished,
    },
    problems: ["too_large"],
  },
  {
    ...common,
    path: "/api/quality",
    id: "getQuality",
    summary: "Read the quality of the records",
    description: "Counts the findings of each quality rule, with ids as examples.",
    query: qualityQuery,
    answers: { 200: answer("The findings.", [json(quality), CSV], csvHeaders), 202: notFinished },
    problems: ["too_large"],
  },
];
