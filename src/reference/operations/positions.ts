import * as z from "zod";
import {
  portfolioParameters,
  positionQuery,
  positionsQuery,
  qualityQuery,
} from "../../contract/position/query.ts";
import { QUALITY_CODES } from "../../domain/position/quality-rules.ts";
import { BUCKETS, STATES } from "../../domain/position/state.ts";
import { answer, CSV, currency, dateOrTimestamp, day, exactDecimal, json, uuid } from "../answers.ts";
import type { Operation } from "../operation.ts";

const sequence = z.int().min(0);
const parts = z.object({ total: exactDecimal, principal: exactDecimal, fee: exactDecimal });
const terms = z.object({
  amount: exactDecimal,
  margin: exactDecimal,
  maturity_date: dateOrTimestamp.nullable(),
});

const line = {
  disbursement_id: z.string(),
  kind: z.enum(["loan", "purchase"]),
  client_id: z.string().nullable(),
  currency,
  as_of_date: day,
  state: z.enum(STATES),
  bucket: z.enum(BUCKETS).nullable(),
  days_past_due: z.int().min(0),
  terms: z.object({
    first_agreed: terms,
    as_of: terms,
    changes: z.array(terms.extend({ sequence, change_date: dateOrTimestamp })),
  }),
  scheduled: parts,
  received: parts,
  arrears: parts,
  outstanding_principal: exactDecimal,
  margin_due: exactDecimal,
  overpaid: exactDecimal,
  next_due: z.object({ due_date: day, amount: exactDecimal }).nullable(),
  last_received: z.object({ payment_date: day, amount: exactDecimal }).nullable(),
  ledger_loan_id: uuid,
} as const;

const positionLine = z.object(line).meta({ id: "PositionLine" });
const position = z
  .object({
    ...line,
    installments: z.array(
      z.object({
        payment_id: z.string(),
        installment_number: z.int().nullable(),
        due_date: day,
        expected: parts,
        covered: exactDecimal,
        days_late: z.int().nullable(),
        paid_on: day.nullable(),
      }),
    ),
  })
  .meta({ id: "Position" });

const pagination = z.object({
  limit: z.int(),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
  listed_all: z.boolean().meta({ description: "False when the list holds only the first 20,000 lines." }),
  from_sequence: sequence,
  to_sequence: sequence,
});

const share = exactDecimal.nullable();
const portfolioLine = z
  .object({
    currency,
    group: z.string().nullable(),
    number: z.int(),
    disbursed: exactDecimal,
    outstanding: exactDecimal,
    scheduled: exactDecimal,
    received: exactDecimal,
    arrears: exactDecimal,
    margin_due: exactDecimal,
    buckets: z.array(
      z.object({
        bucket: z.enum(BUCKETS),
        number: z.int(),
        outstanding: exactDecimal,
        arrears: exactDecimal,
      }),
    ),
    par0: share,
    par30: share,
    par90: share,
    repaid: z.int(),
    written_off: exactDecimal,
    rebates: exactDecimal,
    overpaid: exactDecimal,
  })
  .meta({ id: "PortfolioLine" });

const moment = { as_of_date: day, from_sequence: sequence, to_sequence: sequence };

const quality = z.object({
  ...moment,
  rules: z.array(
    z.object({
      code: z.enum(QUALITY_CODES),
      count: z.int().min(0),
      examples: z.array(
        z.union([
          z.object({ disbursement_id: z.string(), payment_id: z.string().optional() }),
          z.object({ client_ids: z.array(z.string()) }),
        ]),
      ),
    }),
  ),
});

const unfinished = answer(
  "Not finished within one request. Send the same request again: it continues where this one stopped.",
  json(
    z
      .object({
        complete: z.literal(false),
        disbursements_done: z.int(),
        from_sequence: sequence,
        to_sequence: sequence,
        message: z.string(),
      })
      .meta({ id: "Unfinished" }),
  ),
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
      200: answer(
        "One page.",
        [json(z.object({ data: z.array(positionLine), pagination })), CSV],
        [...csvHeaders, "Link"],
      ),
      202: unfinished,
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
    answers: { 200: answer("The position.", [json(z.object({ data: position })), CSV], csvHeaders) },
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
      200: answer(
        "The portfolio.",
        [
          json(
            z.object({
              ...moment,
              data: z.array(portfolioLine),
              series: z.array(z.object({ as_of_date: day, currencies: z.array(portfolioLine) })).optional(),
            }),
          ),
          CSV,
        ],
        csvHeaders,
      ),
      202: unfinished,
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
    answers: { 200: answer("The findings.", [json(quality), CSV], csvHeaders), 202: unfinished },
    problems: ["too_large"],
  },
];
