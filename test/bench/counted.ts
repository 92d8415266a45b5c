/** The worker under test with counters of what Cloudflare bills. Bundled around its own script, `./worker.js`. */
// @ts-expect-error the script is put beside this one by variants.ts
import * as worker from "./worker.js";

// @ts-expect-error as above; its classes, but for those below
export * from "./worker.js";

const counts = {
  worker_requests: 0,
  gate_requests: 0,
  gate_rows_read: 0,
  gate_rows_written: 0,
  d1_calls: 0,
  d1_rows_read: 0,
  d1_rows_written: 0,
  queue_operations: 0,
};

function addResult(result: unknown): void {
  counts.d1_calls += 1;
  for (const one of [result].flat()) {
    const meta = (one as { meta?: D1Meta } | null)?.meta;
    counts.d1_rows_read += meta?.rows_read ?? 0;
    counts.d1_rows_written += meta?.rows_written ?? 0;
  }
}

const real = Symbol("real");

/** `raw` and `first` give no meta, so they run as `all` and are turned into what they are asked for. */
function countedStatement(statement: D1PreparedStatement): object {
  const all = async () => {
    const result = await statement.all<Record<string, unknown>>();
    addResult(result);
    return result;
  };
  return {
    [real]: statement,
    bind: (...values: unknown[]) => countedStatement(statement.bind(...values)),
    all,
    run: all,
    first: async () => (await all()).results[0] ?? null,
    raw: async () => (await all()).results.map((row) => Object.values(row)),
  };
}

function countedSession(session: Pick<D1DatabaseSession, "prepare" | "batch">) {
  return {
    prepare: (sql: string) => countedStatement(session.prepare(sql)),
    batch: async (statements: { [real]: D1PreparedStatement }[]) => {
      const results = await session.batch(statements.map((statement) => statement[real]));
      addResult(results);
      return results;
    },
  };
}

function counted(env: Cloudflare.Env): Cloudflare.Env {
  const withSession = (from: string) => {
    const session = env.DB.withSession(from);
    return { ...countedSession(session), getBookmark: () => session.getBookmark() };
  };
  const DB = { ...countedSession(env.DB), withSession };
  const HISTORY_QUEUE = {
    send: (message: unknown) => {
      // Written, read and deleted.
      counts.queue_operations += 3;
      return env.HISTORY_QUEUE.send(message);
    },
  };
  return { ...env, DB, HISTORY_QUEUE } as unknown as Cloudflare.Env;
}

const Gate = worker.TenantGate ?? Object;

export class TenantGate extends Gate {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    if (worker.TenantGate) {
      const { sql } = ctx.storage;
      const exec = sql.exec.bind(sql);
      sql.exec = ((query: string, ...bindings: unknown[]) => {
        const cursor = exec(query, ...bindings);
        // Its counts are complete once all rows are read, which the gate does at once.
        queueMicrotask(() => {
          counts.gate_rows_read += cursor.rowsRead;
          counts.gate_rows_written += cursor.rowsWritten;
        });
        return cursor;
      }) as typeof sql.exec;
    }
    super(ctx, counted(env));
  }

  submit(...args: unknown[]) {
    counts.gate_requests += 1;
    return super.submit(...args);
  }

  submitAll(...args: unknown[]) {
    counts.gate_requests += 1;
    return super.submitAll(...args);
  }

  alarm(...args: unknown[]) {
    counts.gate_requests += 1;
    return super.alarm(...args);
  }
}

export default {
  ...worker.default,
  queue: (batch: MessageBatch, env: Cloudflare.Env, ctx: ExecutionContext) =>
    worker.default.queue(batch, counted(env), ctx),
  fetch: (request: Request, env: Cloudflare.Env, ctx: ExecutionContext) => {
    if (new URL(request.url).pathname === "/counts") return Response.json(counts);
    counts.worker_requests += 1;
    return worker.default.fetch(request, counted(env), ctx);
  },
};
