import type { Context } from "hono";
import type { AnswerOf } from "../contract/answer-types.ts";
import type { erasure } from "../contract/erasure/answers.ts";
import { type EraseCommand, type ErasureReason, type Person, personName } from "../domain/erasure/erasure.ts";
import { neverErased } from "../domain/erasure/refusals.ts";
import type { AppEnv } from "../http/app-env.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { owesMore } from "../reads/open-loans.ts";
import { readFrom } from "../reads/session.ts";
import { type ErasureProgress, readErasure } from "../store/erasure/progress.ts";
import { read } from "./read.ts";
import { settleWrite } from "./write.ts";

const clientOf = ({ client_id: id }: { readonly client_id: string }): Person => ({ kind: "client", id });
/** UUIDs are compared without regard to case. */
const borrowerOf = ({ borrower_id }: { readonly borrower_id: string }): Person => ({
  kind: "borrower",
  id: borrower_id.toLowerCase(),
});

/** Erasures of persons (docs/privacy.md). */
export const erasureHandlers = {
  eraseClient: async (c, { path, body: { reason } }) => {
    const person = clientOf(path);
    if (reason === "error") return begin(c, { ...person, reason, owes: false });
    const { tenant_id } = c.get("principal");
    const { value: owes } = await readFrom(c.env, tenant_id, "first-primary", (db) =>
      owesMore(db, tenant_id, person.id),
    );
    return owes.ok ? begin(c, { ...person, reason, owes: owes.value }) : renderProblem(c, owes.error);
  },
  getClientErasure: (c, { path }) => tell(c, clientOf(path)),
  eraseBorrower: (c, { path, body: { reason } }) => begin(c, { ...borrowerOf(path), reason, owes: false }),
  getBorrowerErasure: (c, { path }) => tell(c, borrowerOf(path)),
} satisfies Partial<RouteHandlers>;

/** Hands an erasure to the tenant's gate. A replay answers how far it is by now. */
async function begin(
  c: Context<AppEnv>,
  asked: Person & { readonly reason: ErasureReason; readonly owes: boolean },
): Promise<Response> {
  const command: EraseCommand = { type: "erase", ...asked, isAnew: false };
  const settled = await settleWrite(c, command, c.get("body"));
  if (!settled.ok) return renderProblem(c, settled.error);
  const { answer, replayed, bookmark } = settled.value;
  const { event_id, sequence } = answer;
  if (!replayed) {
    return renderJson<typeof erasure>(c, { event_id, sequence, status: "running", events_done: 0 }, 202);
  }
  const tenant = c.get("principal").tenant_id;
  const found = await read(c, (db) => readErasure(db, tenant, personName(asked), sequence), bookmark);
  if (!found.ok) return invalidQuery(c, found.error);
  if (!found.value) throw new Error("the event of an erasure has its progress");
  return renderJson<typeof erasure>(c, viewOf(found.value));
}

async function tell(c: Context<AppEnv>, person: Person): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await read(c, (db) => readErasure(db, tenant, personName(person)));
  if (!found.ok) return invalidQuery(c, found.error);
  if (!found.value) return renderProblem(c, neverErased(person.kind, person.id));
  return renderJson<typeof erasure>(c, viewOf(found.value));
}

const viewOf = (one: ErasureProgress): AnswerOf<typeof erasure> => ({
  event_id: one.event_id,
  sequence: one.sequence,
  status: one.completed_at === null ? "running" : "complete",
  events_done: one.events_done,
  completed_at: one.completed_at === null ? undefined : new Date(one.completed_at).toISOString(),
});
