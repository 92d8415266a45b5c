import type { SimEvent } from "./events.ts";
import { type Category, FIELDS, idFieldOf } from "./fields.ts";
import { applyRules, type Rec } from "./rules.ts";
import { type Faults, isIdentifying, shapeOf } from "./schema.ts";

/** What the contract answers an event with, as far as the model looks. */
export type Verdict =
  | { readonly kind: "accepted"; readonly status: number }
  | { readonly kind: "refused"; readonly status: number; readonly code: string; readonly fields: Faults };

export interface Entry {
  readonly record: Rec;
  readonly live: boolean;
}

export type Records = Readonly<Record<Category, Map<string, Entry>>>;

const refused = (status: number, code: string, fields: Faults = new Map()): Verdict => ({
  kind: "refused",
  status,
  code,
  fields,
});
const invalid = (fields: Faults) => refused(400, "validation_error", fields);

/** One tenant's records as docs/api.md#ingest has them: small, slow, and written only from the contract's text. */
export class Model {
  readonly records: Records;

  constructor(records?: Records) {
    const copy = (category: Category) => new Map(records?.[category]);
    this.records = {
      client: copy("client"),
      disbursement: copy("disbursement"),
      payment: copy("payment"),
      operation: copy("operation"),
    };
  }

  /** The checks that come before replay and mismatch (docs/api.md#errors): null when the event passes them. */
  static check(event: SimEvent): Verdict | null {
    const { faults, change } = shapeOf(event);
    if (event.step === "create") {
      const unread = new Set(faults.keys());
      const named = unread.has("currency")
        ? null
        : ((change.get("currency") as string | null | undefined) ?? null);
      const rules = applyRules({ category: event.category, current: null, change, unread, currency: named });
      for (const [name, code] of rules.faults) if (!faults.has(name)) faults.set(name, code);
    }
    const isUndecided = [...faults].every(
      ([name, code]) => code === "required" && isIdentifying(event, name),
    );
    return isUndecided ? null : invalid(faults);
  }

  /** Applies an event that has passed `check`; a refusal changes nothing. */
  apply(event: SimEvent): Verdict {
    const { category, step } = event;
    const { change } = shapeOf(event);
    const id = String(change.get(idFieldOf(category)));
    const entry = this.records[category].get(id);
    const current = entry?.live ? entry.record : null;
    if (step === "create") return this.#create(category, id, change, current);
    if (!current) return refused(404, "not_found");
    if (step === "update") return this.#update(category, id, change, current);
    this.records[category].set(id, { record: current, live: false });
    return { kind: "accepted", status: 200 };
  }

  #create(
    category: Category,
    id: string,
    change: ReadonlyMap<string, unknown>,
    current: Rec | null,
  ): Verdict {
    const { record, own, references } = this.#assess(category, null, change);
    if (current) return own.size > 0 ? invalid(own) : refused(409, "already_exists");
    if (own.size + references.size > 0) return invalid(new Map([...own, ...references]));
    const dead = this.records[category].get(id)?.record;
    this.records[category].set(id, { record, live: true });
    if (category === "disbursement" && dead && record.kind === "loan")
      this.#movePayments(id, record.client_id);
    return { kind: "accepted", status: 201 };
  }

  #update(category: Category, id: string, change: ReadonlyMap<string, unknown>, current: Rec): Verdict {
    const faults: Faults = new Map();
    const allowed = new Map<string, unknown>();
    for (const [name, value] of change) {
      const rule = FIELDS[category][name];
      if (rule?.immutable && value !== current[name]) faults.set(name, "immutable_field");
      else if (rule?.kind && rule.kind !== current.kind && value !== null)
        faults.set(name, "unsupported_field");
      else allowed.set(name, value);
    }
    const { record, own, references } = this.#assess(category, current, allowed);
    for (const [name, code] of [...own, ...references]) faults.set(name, code);
    if (faults.size > 0) return invalid(faults);
    this.records[category].set(id, { record, live: true });
    if (category === "disbursement" && record.client_id !== current.client_id) {
      this.#movePayments(id, record.client_id);
    }
    return { kind: "accepted", status: 200 };
  }

  /** A loan's payments are its client's. */
  #movePayments(disbursement: string, client_id: unknown): void {
    const before = this.records.payment;
    for (const [id, { record, live }] of before) {
      if (record.disbursement_id !== disbursement || !live) continue;
      before.set(id, { record: { ...record, client_id }, live });
    }
  }

  #assess(category: Category, current: Rec | null, change: ReadonlyMap<string, unknown>): Assessed {
    const parent = this.#parent(category, current, change);
    const named = current?.currency ?? change.get("currency") ?? null;
    const currency = category === "operation" ? (named ?? parent?.currency ?? null) : named;
    const unread = new Set<string>();
    const merged = applyRules({ category, current, change, unread, currency: currency as string | null });
    const record = category === "operation" ? { ...merged.record, currency } : merged.record;
    const own = merged.faults;
    if (category === "client") return { record, own, references: new Map() };
    if (category === "disbursement") return { record, own, references: this.#clientFaults(record, current) };
    if (!parent) return { record, own, references: new Map([["disbursement_id", "unknown_reference"]]) };
    const faults: Faults = new Map();
    if (!current && record.currency !== parent.currency) faults.set("currency", "currency_mismatch");
    if (category === "operation") return { record, own, references: faults };
    return { ...this.#tiePayment(record, faults, parent, current, change), own };
  }

  /** A loan's payment is its client's; a purchase's names one that is live and on the purchase when it is named. */
  #tiePayment(
    record: Rec,
    faults: Faults,
    parent: Rec,
    current: Rec | null,
    change: ReadonlyMap<string, unknown>,
  ): { readonly record: Rec; readonly references: Faults } {
    if (parent.kind === "loan") {
      const named = change.get("client_id") ?? null;
      if (named !== null && named !== parent.client_id) faults.set("client_id", "client_mismatch");
      return { record: { ...record, client_id: parent.client_id }, references: faults };
    }
    const { client_id } = record;
    if (client_id === null) faults.set("client_id", "required");
    else if (client_id === current?.client_id) return { record, references: faults };
    else if (!clientIds(parent).includes(String(client_id))) faults.set("client_id", "client_mismatch");
    else if (!this.records.client.get(String(client_id))?.live) faults.set("client_id", "unknown_reference");
    return { record, references: faults };
  }

  /** A new child needs a live parent, an old one keeps what it has. */
  #parent(category: Category, current: Rec | null, change: ReadonlyMap<string, unknown>): Rec | null {
    if (category === "client" || category === "disbursement") return null;
    const id = String(current?.disbursement_id ?? change.get("disbursement_id"));
    const entry = this.records.disbursement.get(id);
    return entry && (current || entry.live) ? entry.record : null;
  }

  /** Clients that a disbursement newly refers to must be live. */
  #clientFaults(record: Rec, current: Rec | null): Faults {
    const faults: Faults = new Map();
    const isLive = (id: unknown) => this.records.client.get(String(id))?.live === true;
    const { client_id } = record;
    if (
      record.kind === "loan" &&
      client_id !== null &&
      client_id !== current?.client_id &&
      !isLive(client_id)
    ) {
      faults.set("client_id", "unknown_reference");
    }
    const before = clientIds(current);
    for (const [index, id] of clientIds(record).entries()) {
      if (!before.includes(id) && !isLive(id)) {
        faults.set(`purchase_clients.${index}.client_id`, "unknown_reference");
      }
    }
    return faults;
  }
}

interface Assessed {
  readonly record: Rec;
  readonly own: Faults;
  readonly references: Faults;
}

/** The ids in a purchase's `purchase_clients`. */
export function clientIds(record: Rec | null): readonly string[] {
  const list = (record?.purchase_clients ?? []) as readonly { readonly client_id: string }[];
  return list.map(({ client_id }) => client_id);
}
