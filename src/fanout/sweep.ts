import { causeOf } from "../domain/core/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { sweepMemos } from "../store/position/memos.ts";
import { type TenantRange, tenantsBehind } from "../store/projections/cursors.ts";
import { refuseRedrive, resolveDeadLetters } from "../store/projections/dead-letters.ts";
import type { Projection } from "../store/projections/projection.ts";
import { readSweepStart, type SweepPlace, writeSweepPlace } from "../store/projections/sweep-place.ts";
import { openEverySession, openSession } from "../store/session.ts";
import { unfinishedWork } from "../store/unfinished.ts";
import { tenantsToPoke } from "../store/webhooks/mirror.ts";
import { catchUp, logStopped, PoisonEvent } from "./catch-up.ts";
import { pokeSender, resumeErasure, resumeOpening } from "./followers.ts";
import { PROJECTIONS } from "./projections.ts";
import { checkRestores } from "./restores.ts";

/**
 * The tenants of one run of the walk over all of them: a hundred thousand take an hour, at about five rows read each. What
 * is known to lag does not wait for the walk: the queue and the gates' alarms come first, and redriven letters.
 */
const TENANTS_A_RUN = 1_700;
const TENANTS_A_PAGE = 425;
/**
 * After this time, or this many D1 calls, a sweep starts no further tenant; the next sweep continues there. An
 * invocation has 1,000 calls: the rest is for the last tenant, the senders, and the integrity check that follows.
 */
const SWEEP_MS = 45_000;
const SWEEP_CALLS_MAX = 750;

/** The most senders that one sweep wakes, and how late a sender may be before it is woken. */
const POKES_MAX = 50;
const SENDER_GRACE_MS = 60_000;
/** The most gates that one sweep wakes to continue openings, and erasures. */
const RESUMED_MAX = 20;
/** The D1 calls that wake one object: with several databases its placement is read. */
const CALLS_OF_A_POKE = 1;
/** The other calls for each database: dead letters, senders to wake, expired memos, unfinished work of gates. */
const CALLS_OF_THE_REST = 4;

/** The work of one sweep so far, over all databases. */
interface Tally {
  readonly started: number;
  readonly failed: Set<string>;
  tenants: number;
  rows: number;
  calls: number;
}

/**
 * Fallback for lost queue messages: completes every projection of every tenant without the queue. One tenant's failure
 * stops no other; a tenant with much work continues in its next turn. Returns the D1 calls that it has made.
 */
export async function sweep(env: Cloudflare.Env): Promise<number> {
  const tally: Tally = { started: Date.now(), failed: new Set(), tenants: 0, rows: 0, calls: 0 };
  for (const { db } of openEverySession(env)) {
    await attempt("sweep failed", () => sweepDatabase(env, db, tally));
    // Together, so that a database that hangs delays the sweep only once.
    await Promise.all([
      attempt("dead letters not resolved", () => resolveDeadLetters(db, PROJECTIONS, Date.now())),
      attempt("webhooks not poked", () => pokeSenders(env, db, tally)),
      attempt("memos not swept", () => sweepMemos(db, Date.now())),
      attempt("gates not resumed", () => resumeGates(env, db, tally)),
    ]);
    tally.calls += CALLS_OF_THE_REST;
  }
  const { started, failed, tenants, rows } = tally;
  if (tenants === 0) return tally.calls;
  const level = failed.size > 0 ? "error" : "info";
  const counts = { tenants, rows, failed: failed.size, duration_ms: Date.now() - started };
  console.log(JSON.stringify({ level, message: "sweep", ...counts }));
  return tally.calls;
}

/** Wakes webhook senders that lag and have no alarm of their own. */
async function pokeSenders(env: Cloudflare.Env, db: Database, tally: Tally): Promise<void> {
  const tenants = await tenantsToPoke(db, Date.now(), SENDER_GRACE_MS, POKES_MAX);
  tally.calls += tenants.length * CALLS_OF_A_POKE;
  await Promise.all(tenants.map((tenant) => pokeSender(env, tenant)));
}

/** Wakes gates whose opening or erasure is unfinished: the platform drops an alarm that failed too often. */
async function resumeGates(env: Cloudflare.Env, db: Database, tally: Tally): Promise<void> {
  const { openings, erasures } = await unfinishedWork(db, RESUMED_MAX);
  tally.calls += (openings.length + erasures.length) * CALLS_OF_A_POKE;
  await Promise.all([
    ...openings.map((tenant) => resumeOpening(env, tenant)),
    ...erasures.map((tenant) => resumeErasure(env, tenant)),
  ]);
}

/** Logs a step that fails; the next sweep retries it. */
async function attempt<T>(message: string, step: () => Promise<T>): Promise<T | null> {
  try {
    return await step();
  } catch (error) {
    console.error(JSON.stringify({ level: "error", message, error: causeOf(error) }));
    return null;
  }
}

const isSpent = ({ started, calls }: Tally): boolean =>
  Date.now() - started >= SWEEP_MS || calls >= SWEEP_CALLS_MAX;

async function sweepDatabase(env: Cloudflare.Env, db: Database, tally: Tally): Promise<void> {
  const start = await attempt("sweep place not read", () => readSweepStart(db));
  tally.calls += 1;
  const place = start?.place ?? null;
  const redriven = (start?.redriven ?? []).flatMap(({ projection, tenant_id }) => {
    const own = PROJECTIONS.find(({ name }) => name === projection);
    return own ? [{ projection: own, tenant: tenant_id, before: place }] : [];
  });
  const stop = await sweepFrom(env, db, { place, redriven }, tally);
  if (place !== null || stop !== null) {
    await attempt("sweep place not kept", () => writeSweepPlace(db, stop));
  }
  if (start?.isAfterRestore) {
    tally.calls += (await attempt("gates not called", () => checkRestores(env, db))) ?? 0;
  }
}

/** A tenant's turn in a projection, and the place of the walk before it. */
interface Turn {
  readonly projection: Projection;
  readonly tenant: string;
  readonly before: SweepPlace | null;
}

/**
 * Serves the redriven tenants and then a run's share of the walk from `start` on, and those with much work again until
 * none is left. Returns the place where the next run continues: where the budget ran out, or after the share.
 */
async function sweepFrom(
  env: Cloudflare.Env,
  db: Database,
  start: { readonly place: SweepPlace | null; readonly redriven: readonly Turn[] },
  tally: Tally,
): Promise<SweepPlace | null> {
  let pending: Turn[] = [];
  for (const turn of start.redriven) if (await takeTurn(env, turn, tally)) pending.push(turn);
  let { place } = start;
  for await (const step of walk(db, place, tally)) {
    if ("place" in step) place = step.place;
    else if (isSpent(tally)) return stopAt(pending, place);
    else {
      if (await takeTurn(env, step, tally)) pending.push(step);
      place = { projection: step.projection.name, tenant_id: step.tenant };
    }
  }
  while (pending.length > 0) {
    const unfinished: Turn[] = [];
    for (const turn of pending) {
      if (isSpent(tally)) return stopAt([...unfinished, turn], place);
      if (await takeTurn(env, turn, tally)) unfinished.push(turn);
    }
    pending = unfinished;
  }
  return place;
}

/** The next run begins with the first tenant that has work left. */
const stopAt = ([first]: readonly Turn[], place: SweepPlace | null) => (first ? first.before : place);

/** Returns true when the tenant has more work than one turn. A turn that failed is not taken again. */
async function takeTurn(env: Cloudflare.Env, { tenant, projection }: Turn, tally: Tally): Promise<boolean> {
  if (tally.failed.has(turnKey(projection, tenant))) return false;
  return sweepTenant(env, tenant, projection, tally);
}

const turnKey = ({ name }: Projection, tenant: string): string => JSON.stringify([name, tenant]);

/**
 * The tenants that lag in a projection among a run's share of all, from `start` on and round to it again, and the place
 * after each page: null once round.
 */
async function* walk(
  db: Database,
  start: SweepPlace | null,
  tally: Tally,
): AsyncGenerator<Turn | { readonly place: SweepPlace | null }> {
  let left = TENANTS_A_RUN;
  let before = start;
  for (const { projection, range } of ranges(start)) {
    for (let after: string | null = range.after; after !== null; ) {
      if (left <= 0) return;
      const size = Math.min(TENANTS_A_PAGE, left);
      const page = await tenantsBehind(db, projection, { ...range, after }, size);
      tally.calls += 1;
      left -= size;
      for (const tenant of page.tenants) {
        yield { projection, tenant, before };
        before = { projection: projection.name, tenant_id: tenant };
      }
      after = page.last;
      if (after !== null) before = { projection: projection.name, tenant_id: after };
      yield { place: before };
    }
  }
  yield { place: null };
}

function ranges(start: SweepPlace | null): { projection: Projection; range: TenantRange }[] {
  const whole = { after: "", upto: null };
  const first = PROJECTIONS.findIndex(({ name }) => name === start?.projection);
  const projection = PROJECTIONS[first];
  if (!start || !projection) return PROJECTIONS.map((one) => ({ projection: one, range: whole }));
  const others = [...PROJECTIONS.slice(first + 1), ...PROJECTIONS.slice(0, first)];
  return [
    { projection, range: { after: start.tenant_id, upto: null } },
    ...others.map((one) => ({ projection: one, range: whole })),
    { projection, range: { after: "", upto: start.tenant_id } },
  ];
}

/** Returns true when the tenant has more work than one turn. */
async function sweepTenant(
  env: Cloudflare.Env,
  tenant: string,
  projection: Projection,
  tally: Tally,
): Promise<boolean> {
  const { rows, complete, stopped, calls } = await catchUp(env, tenant, [projection]);
  tally.tenants += 1;
  tally.rows += rows;
  tally.calls += calls;
  for (const one of stopped) {
    logStopped(tenant, one, null);
    tally.failed.add(turnKey(projection, tenant));
    if (one.error instanceof PoisonEvent) {
      tally.calls += 1;
      await keepForOperator(env, tenant, projection, one.error);
    }
  }
  return !complete;
}

/** Records a dead letter only for poison: other failures may be temporary, and the next sweep retries them. */
async function keepForOperator(
  env: Cloudflare.Env,
  tenant: string,
  { name }: Projection,
  poison: PoisonEvent,
): Promise<void> {
  const { db } = await openSession(env, tenant, "first-primary");
  await attempt("redrive not refused", () => refuseRedrive(db, tenant, name, causeOf(poison)));
}
