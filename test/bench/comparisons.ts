import type { Aim } from "./report.ts";
import {
  BIG_TOKEN,
  batches,
  creates,
  duplicates,
  invalid,
  ledgerDisbursements,
  lists,
  lookups,
  MANY,
  payments,
  type Requests,
  SMALL_TOKEN,
  TENANTS,
  TOKENS,
} from "./requests.ts";
import type { D1Pace } from "./variants.ts";

/** Who answers: the variants, and the peers on PostgreSQL. */
export type ServiceName = "bare" | "usual" | "ours" | "earlier" | "transaction" | "statement";

/** One of the sides of a scenario: what is sent to whom. */
export interface Side {
  readonly to: ServiceName;
  readonly send: Requests;
  /** Where they are not those of the scenario. */
  readonly connections?: number;
}

export interface Scenario {
  readonly name: string;
  readonly connections: number;
  /** `ours` is what the others are held against. */
  readonly sides: { readonly ours: Side; readonly [name: string]: Side };
  readonly aims: readonly Aim[];
  /** `reads` come first, while all sides hold the same rows; `filled` needs the tenant with a million records. */
  readonly when?: "reads" | "filled";
  readonly pace?: D1Pace;
}

const ours = (send: Requests): Side => ({ to: "ours", send });
const usual = (send: Requests): Side => ({ to: "usual", send });
const bare = (send: Requests): Side => ({ to: "bare", send });

const toUsual = (aim: number): Aim => ({ to: "usual", against: "the usual way", measure: "rate", aim });
const toBare = (aim: number): Aim => ({ to: "bare", against: "bare Workers", measure: "rate", aim });
const cpu = (aim: number): Aim => ({ against: "", measure: "cpu", aim });

const tenants = creates(...TOKENS);
const create = creates();

const filled = (name: string, big: Requests, small: Requests): Scenario => ({
  name: `${name} with 1,000,000 records to 1,000`,
  connections: MANY,
  sides: { ours: ours(big), small: ours(small) },
  aims: [{ to: "small", against: "itself", measure: "rate", aim: 0.9 }],
  when: "filled",
});

export const SCENARIOS: readonly Scenario[] = [
  {
    name: `create, ${MANY} connections`,
    connections: MANY,
    sides: { ours: ours(create), usual: usual(create), bare: bare(create) },
    aims: [toUsual(5.5), toBare(0.36)],
  },
  {
    name: "create, 1 connection",
    connections: 1,
    sides: { ours: ours(create), usual: usual(create) },
    aims: [toUsual(1.6)],
  },
  {
    name: "create, 256 connections",
    connections: 256,
    sides: { ours: ours(create), usual: usual(create) },
    aims: [{ to: "usual", against: "the usual way", measure: "p99", aim: 1 }],
  },
  {
    name: `create, ${TENANTS} tenants, ${MANY} connections`,
    connections: MANY,
    sides: { ours: ours(tenants), usual: usual(tenants) },
    aims: [toUsual(2.4)],
  },
  {
    name: `duplicates, ${MANY} connections`,
    connections: MANY,
    sides: { ours: ours(duplicates), bare: bare(create) },
    aims: [toBare(0.55)],
  },
  {
    name: `rejected by validation, ${MANY} connections`,
    connections: MANY,
    sides: { ours: ours(invalid), usual: usual(invalid) },
    aims: [toUsual(1)],
  },
  {
    name: `payment, ${MANY} connections`,
    connections: MANY,
    sides: { ours: ours(payments) },
    aims: [cpu(650)],
  },
  {
    name: `ledger disbursement, ${MANY} connections`,
    connections: MANY,
    sides: { ours: ours(ledgerDisbursements) },
    aims: [cpu(650)],
  },
  {
    name: `lookup by id, ${MANY} connections`,
    when: "reads",
    connections: MANY,
    sides: { ours: ours(lookups()), bare: bare(lookups()) },
    aims: [toBare(1.1)],
  },
  {
    name: `list of 50, ${MANY} connections`,
    when: "reads",
    connections: MANY,
    sides: { ours: ours(lists()), bare: bare(lists()) },
    aims: [toBare(0.95)],
  },
  {
    name: "events in batches of 100, 4 connections, to single creates, 64",
    connections: 4,
    sides: { ours: ours(batches(100)), single: { ...ours(create), connections: MANY } },
    aims: [{ to: "single", against: "itself", measure: "rate", aim: 5 }],
  },
  filled("lookup by id", lookups(BIG_TOKEN, "s", 1_000_000), lookups(SMALL_TOKEN)),
  filled("list of 50", lists(BIG_TOKEN), lists(SMALL_TOKEN)),
  filled("create", creates(BIG_TOKEN), creates(SMALL_TOKEN)),
  {
    name: `create, D1 busy 5 ms a call, ${MANY} connections`,
    pace: { slowness: "busy", ms: 5 },
    connections: MANY,
    sides: { ours: ours(create), usual: usual(create) },
    aims: [toUsual(20)],
  },
  {
    name: "create, D1 5 ms away, 1 connection",
    pace: { slowness: "far", ms: 5 },
    connections: 1,
    sides: { ours: ours(create), usual: usual(create) },
    aims: [toUsual(1.8)],
  },
];

const transaction: Side = { to: "transaction", send: create };
const statement: Side = { to: "statement", send: create };
const toPeer = (to: string, against: string, aim: number): Aim => ({
  to,
  against,
  measure: "rate",
  aim,
});

/** Against Node and PostgreSQL, which have a core more than this project has in one local runtime. */
export const PEER_SCENARIOS: readonly Scenario[] = [
  {
    name: `create, ${MANY} connections`,
    connections: MANY,
    sides: { ours: ours(create), transaction, statement },
    aims: [
      toPeer("transaction", "PostgreSQL, a transaction", 1.5),
      toPeer("statement", "PostgreSQL, one statement", 1),
    ],
  },
  {
    name: "create, 1 connection",
    connections: 1,
    sides: { ours: ours(create), transaction },
    aims: [toPeer("transaction", "PostgreSQL, a transaction", 0.8)],
  },
  {
    name: "events in batches of 100, 4 connections, to single creates, 64",
    connections: 4,
    sides: { ours: ours(batches(100)), statement: { ...statement, connections: MANY } },
    aims: [toPeer("statement", "PostgreSQL, one statement", 3)],
  },
];
