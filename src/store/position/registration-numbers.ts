import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";

/** A registration number that several clients share. `first` orders the numbers: the event that created the first client. */
interface SharedNumber {
  readonly first: number;
  readonly client_ids: readonly string[];
}

/** Registration numbers that several clients share: how many after a place, and the first of them. */
interface SharedNumbers {
  readonly count: number;
  readonly examples: readonly SharedNumber[];
}

/** Which clients count; absent: any. */
interface ClientFilters {
  readonly client_id?: readonly (string | null)[] | undefined;
  readonly country?: readonly (string | null)[] | undefined;
}

interface NumbersAsked {
  /** The sequence up to which the log is folded, null for the records as they are. */
  readonly known: number | null;
  /** A number counts where one of the clients that share it fits. */
  readonly clients: ClientFilters;
  /** The `first` of the number before. */
  readonly after: number;
  readonly limit: number;
}

/** The most clients that an example names. */
const CLIENTS_MAX = 100;

const CLIENTS_NOW = `SELECT client_id, created_seq, registration_number, country FROM clients NOT INDEXED
  WHERE tenant_id = ?1 AND deleted_at IS NULL AND ?5 = ''`;

/**
 * The clients as the log knew them up to the sequence ?5: those without a later event from their rows, the others from
 * their events, which are followed back from the last one.
 */
const CLIENTS_THEN = `SELECT client_id, created_seq, registration_number, country FROM clients NOT INDEXED
    WHERE tenant_id = ?1 AND deleted_at IS NULL AND updated_seq <= CAST(?5 AS INTEGER)
  UNION ALL
  SELECT client_id, created_seq, nullif(registration_number, ''), country FROM (
    SELECT client_id, step, row_number() OVER (PARTITION BY client_id ORDER BY sequence DESC) AS place,
      max(iif(step = 'create', sequence, 0)) OVER (PARTITION BY client_id) AS created_seq,
      first_value(number) OVER (PARTITION BY client_id ORDER BY number IS NULL, sequence DESC) AS registration_number,
      first_value(country) OVER (PARTITION BY client_id ORDER BY country IS NULL, sequence DESC) AS country
    FROM (
      WITH RECURSIVE chain (client_id, sequence) AS (
        SELECT client_id, updated_seq FROM clients NOT INDEXED WHERE tenant_id = ?1 AND updated_seq > CAST(?5 AS INTEGER)
        UNION ALL
        SELECT client_id, previous_sequence FROM chain CROSS JOIN events
        WHERE tenant_id = ?1 AND events.sequence = chain.sequence AND previous_sequence IS NOT NULL)
      SELECT client_id, chain.sequence, step, data ->> '$.data.country' AS country,
        iif(step = 'create' OR json_type(private, '$.data.registration_number') = 'null',
          ifnull(private ->> '$.data.registration_number', ''), private ->> '$.data.registration_number') AS number
      FROM chain CROSS JOIN events
      WHERE tenant_id = ?1 AND events.sequence = chain.sequence AND chain.sequence <= CAST(?5 AS INTEGER)))
  WHERE place = 1 AND step NOT IN ('delete', 'erase')`;

const isAmong = (column: string, values: string) =>
  `iif(${values} = 'null', true, ${column} IN (SELECT value FROM json_each(${values})))`;

/** True for a client that the filters do not leave out. */
const FITS = `${isAmong("client_id", "?6")} AND ${isAmong("country", "?7")}`;

/** Groups a tenant's live clients by registration number in one pass. */
export async function sharedRegistrationNumbers(
  db: Database,
  tenant: string,
  { known, clients, after, limit }: NumbersAsked,
): Promise<SharedNumbers> {
  const rows = await queryRows<{ client_id: string; first: number; number: number; total: number }>(db, {
    sql: `SELECT client_id, first, number, total FROM (
          SELECT client_id, first, place, number, max(number) OVER () AS total FROM (
            SELECT client_id, first, place, dense_rank() OVER (ORDER BY first) AS number FROM (
              SELECT client_id, row_number() OVER same AS place, count(*) OVER (PARTITION BY registration_number) AS sharing,
                min(created_seq) OVER (PARTITION BY registration_number) AS first,
                max(ifnull(${FITS}, 0)) OVER (PARTITION BY registration_number) AS fits
              FROM (${known === null ? CLIENTS_NOW : CLIENTS_THEN}) WHERE registration_number IS NOT NULL
              WINDOW same AS (PARTITION BY registration_number ORDER BY created_seq))
            WHERE sharing > 1 AND fits AND first > CAST(?2 AS INTEGER)))
        WHERE number <= CAST(?3 AS INTEGER) AND place <= CAST(?4 AS INTEGER) ORDER BY number, place`,
    params: [
      tenant,
      String(after),
      String(limit),
      String(CLIENTS_MAX),
      String(known ?? ""),
      JSON.stringify(clients.client_id ?? null),
      JSON.stringify(clients.country ?? null),
    ],
  });
  const groups = Map.groupBy(rows, ({ first }) => first);
  const examples = [...groups].map(([first, clients]) => ({
    first,
    client_ids: clients.map(({ client_id }) => client_id),
  }));
  return { count: rows[0]?.total ?? 0, examples };
}
