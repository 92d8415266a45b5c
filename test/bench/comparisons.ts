import type { Against } from "./report.ts";
import { create, duplicate, invalid, list, lookup, MANY, TENANTS, TOKENS } from "./scenarios.ts";
import type { D1Pace, VariantName } from "./variants.ts";

let serial = 0;
export function fresh(): string {
  serial += 1;
  return `c${serial}`;
}

/** One row: what is sent to either side, how much of it, and what is made of it. */
export interface Scenario {
  readonly name: string;
  readonly against: Against;
  readonly target: number;
  readonly connections: number;
  readonly counts: { readonly ours: number; readonly other: number };
  /** Reads are measured before anything else is written, while both sides hold the same rows. */
  readonly reads?: true;
  /** True where `perSecond` of the samples is a time. */
  readonly lessIsBetter?: boolean;
  readonly request: (variant: VariantName) => (n: number) => ReturnType<typeof create>;
  /** What the other side is sent, where that differs. */
  readonly other?: () => (n: number) => ReturnType<typeof create>;
}

export const creating = () => () => create(fresh());
export const known = Array.from({ length: 2_000 }, () => fresh());

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "create, one tenant, 64 connections",
    against: "usual",
    target: 3.5,
    connections: MANY,
    counts: { ours: 2_000, other: 1_000 },
    request: creating,
  },
  {
    name: "create, one tenant, 1 connection",
    against: "usual",
    target: 1.2,
    connections: 1,
    counts: { ours: 1_000, other: 1_000 },
    request: creating,
  },
  {
    name: `create, ${TENANTS} tenants, 64 connections`,
    against: "usual",
    target: 1.6,
    connections: MANY,
    counts: { ours: 1_600, other: 1_000 },
    request: () => (n) => create(fresh(), TOKENS[n % TENANTS]),
  },
  {
    name: "create, one tenant, 64 connections",
    against: "bare",
    target: 0.36,
    connections: MANY,
    counts: { ours: 2_000, other: 5_000 },
    request: creating,
  },
  {
    name: "duplicates, 64 connections",
    against: "bare",
    target: 0.55,
    connections: MANY,
    counts: { ours: 4_000, other: 5_000 },
    request: () => (n) => duplicate(known[n % known.length] ?? ""),
    other: creating,
  },
  {
    name: "rejected by validation, 64 connections",
    against: "usual",
    target: 0.9,
    connections: MANY,
    counts: { ours: 3_000, other: 3_000 },
    request: () => () => invalid(fresh()),
  },
  {
    name: "lookup by id, 64 connections",
    reads: true,
    against: "bare",
    target: 0.95,
    connections: MANY,
    counts: { ours: 1_500, other: 1_500 },
    request: (variant) => (n) => lookup(variant, known[n % known.length] ?? ""),
  },
  {
    name: "list of 50, 64 connections",
    reads: true,
    against: "bare",
    target: 0.85,
    connections: MANY,
    counts: { ours: 500, other: 500 },
    request: (variant) => () => list(variant),
  },
];

export const SLOW: readonly (Scenario & { readonly pace: D1Pace })[] = [
  {
    name: "create, D1 busy 5 ms a call, 64 connections",
    pace: { slowness: "busy", ms: 5 },
    against: "usual",
    target: 20,
    connections: MANY,
    counts: { ours: 1_500, other: 200 },
    request: creating,
  },
  {
    name: "create, D1 5 ms away, 1 connection",
    pace: { slowness: "far", ms: 5 },
    against: "usual",
    target: 1.7,
    connections: 1,
    counts: { ours: 150, other: 100 },
    request: creating,
  },
];
