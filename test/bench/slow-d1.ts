/** The worker under test with a D1 that takes its time. Bundled around the worker's own script, `./worker.js`. */
// @ts-expect-error the script is put beside this one by variants.ts
import * as worker from "./worker.js";

// @ts-expect-error as above; its classes, but for those below
export * from "./worker.js";

/** `busy`: D1 runs one call at a time and takes so long for each. `far`: each call takes so much longer on its way. */
declare const SLOWNESS: "busy" | "far";
declare const CALL_MS: number;

let freeAt = 0;

async function delay(): Promise<void> {
  const now = Date.now();
  const start = SLOWNESS === "busy" ? Math.max(now, freeAt) : now;
  freeAt = start + CALL_MS;
  await scheduler.wait(freeAt - now);
}

const real = Symbol("real");

interface Slow extends D1PreparedStatement {
  [real]: D1PreparedStatement;
}

function slowStatement(statement: D1PreparedStatement): Slow {
  const after = (run: () => Promise<unknown>) => async () => {
    await delay();
    return run();
  };
  return {
    [real]: statement,
    bind: (...values: unknown[]) => slowStatement(statement.bind(...values)),
    first: after(() => statement.first()),
    all: after(() => statement.all()),
    run: after(() => statement.run()),
    raw: after(() => statement.raw()),
  } as unknown as Slow;
}

function slowSession(session: Pick<D1DatabaseSession, "prepare" | "batch">) {
  return {
    prepare: (sql: string) => slowStatement(session.prepare(sql)),
    batch: async (statements: Slow[]) => {
      await delay();
      return session.batch(statements.map((statement) => statement[real]));
    },
  };
}

const made = new WeakMap<Cloudflare.Env, Cloudflare.Env>();

function slowed(env: Cloudflare.Env): Cloudflare.Env {
  const known = made.get(env);
  if (known) return known;
  const withSession = (from: string) => {
    const session = env.DB.withSession(from);
    return { ...slowSession(session), getBookmark: () => session.getBookmark() };
  };
  const slow = { ...env, DB: { ...slowSession(env.DB), withSession } as unknown as D1Database };
  made.set(env, slow);
  return slow;
}

const Gate = worker.TenantGate ?? Object;

export class TenantGate extends Gate {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, slowed(env));
  }
}

export default {
  ...worker.default,
  fetch: (request: Request, env: Cloudflare.Env, ctx: ExecutionContext) =>
    worker.default.fetch(request, slowed(env), ctx),
  // The history takes its turn at the same D1.
  queue: (batch: MessageBatch, env: Cloudflare.Env, ctx: ExecutionContext) =>
    worker.default.queue?.(batch, slowed(env), ctx),
};
