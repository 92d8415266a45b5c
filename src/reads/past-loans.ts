import type { Attributes, WantedAttributes } from "../domain/position/attributes.ts";
import { clientOf, type Loan } from "../domain/position/facts.ts";
import type { SelectableLoan } from "../domain/position/from-records.ts";
import { openInfo } from "../domain/position/open-info.ts";
import { loansOf } from "../domain/position/past.ts";
import { noPast } from "../domain/tape/past.ts";
import type { Database } from "../store/d1/session.ts";
import { type ListedLoans, nextIds, readListed } from "../store/position/listed-loans.ts";
import { type LoanPage, readLoans } from "../store/position/loans.ts";
import { lastEventsOfLoans } from "../store/position/past.ts";
import { lastEventsOf, placesOf } from "../store/tape/past.ts";
import { foldPlaces } from "./fold.ts";

/** Disbursements of one page of a walk over a past. */
const LOANS_OF_A_PAGE = 100;

/** What to fold of the log: up to which sequence, and with which attributes. */
interface PastOfLoans {
  readonly known: number;
  readonly wanted: WantedAttributes;
}

/** Loans as the log knew them, and the number of events that were examined. */
interface PastLoans {
  readonly loans: readonly SelectableLoan[];
  readonly rows: number;
}

/**
 * Those of some disbursements that the log knew as live up to a sequence, in the order of the ids. Folds the events of
 * these disbursements and their payments only.
 */
export async function pastLoans(
  db: Database,
  tenant: string,
  ids: readonly string[],
  asked: PastOfLoans,
): Promise<PastLoans | "too_large"> {
  const last = await lastEventsOfLoans(db, tenant, ids);
  const found = last === "too_many" ? null : await placesOf(db, tenant, last, asked.known);
  if (found) {
    const past = await foldPlaces(db, tenant, found.places, noPast());
    const loans = loansOf(past, ids);
    const { country, info, client_info } = asked.wanted;
    const needsClients = country || client_info.length > 0;
    const clients = needsClients ? loans.flatMap(({ loan }) => clientOf(loan.disbursement) ?? []) : [];
    const ofClients = clients.length > 0 ? await lastEventsOf(db, tenant, "client", clients) : [];
    const known = await placesOf(db, tenant, ofClients, asked.known);
    if (known === null) return "too_large";
    const { state } = await foldPlaces(db, tenant, known.places, noPast());
    const attributesOf = ({ disbursement }: Loan): Partial<Attributes> => {
      const own = past.state.disbursement.get(disbursement.disbursement_id)?.record;
      const client = needsClients ? state.client.get(clientOf(disbursement) ?? "")?.record : undefined;
      return {
        country: country ? (client?.country ?? null) : null,
        info: openInfo(own?.info ?? null, info),
        client_info: openInfo(client?.info ?? null, client_info),
      };
    };
    return {
      loans: loans.map(({ loan, attributes }) => ({
        loan,
        attributes: { ...attributes, ...attributesOf(loan) },
      })),
      rows: found.examined + known.examined,
    };
  }
  if (ids.length < 2) return "too_large";
  const half = Math.ceil(ids.length / 2);
  const first = await pastLoans(db, tenant, ids.slice(0, half), asked);
  if (first === "too_large") return first;
  const second = await pastLoans(db, tenant, ids.slice(half), asked);
  if (second === "too_large") return second;
  return { loans: [...first.loans, ...second.loans], rows: first.rows + second.rows };
}

/** What a walk reads: the records as they are, or as the log knew them up to a sequence. */
export interface Walked {
  readonly known: number | null;
  readonly wanted: WantedAttributes;
}

/** The next disbursements of a walk over all of them, in the order of their ids. */
export async function loansAfter(
  db: Database,
  tenant: string,
  after: string,
  { known, wanted }: Walked,
): Promise<LoanPage | "too_large"> {
  if (known === null) return readLoans(db, tenant, after, wanted);
  const ids = await nextIds(db, tenant, {
    after,
    descending: false,
    limit: LOANS_OF_A_PAGE,
    withDeleted: true,
  });
  const found = await pastLoans(db, tenant, ids, { known, wanted });
  if (found === "too_large") return found;
  const end = ids.length === LOANS_OF_A_PAGE ? (ids.at(-1) ?? null) : null;
  return { ...found, end };
}

/** Some disbursements in the order of the ids. */
export async function listedLoans(
  db: Database,
  tenant: string,
  ids: readonly string[],
  { known, wanted }: Walked,
): Promise<ListedLoans | "too_large"> {
  if (known === null) return readListed(db, tenant, ids, wanted);
  const past = await pastLoans(db, tenant, ids, { known, wanted });
  return past === "too_large" ? past : { head: known, loans: past.loans };
}
