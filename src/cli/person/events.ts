import type { ExportedRow } from "../export/rows.ts";

type Row = Readonly<Record<string, unknown>>;

const dataOf = ({ data }: ExportedRow): Row =>
  typeof data === "object" && data !== null ? (data as Row) : {};
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** The clients that an event of a disbursement names; null where it names none. */
function clientsIn({ client_id, purchase_clients: shared }: Row): readonly string[] | null {
  if (typeof client_id === "string") return [client_id];
  if (!Array.isArray(shared)) return null;
  return shared.map((one: { readonly client_id: unknown }) => String(one.client_id));
}

/**
 * Finds in the log, from its first event on, the events of records that are about a client at that moment, also of those that
 * are deleted by now: its own, those of its disbursements and of their payments and operations.
 */
export class EventsOfClient {
  readonly found: ExportedRow[] = [];
  readonly #client: string;
  /** The clients of each disbursement so far. */
  readonly #clients = new Map<string, readonly string[]>();
  /** The disbursement and the own client of each payment and operation so far. */
  readonly #children = new Map<string, { readonly disbursement: string; readonly client: string | null }>();

  constructor(client_id: string) {
    this.#client = client_id;
  }

  /** Takes the next event of the log. */
  add(event: ExportedRow): void {
    if (this.#isAbout(event)) this.found.push(event);
  }

  #isAbout(event: ExportedRow): boolean {
    const { category, step } = event;
    const id = String(event.id);
    const data = dataOf(event);
    switch (category) {
      case "client":
        return id === this.#client;
      case "disbursement": {
        const clients = clientsIn(data) ?? (step === "create" ? [] : (this.#clients.get(id) ?? []));
        this.#clients.set(id, clients);
        return clients.includes(this.#client);
      }
      case "payment":
      case "operation": {
        const name = `${category} ${id}`;
        const before = step === "create" ? undefined : this.#children.get(name);
        const disbursement = textOf(data.disbursement_id) ?? before?.disbursement ?? "";
        const client = textOf(data.client_id) ?? before?.client ?? null;
        this.#children.set(name, { disbursement, client });
        const clients = this.#clients.get(disbursement) ?? [];
        // The payment of a purchase is about its own client.
        const isOwn = category === "payment" && clients.length > 1;
        return isOwn ? client === this.#client : clients.includes(this.#client);
      }
      default:
        return false;
    }
  }
}
