import type { QualityRuleQuery } from "../contract/position/query.ts";
import { wantedBy } from "../domain/analytics/dimensions.ts";
import type { OrderValues } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { utf8Length } from "../domain/core/utf8.ts";
import { type Example, findingsOf, type QualityView } from "../domain/position/quality.ts";
import type { QualityCode } from "../domain/position/quality-rules.ts";
import { ready } from "../domain/position/ready.ts";
import type { Database } from "../store/d1/session.ts";
import { headOf } from "../store/position/memos.ts";
import { sharedRegistrationNumbers } from "../store/position/registration-numbers.ts";
import { settingsInForce } from "./in-force.ts";
import { knownSequence } from "./known-at.ts";
import { paged, splitPage, startAfter } from "./pages.ts";
import { loansAfter } from "./past-loans.ts";
import { examinedBy } from "./quality.ts";
import { questionText } from "./question-text.ts";
import { refusedMember } from "./wanted.ts";

/** Rows or events that one page examines; a page that finds few findings in them continues in the next one. */
const EXAMINED_MAX = 50_000;

/** A page ends when it is about this large. */
const PAGE_BYTES_MAX = 1_900_000;

const TOO_LARGE: Problem = {
  code: "too_large",
  detail: "One disbursement has too many payments or events to examine. Ask for its position.",
};

type RuleRequest = QualityRuleQuery & { readonly code: QualityCode; readonly limit: number };

/** What to find: the findings of a rule as of a day, in the records as they are or as the log knew them. */
interface Sought {
  readonly code: QualityCode;
  readonly view: Required<QualityView>;
  readonly known: number | null;
  readonly limit: number;
}

interface FoundFindings {
  readonly data: readonly Example[];
  /** Where the next page starts; null at the end. */
  readonly next: OrderValues | null;
}

/** A page of all findings of one rule (docs/api.md#positions). */
export function findingsOfRule(db: Database, tenant: string, { limit, cursor, code, ...asked }: RuleRequest) {
  const identity = [tenant, questionText("quality rule", { ...asked, code })];
  return paged({ identity, cursor }, async (start) => {
    // The day of the first page, also after midnight.
    const [begun, ...after] = start?.after ?? [];
    const at = await knownSequence(db, tenant, asked.known_at);
    if (!at.ok) return at;
    const known = at.value?.sequence ?? null;
    const inForce = await settingsInForce(db, tenant, at.value);
    const refused = refusedMember(wantedBy(asked), inForce.settings);
    if (refused) return err(refused);
    const view = examinedBy({ ...asked, as_of_date: asked.as_of_date ?? begun ?? undefined }, inForce);
    const { day } = view;
    const from_sequence = known ?? (await headOf(db, tenant)).sequence;
    const sought = { code, view, known, limit };
    const found =
      code === "shared_registration_number"
        ? await sharedNumbers(db, tenant, sought, after)
        : await findings(db, tenant, sought, after);
    if (!found.ok) return found;
    const { data, next } = found.value;
    const to_sequence = known ?? (await headOf(db, tenant)).sequence;
    const moment = { as_of_date: day, from_sequence, to_sequence };
    return ok({ data, ...moment, next: next && startAfter(day, ...next) });
  });
}

async function sharedNumbers(
  db: Database,
  tenant: string,
  { view, known, limit }: Sought,
  [after]: OrderValues,
): Promise<Result<FoundFindings, Problem>> {
  const asked = { known, clients: view.filters, after: Number(after ?? 0), limit: limit + 1 };
  const { shown, last } = splitPage((await sharedRegistrationNumbers(db, tenant, asked)).examples, limit);
  let bytes = 0;
  const fitting = shown.filter(({ client_ids }) => {
    bytes += utf8Length(JSON.stringify(client_ids));
    return bytes <= PAGE_BYTES_MAX;
  });
  const end = fitting.length < shown.length ? fitting.at(-1) : last;
  const data = fitting.map(({ client_ids }) => ({ client_ids }));
  return ok({ data, next: end ? [String(end.first)] : null });
}

/**
 * Examines disbursements in the order of their ids. A page ends after whole disbursements, or within one: `partial`, of
 * whose findings some are shown.
 */
async function findings(
  db: Database,
  tenant: string,
  { code, view, known, limit }: Sought,
  [before, partial, inside]: OrderValues,
): Promise<Result<FoundFindings, Problem>> {
  const data: Example[] = [];
  let whole = before ?? "";
  for (let examined = 0; examined < EXAMINED_MAX && data.length < limit; ) {
    const page = await loansAfter(db, tenant, whole, { known, wanted: wantedBy(view.filters) });
    if (page === "too_large") return err(TOO_LARGE);
    for (const { loan, attributes } of page.loans) {
      const id = loan.disbursement.disbursement_id;
      const shown = id === partial ? Number(inside) : 0;
      const one = ready(loan, view.calendar);
      const found = findingsOf({ one, attributes }, view).filter((finding) => finding.code === code);
      const left = found.slice(shown).map(({ example }) => example);
      const room = limit - data.length;
      data.push(...left.slice(0, room));
      if (left.length > room) return ok({ data, next: [whole, id, String(shown + room)] });
      whole = id;
    }
    if (page.end === null) return ok({ data, next: null });
    whole = page.end;
    examined += page.rows;
  }
  return ok({ data, next: [whole] });
}
