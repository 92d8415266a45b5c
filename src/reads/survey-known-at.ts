import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { WantedAttributes } from "../domain/position/attributes.ts";
import type { Database } from "../store/d1/session.ts";
import { type InForce, settingsInForce } from "./in-force.ts";
import { knownSequence } from "./known-at.ts";
import { type Gathering, type Question, type Surveyed, survey } from "./survey.ts";
import { refusedMember } from "./wanted.ts";

/** A question over all disbursements, about the present or about what the log knew at a moment. */
interface QuestionKnownAt<G extends Gathering> {
  readonly known_at: KnownAt | undefined;
  /** The question about the log up to a sequence; null: about the records as they are. */
  readonly questionOf: (known: number | null, inForce: InForce) => Question<G>;
  /** What it needs of disbursements besides their positions. */
  readonly wanted: WantedAttributes;
  /** Days as of which each disbursement is examined. */
  readonly days: number;
}

/** Surveys the records as they are, where the log knew the same at `known_at`; otherwise the log is folded up to it. */
export async function surveyKnownAt<G extends Gathering>(
  db: Database,
  tenant: string,
  { known_at, questionOf, wanted, days }: QuestionKnownAt<G>,
): Promise<Result<Surveyed<G>, Problem>> {
  const known = await knownSequence(db, tenant, known_at);
  if (!known.ok) return known;
  const inForce = await settingsInForce(db, tenant, known.value);
  const refused = refusedMember(wanted, inForce.settings);
  if (refused) return err(refused);
  const surveyed = (upTo: number | null) => survey(db, tenant, questionOf(upTo, inForce), days);
  if (known.value === null) return ok(await surveyed(null));
  const { sequence, head } = known.value;
  if (sequence === head) {
    const now = await surveyed(null);
    // The log may have moved on since its head was read.
    const isSame =
      now.kind === "too_large" || (now.from_sequence === sequence && now.to_sequence === sequence);
    if (isSame) return ok(now);
  }
  return ok(await surveyed(sequence));
}
