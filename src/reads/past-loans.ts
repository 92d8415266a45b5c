import type { WantedAttributes } from "../domain/position/attributes.ts";
import { clientOf } from "../domain/position/facts.ts";
import type { SelectableLoan } from "../domain/position/from-records.ts";
import { openInfo } from "../domain/position/open-info.ts";
import { loansOf } from "../domain/position/past.ts";
import { noPast } from "../domain/tape/past.ts";
import { isLive } from "../domain/tape/record.ts";
import type { Database } from "../store/d1/session.ts";
import {
  type ListedLoans,
  nextIds,
  type RowsTogether,
  readListed,
  rowsTogether,
} from "../store/position/listed-loans.ts";
import { loanFrom } from "../store/position/loan-rows.ts";
import { type LoanPage, readLoans } from "../store/position/loans.ts";
import { lastEventsOfLoans } from "../store/position/past.ts";
import { type FoundPlaces, lastEventsOf, placesOf } from "../store/tape/past.ts";
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
 * Those of some disbursements that the log knew as live up to a sequence, in the order of the ids. A row that no event has
 * changed since is as it was; of the others the events are folded.
 */
export async function pastLoans(
  db: Database,
  tenant: string,
  ids: readonly string[],
  asked: PastOfLoans,
): Promise<PastLoans | "too_large"> {
  const rows = (await rowsTogether(db, tenant, ids, asked)) ?? (ids.length < 2 ? allChanged(ids) : null);
  const found = rows && (await placesOfChanged(db, tenant, rows, asked.known));
  if (found) return foldedLoans(db, tenant, ids, { rows, found, asked });
  if (ids.length < 2) return "too_large";
  const half = Math.ceil(ids.length / 2);
  const first = await pastLoans(db, tenant, ids.slice(0, half), asked);
  if (first === "too_large") return first;
  const second = await pastLoans(db, tenant, ids.slice(half), asked);
  if (second === "too_large") return second;
  return { loans: [...first.loans, ...second.loans], rows: first.rows + second.rows };
}

/** For a disbursement with too many payments to be read together. */
const allChanged = (ids: readonly string[]): RowsTogether => ({
  head: 0,
  unchanged: [],
  changed: ids,
  changedPayments: new Map(),
});

/** Where the events of what has changed since are; null where they are too many or too large. */
async function placesOfChanged(
  db: Database,
  tenant: string,
  { changed, changedPayments }: RowsTogether,
  known: number,
): Promise<FoundPlaces | null> {
  const last = changed.length > 0 ? await lastEventsOfLoans(db, tenant, changed) : [];
  return last === "too_many" ? null : placesOf(db, tenant, [...last, ...changedPayments.values()], known);
}

/** What the past of some disbursements is made of. */
interface PartsOfPast {
  readonly rows: RowsTogether;
  readonly found: FoundPlaces;
  readonly asked: PastOfLoans;
}

async function foldedLoans(
  db: Database,
  tenant: string,
  ids: readonly string[],
  { rows, found, asked }: PartsOfPast,
): Promise<PastLoans | "too_large"> {
  const past = await foldPlaces(db, tenant, found.places, noPast());
  const paymentsOf = Map.groupBy(
    past.state.payment.values().filter(isLive),
    ({ record }) => record.disbursement_id,
  );
  const datedOf = Map.groupBy(past.writes.paymentTerms, ({ disbursement_id }) => disbursement_id);
  const own = loansOf(past, rows.changed).map(({ loan, attributes }): SelectableLoan => {
    const info = past.state.disbursement.get(loan.disbursement.disbursement_id)?.record.info ?? null;
    return { loan, attributes: { ...attributes, info: openInfo(info, asked.wanted.info) } };
  });
  const unchanged = rows.unchanged.map((tuples): SelectableLoan => {
    const [id] = tuples.disbursement;
    const folded = { payments: paymentsOf.get(id) ?? [], payment_terms: datedOf.get(id) ?? [] };
    return loanFrom(tuples, { ...asked.wanted, country: false, client_info: [] }, folded);
  });
  const loanById = new Map([...own, ...unchanged].map((one) => [one.loan.disbursement.disbursement_id, one]));
  const loans = ids.flatMap((id) => loanById.get(id) ?? []);
  const examined = found.examined + rowsOf(rows);
  const { country, client_info } = asked.wanted;
  if (!country && client_info.length === 0) return { loans, rows: examined };
  const clients = loans.flatMap(({ loan }) => clientOf(loan.disbursement) ?? []);
  const ofClients = await lastEventsOf(db, tenant, "client", clients);
  const known = await placesOf(db, tenant, ofClients, asked.known);
  if (known === null) return "too_large";
  const { state } = await foldPlaces(db, tenant, known.places, noPast());
  const withClient = ({ loan, attributes }: SelectableLoan): SelectableLoan => {
    const client = state.client.get(clientOf(loan.disbursement) ?? "")?.record;
    const more = {
      country: country ? (client?.country ?? null) : null,
      client_info: openInfo(client?.info ?? null, client_info),
    };
    return { loan, attributes: { ...attributes, ...more } };
  };
  return { loans: loans.map(withClient), rows: examined + known.examined };
}

const rowsOf = ({ unchanged }: RowsTogether): number =>
  unchanged.reduce(
    (sum, { terms, payments, payment_terms }) =>
      sum + 1 + terms.length + payments.length + payment_terms.length,
    0,
  );

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
