import type { Context } from "hono";
import type { AnswerOf } from "../contract/answer-types.ts";
import type { POSTING_ANSWERS } from "../contract/ledger/posting-answers.ts";
import type { POSTING_ROUTES } from "../contract/routes/postings.ts";
import type { LedgerCommand } from "../domain/ledger/decide.ts";
import type { AppEnv } from "../http/app-env.ts";
import type { RouteHandlers, RouteRequest } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { settleWrite } from "./write.ts";

/** A request of any route that writes to the ledger. */
type Posting = RouteRequest<(typeof POSTING_ROUTES)[keyof typeof POSTING_ROUTES]>;

type PostingAnswer = (typeof POSTING_ANSWERS)[keyof typeof POSTING_ANSWERS];

/**
 * Answers 201 with what is posted (200 where nothing is created), and 200 with the very same body on a replay
 * (docs/api.md#idempotency, #ledger).
 */
async function write(c: Context<AppEnv>, { route, body, path }: Posting): Promise<Response> {
  // The metadata stays with the event's data.
  const { metadata: _, ...members } = body;
  const { actor } = c.get("principal");
  const command = { ...members, ...path, type: route.command, actor } as unknown as LedgerCommand;
  const settled = await settleWrite(c, command, c.get("body"));
  if (!settled.ok) return renderProblem(c, settled.error);
  const { answer, replayed } = settled.value;
  if (answer.answer === null) throw new Error("a ledger event keeps its answer");
  const written: AnswerOf<PostingAnswer> = JSON.parse(answer.answer);
  // What a PUT states is replaced, not created.
  if (replayed || route.method === "PUT") return renderJson<PostingAnswer>(c, written);
  if ("journal_entry_id" in written) c.header("Location", `/v1/journal-entries/${written.journal_entry_id}`);
  return renderJson<PostingAnswer>(c, written, 201);
}

/** Every route that writes to the ledger. */
export const ledgerWriteHandlers = {
  postDisbursement: write,
  postDisbursementSettlement: write,
  postDisbursementSettlements: write,
  postPayment: write,
  postFee: write,
  postSuspenseApplication: write,
  postFeeWaiver: write,
  postInterestWaiver: write,
  postAccruals: write,
  postAccrualCorrection: write,
  postChargeOff: write,
  postRecovery: write,
  postRefund: write,
  postFunding: write,
  postReversal: write,
  putBankBalance: write,
} satisfies Partial<RouteHandlers>;
