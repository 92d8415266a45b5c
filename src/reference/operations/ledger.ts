import * as z from "zod";
import { documented } from "../../contract/documented.ts";
import { BODIES } from "../../contract/ledger/bodies.ts";
import {
  accountBalanceQuery,
  exportQuery,
  journalQuery,
  loanBalanceQuery,
} from "../../contract/ledger/queries.ts";
import { AMOUNT_MINOR } from "../../contract/ledger/values.ts";
import { ACCOUNTS, type AccountCode, LAYERS } from "../../domain/ledger/accounts.ts";
import type { LedgerCommandType } from "../../domain/ledger/decide.ts";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import { answer, currency, day, instant, json, sumMinor, uuid } from "../answers.ts";
import type { Example, Operation } from "../operation.ts";

const amountMinor = z.string().meta(documented(AMOUNT_MINOR));
const account = z.enum(Object.keys(ACCOUNTS) as [AccountCode, ...AccountCode[]]);
const layer = z.enum(LAYERS);

const line = z
  .object({
    sequence: z.int().min(1),
    account_code: account,
    direction: z.enum(["DR", "CR"]),
    amount_minor: amountMinor,
    currency,
    layer,
    loan_id: uuid.optional(),
    borrower_id: uuid.optional(),
    external_ref: z.string().optional(),
  })
  .meta({ id: "JournalLine" });

const entry = z
  .object({
    journal_entry_id: uuid,
    event_type: z.enum(ENTRY_TYPES),
    effective_at: day.meta({ ...day.meta(), description: "The day on which the entry counts." }),
    posted_at: instant,
    lines: z.array(line).min(2),
    correlation_id: z.string().optional().meta({ description: "An entry and its reversal share it." }),
    reverses_entry_id: uuid.optional(),
    bank_account_ref: z.string().optional(),
    description: z.string().optional(),
    actor: z.string().optional().meta({ description: "The `sub` of the token that posted." }),
  })
  .meta({ id: "JournalEntry" });

const loanPath = z.object({ loan_id: uuid });

/** What a posting route says of itself; its body is the schema that validates. */
interface Posting {
  readonly path: string;
  readonly scope: NonNullable<Operation["scope"]>;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly answer: z.ZodType;
  readonly problems: NonNullable<Operation["problems"]>;
  readonly examples: Readonly<Record<string, Example>>;
}

const LOAN = "3c90c3cc-0d44-4b50-8888-8dd25736052a";
const BORROWER = "7b1f8a6e-51c0-4c55-9f0a-2f6d3b8c9e11";

/** Exhaustive: a new posting type must be described here. */
const POSTINGS: Readonly<Record<LedgerCommandType, Posting>> = {
  disbursement: {
    path: "/v1/disbursements",
    scope: "hpts:disbursements:write",
    id: "postDisbursement",
    summary: "Post a disbursement",
    description:
      "Writes one balanced entry: it debits 1100 Principal Receivable and credits 2100 Disbursement Clearing. A loan keeps its borrower and its currency for life.",
    answer: z.object({ disbursement_event_id: uuid, journal_entry_id: uuid, posted_at: instant }),
    problems: ["amount_overflow"],
    examples: {
      ach: {
        summary: "A disbursement by ACH",
        body: {
          loan_id: LOAN,
          borrower_id: BORROWER,
          amount_minor: "10000000",
          currency: "USD",
          effective_at: "2023-12-25",
          method: "ach",
          destination_ref: "acct_1032",
          metadata: { channel: "branch" },
        },
        answers: 201,
      },
    },
  },
  reversal: {
    path: "/v1/reversals",
    scope: "hpts:reversals:write",
    id: "postReversal",
    summary: "Reverse a journal entry",
    description:
      "Writes the mirror image of a whole entry. An entry is reversed at most once, and a reversal is not reversed.",
    answer: z.object({
      journal_entry_id: uuid,
      reverses_entry_id: uuid,
      posted_at: instant,
      correlation_id: z.string(),
    }),
    problems: ["not_found", "already_reversed", "not_reversible", "would_overdraw", "amount_overflow"],
    examples: {
      unknown_entry: {
        summary: "The shape of a reversal; put the id of your entry",
        body: {
          reverses_entry_id: "019a0000-0000-7000-8000-000000000000",
          reason_code: "error_correction",
          reason_description: "Wrong amount",
        },
        answers: 404,
      },
    },
  },
};

function postingOperation(type: LedgerCommandType): Operation {
  const { answer: schema, examples, ...posting } = POSTINGS[type];
  return {
    ...posting,
    method: "post",
    tag: "Ledger",
    keyed: true,
    body: {
      ...json(BODIES[type].meta({ id: `${type.charAt(0).toUpperCase()}${type.slice(1)}Posting` })),
      examples,
    },
    answers: {
      200: answer("The first answer again: the key was used before.", json(schema), [
        "x-d1-bookmark",
        "Idempotent-Replayed",
      ]),
      201: answer("Posted.", json(schema), ["x-d1-bookmark", "Location"]),
    },
  };
}

const READS: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/journal-entries",
    id: "exportJournal",
    tag: "Ledger",
    summary: "Export the whole journal",
    description:
      "Streams the tenant's journal in hledger's text format. A download that was cut off lacks the last line.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    query: exportQuery,
    answers: {
      200: answer("The journal.", { media: "text/plain", schema: z.string() }, ["Content-Disposition"]),
    },
  },
  {
    method: "get",
    path: "/v1/journal-entries/{id}",
    id: "getJournalEntry",
    tag: "Ledger",
    summary: "Read one journal entry",
    description: "Answers the entry with its balanced lines.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    pathParameters: z.object({ id: uuid }),
    answers: { 200: answer("The entry.", json(entry)) },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/v1/loans/{loan_id}/journal-entries",
    id: "listLoanJournalEntries",
    tag: "Ledger",
    summary: "List a loan's journal entries",
    description: "Newest first.",
    scope: "hpts:ledger:read",
    bookmarked: true,
    pathParameters: loanPath,
    query: journalQuery,
    answers: {
      200: answer(
        "One page.",
        json(
          z.object({
            items: z.array(entry),
            next_page_token: z.string().optional().meta({ description: "Send it as `page_token`." }),
          }),
        ),
      ),
    },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/v1/loans/{loan_id}/balance",
    id: "getLoanBalance",
    tag: "Ledger",
    summary: "Read a loan's balance",
    description: "What the borrower owes at the end of a day; today (UTC) by default.",
    scope: "hpts:balances:read",
    bookmarked: true,
    pathParameters: loanPath,
    query: loanBalanceQuery,
    answers: {
      200: answer(
        "The balance.",
        json(
          z.object({
            loan_id: uuid,
            currency,
            as_of_date: day,
            principal_outstanding_minor: sumMinor,
            interest_receivable_minor: sumMinor,
            fees_receivable_minor: sumMinor,
            total_exposure_minor: sumMinor,
            last_activity_at: instant.nullable(),
          }),
        ),
      ),
    },
    problems: ["not_found"],
  },
  {
    method: "get",
    path: "/v1/accounts/{account_code}/balance",
    id: "getAccountBalance",
    tag: "Ledger",
    summary: "Read an account's balance",
    description: "Debits, credits and balance of one account at the end of a day; today (UTC) by default.",
    scope: "hpts:balances:read",
    bookmarked: true,
    pathParameters: z.object({ account_code: account }),
    query: accountBalanceQuery,
    answers: {
      200: answer(
        "The balance.",
        json(
          z.object({
            account_code: account,
            account_name: z.string(),
            currency,
            layer,
            as_of_date: day,
            dr_balance_minor: sumMinor,
            cr_balance_minor: sumMinor,
            normal_balance_minor: sumMinor,
          }),
        ),
      ),
    },
    problems: ["not_found"],
  },
];

/** docs/api.md#ledger */
export const LEDGER_OPERATIONS: readonly Operation[] = [
  ...(Object.keys(POSTINGS) as LedgerCommandType[]).map(postingOperation),
  ...READS,
];
