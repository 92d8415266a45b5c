import { stringify } from "lossless-json";
import { HISTORY_TABLE_NAMES, type LookupTableName } from "../../domain/core/lookup.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type ExportedRow, rowsOf } from "../export/rows.ts";
import { type CommandFailure, EXIT, report } from "../failure.ts";
import { getExact } from "../read/get.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { EventsOfClient } from "./events.ts";

export interface PersonShowOptions extends ServiceOptions {
  readonly client_id: string;
}

/** Carries a failure out of the reading. */
class ReadError extends Error {
  readonly failure: CommandFailure;

  constructor(failure: CommandFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Prints all that is stored about a client as one JSON object. Resolves with the exit code. */
export async function showPerson({ client_id, ...options }: PersonShowOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const found = await allAbout(service.value, client_id);
  if (!found.ok) return report(found.error);
  console.log(stringify(found.value, null, 2));
  return EXIT.done;
}

async function allAbout(service: Service, client_id: string): Promise<Result<object, CommandFailure>> {
  try {
    const list = (table: LookupTableName, filter: Readonly<Record<string, string>>) =>
      allRows(service, table, filter);
    const client = await oneRow(service, `/api/tables/clients/${encodeURIComponent(client_id)}`);
    const own = await list("disbursements", { client_id });
    const links = await list("purchase_clients", { client_id });
    const purchases = await Promise.all(
      links.map(({ disbursement_id: id }) =>
        oneRow(service, `/api/tables/disbursements/${encodeURIComponent(String(id))}`),
      ),
    );
    const disbursements = [...own, ...purchases.filter((row) => row !== null)];
    const ids = disbursements.map(({ disbursement_id }) => String(disbursement_id));
    const ofAll = async (table: LookupTableName) =>
      (await Promise.all(ids.map((disbursement_id) => list(table, { disbursement_id })))).flat();
    const payments = (await ofAll("payments")).filter((row) => row.client_id === client_id);
    const history: Record<string, readonly ExportedRow[]> = {};
    for (const table of HISTORY_TABLE_NAMES) history[table] = await ofAll(table);
    const events = new EventsOfClient(client_id);
    for (const row of await list("events", {})) events.add(row);
    return ok({
      client,
      disbursements,
      purchase_clients: links,
      payments,
      operations: await ofAll("operations"),
      history,
      journal_entries: await entriesOf(service, disbursements),
      events: events.found,
    });
  } catch (error) {
    if (error instanceof ReadError) return err(error.failure);
    throw error;
  }
}

async function allRows(
  service: Service,
  table: LookupTableName,
  filter: Readonly<Record<string, string>>,
): Promise<readonly ExportedRow[]> {
  const rows: ExportedRow[] = [];
  for await (const row of rowsOf(service, table, filter)) {
    if (!row.ok) throw new ReadError(row.error);
    rows.push(row.value);
  }
  return rows;
}

/** A row, or null for one that is not there. */
async function oneRow(service: Service, path: string): Promise<ExportedRow | null> {
  const answer = await service.request(path);
  if (!(answer instanceof Response) && answer.kind === "refused" && answer.status === 404) return null;
  const found = await getExact<{ readonly data: ExportedRow }>(service, path);
  if (!found.ok) throw new ReadError(found.error);
  return found.value.data;
}

interface EntriesPage {
  readonly items: readonly unknown[];
  readonly next_page_token?: string;
}

/** The journal entries of some disbursements; of one that is not booked there are none. */
async function entriesOf(
  service: Service,
  disbursements: readonly ExportedRow[],
): Promise<readonly unknown[]> {
  const entries: unknown[] = [];
  for (const { ledger_loan_id } of disbursements) {
    let token: string | undefined = "";
    while (token !== undefined) {
      const query: string = token === "" ? "" : `?page_token=${encodeURIComponent(token)}`;
      const path = `/v1/loans/${ledger_loan_id}/journal-entries${query}`;
      const page: Result<EntriesPage, CommandFailure> = await getExact(service, path);
      if (!page.ok) throw new ReadError(page.error);
      entries.push(...page.value.items);
      token = page.value.next_page_token;
    }
  }
  return entries;
}
