import fc from "fast-check";
import { type Category, CHANGE_FIELDS, FIELDS, type FieldRule, idFieldOf } from "./fields.ts";
import { clientsOf, currencyOf, idOf, type Wire, wireOf } from "./values.ts";

export type Step = "create" | "update" | "delete";

export interface SimEvent {
  readonly category: Category;
  readonly step: Step;
  /** The members of `data` beside `step`, in the order they are sent. */
  readonly members: Readonly<Record<string, Wire>>;
}

/** Where a command's idempotency key comes from. `respelt` sends an earlier request in another spelling. */
export type KeyChoice = "new" | "again" | "respelt" | "mismatch" | "other tenant";

export interface Command {
  readonly event: SimEvent;
  readonly key: KeyChoice;
  /** Which earlier request is meant, counted from the end. */
  readonly back: number;
}

/** Commands of one tenant that are sent at the same time. */
export interface Round {
  readonly tenant: number;
  readonly commands: readonly Command[];
}

const FAULTY = 2;
const PREFIXES: Readonly<Record<string, string>> = {
  client_id: "C",
  disbursement_id: "D",
  payment_id: "P",
  operation_id: "O",
  asset_id: "A",
};

const UNKNOWN: Readonly<Record<string, Wire>> = {
  emial: { json: '"x"', fault: "unknown_field" },
  client_ids: { json: '["C-1"]', fault: "unsupported_field" },
};

function memberOf(name: string, rule: FieldRule): fc.Arbitrary<Wire> {
  if (rule.type === "clients") return clientsOf(FAULTY);
  if (rule.type === "currency") return currencyOf(FAULTY);
  const prefix = rule.type === "id" ? PREFIXES[name] : undefined;
  return prefix ? idOf(prefix, FAULTY) : wireOf(rule, FAULTY);
}

type Members = Record<string, Wire>;

/** A record of these fields; `frequency` is how many of 10 events have the field. */
function membersOf(
  fields: Readonly<Record<string, FieldRule>>,
  frequency: (name: string, rule: FieldRule) => number,
): fc.Arbitrary<Members> {
  const arbitraries = Object.entries(fields).map(([name, rule]) => {
    const weight = frequency(name, rule);
    if (weight >= 10) return memberOf(name, rule).map((wire) => [name, wire] as const);
    const value = memberOf(name, rule);
    return fc
      .tuple(fc.integer({ min: 0, max: 99 }), value)
      .map(([draw, wire]) => (draw < weight * 10 ? ([name, wire] as const) : null));
  });
  return fc.tuple(...arbitraries).map((pairs) => Object.fromEntries(pairs.filter((pair) => pair !== null)));
}

/** Now and then a member that does not belong, or a required one that is missing. */
function marred(members: fc.Arbitrary<Members>): fc.Arbitrary<Members> {
  return fc.tuple(members, fc.integer({ min: 0, max: 99 }), fc.nat(100)).map(([some, draw, pick]) => {
    if (draw < 1) return { ...some, emial: UNKNOWN.emial as Wire };
    if (draw < 2) return { ...some, client_ids: UNKNOWN.client_ids as Wire };
    if (draw > 3) return some;
    const names = Object.keys(some).filter((name) => !name.endsWith("_id"));
    const gone = names[pick % Math.max(names.length, 1)];
    return Object.fromEntries(Object.entries(some).filter(([name]) => name !== gone));
  });
}

/** Fields of a new client that fit each other more often than chance would have it. */
const clientCreate = fc.boolean().chain((isCompany) =>
  membersOf(FIELDS.client, (name, { required }) => {
    if (required) return 10;
    if (name === "gender") return isCompany ? 2 : 10;
    return name === "contact_person" ? (isCompany ? 10 : 1) : 3;
  }).map((members) => ({
    ...members,
    is_company: { json: String(isCompany), value: isCompany },
    ...(members.gender?.value === "company" && !isCompany
      ? { gender: { json: '"male"', value: "male" } }
      : {}),
  })),
);

const disbursementCreate = fc.constantFrom("loan", "loan", "purchase").chain((kind) =>
  membersOf(FIELDS.disbursement, (name, rule) => {
    if (name === "purchase_clients" && kind === "purchase") return 9;
    if (rule.kind && rule.kind !== kind) return 0;
    return rule.required ? 10 : 1;
  }).map((members) => ({ ...members, kind: { json: JSON.stringify(kind), value: kind } })),
);

const paymentCreate = membersOf({ ...FIELDS.payment, ...CHANGE_FIELDS }, (name, { required }) => {
  if (required) return 10;
  if (["refund", "recovery", "change_date", "change_reason"].includes(name)) return 0.5;
  return name === "client_id" ? 4 : 2;
});

const operationCreate = membersOf(FIELDS.operation, (name, { required }) => {
  if (required) return 10;
  return name === "asset_id" ? 5 : 2;
});

const CREATE: Readonly<Record<Category, fc.Arbitrary<Members>>> = {
  client: clientCreate,
  disbursement: disbursementCreate,
  payment: paymentCreate,
  operation: operationCreate,
};

function updateOf(category: Category): fc.Arbitrary<Members> {
  const isDated = category === "disbursement" || category === "payment";
  const fields = isDated ? { ...FIELDS[category], ...CHANGE_FIELDS } : FIELDS[category];
  const own = idFieldOf(category);
  return membersOf(fields, (name, rule) => {
    if (name === own) return 10;
    if (name.startsWith("change_")) return category === "disbursement" ? 6 : 1;
    if (rule.immutable) return 0.3;
    return rule.kind === "purchase" ? 0.5 : 1.5;
  });
}

function eventOf(category: Category): fc.Arbitrary<SimEvent> {
  const id = idFieldOf(category);
  const as = (step: Step, members: fc.Arbitrary<Members>) =>
    marred(members).map((some) => ({ category, step, members: some }));
  const remove = idOf(PREFIXES[id] ?? "X", FAULTY).map((wire) => ({ [id]: wire }));
  return fc.oneof(
    { weight: 9, arbitrary: as("create", CREATE[category]) },
    { weight: 12, arbitrary: as("update", updateOf(category)) },
    { weight: 1, arbitrary: as("delete", remove) },
  );
}

const event = fc.oneof(
  { weight: 3, arbitrary: eventOf("client") },
  { weight: 4, arbitrary: eventOf("disbursement") },
  { weight: 5, arbitrary: eventOf("payment") },
  { weight: 3, arbitrary: eventOf("operation") },
);

const key = fc.oneof(
  { weight: 30, arbitrary: fc.constant<KeyChoice>("new") },
  { weight: 6, arbitrary: fc.constantFrom<KeyChoice>("again", "respelt", "mismatch", "other tenant") },
);

const command = fc.record({ event, key, back: fc.nat(5) });

/** Rounds of commands for a few tenants: most send one at a time, some several at once. */
export const rounds = (tenants: number, count: number): fc.Arbitrary<readonly Round[]> =>
  fc.array(
    fc.record({
      tenant: fc.nat(tenants - 1),
      commands: fc.oneof(
        { weight: 2, arbitrary: fc.array(command, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(command, { minLength: 2, maxLength: 8 }) },
      ),
    }),
    { minLength: count, maxLength: count },
  );

/** Records that every tenant starts with, so that references find something. */
export const START: readonly SimEvent[] = startEvents();

function startEvents(): SimEvent[] {
  const wires = (members: object): Members =>
    Object.fromEntries(
      Object.entries(members).map(([name, value]) => [
        name,
        { json: JSON.stringify(value), value: typeof value === "number" ? String(value) : value },
      ]),
    );
  const person = { name: "Ann", email: "a@b.co", phone: "+1234567890", address: "1 St", country: "US" };
  const paid = {
    payment_total: 500,
    payment_principal: 400,
    currency: "USD",
    status: "paid",
    due_date: "2024-06-15",
  };
  const client = (client_id: string, more: object) =>
    ({ category: "client", step: "create", members: wires({ client_id, ...person, ...more }) }) as const;
  const terms = { disbursement_amount: 10000, total_expected_margin: 500, currency: "USD" };
  const disbursement = (members: object) =>
    ({ category: "disbursement", step: "create", members: wires({ ...members, ...terms }) }) as const;
  return [
    client("C-0", { is_company: false, registration_number: "R-0", gender: "female" }),
    client("C-1", { is_company: true, registration_number: "R-1", contact_person: "Bo" }),
    disbursement({
      disbursement_id: "D-0",
      kind: "loan",
      client_id: "C-0",
      disbursement_date: "2024-01-31",
      maturity_date: "2025-01-31",
    }),
    disbursement({
      disbursement_id: "D-1",
      kind: "purchase",
      purchase_clients: [{ client_id: "C-0" }, { client_id: "C-1" }],
      operation_date: "2024-01-31",
      payment_date: "2024-01-31",
      estimated_delivery_date: "2024-06-15",
      goods_description: "Tractor",
      goods_status: "ordered",
    }),
    {
      category: "payment",
      step: "create",
      members: wires({ payment_id: "P-0", disbursement_id: "D-0", ...paid }),
    },
    {
      category: "operation",
      step: "create",
      members: wires({ operation_id: "O-0", disbursement_id: "D-1", operation_name: "Lease" }),
    },
  ];
}
