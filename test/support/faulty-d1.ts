import { runInDurableObject } from "cloudflare:test";
import { until } from "./until.ts";

/** One round trip to D1, as the code under test asked for it. */
export interface Call {
  readonly statements: readonly { readonly sql: string; readonly params: readonly unknown[] }[];
}

/** What becomes of a call: `send` hands it to the real database. */
export type Fault = (send: () => Promise<unknown>) => Promise<unknown>;

export const isCommit = ({ statements }: Call) => statements.some(({ sql }) => /^\s*insert/i.test(sql));
export const isLoad = (call: Call) => !isCommit(call);
export const mentions = (text: string) => (call: Call) =>
  call.statements.some(({ params }) => params.some((param) => String(param).includes(text)));

export const CONNECTION_LOST = "D1_ERROR: Network connection lost.";

/** The request never reaches the database. */
export const failBefore =
  (message = CONNECTION_LOST): Fault =>
  () =>
    Promise.reject(new Error(message));

/** The database does the work and the answer is lost. */
export const failAfter =
  (message = CONNECTION_LOST): Fault =>
  async (send) => {
    await send();
    throw new Error(message);
  };

/**
 * Holds back calls of D1 until `release`. Both sides ask again and again: a promise that is settled in one Durable Object
 * would wake its waiter in the wrong context.
 */
export class HeldCalls {
  #held = 0;
  #released = false;

  readonly fault: Fault = async (send) => {
    this.#held += 1;
    await until(() => this.#released, 1);
    return send();
  };

  /** Waits until `count` calls are held. */
  async reached(count = 1): Promise<void> {
    await until(() => this.#held >= count, 1);
  }

  release(): void {
    this.#released = true;
  }
}

interface Rule {
  readonly applies: (call: Call) => boolean;
  readonly fault: Fault;
  left: number;
}

/** A real D1 binding that counts what it is asked for and what it costs, and fails on demand. */
export class FaultyD1 {
  readonly calls: Call[] = [];
  /** Where each session was asked to start. */
  readonly sessions: string[] = [];
  rowsRead = 0;
  rowsWritten = 0;
  #rules: Rule[] = [];
  readonly #real: D1Database;

  constructor(real: D1Database) {
    this.#real = real;
  }

  get roundTrips(): number {
    return this.calls.length;
  }

  resetCounts(): void {
    this.calls.length = 0;
    this.rowsRead = 0;
    this.rowsWritten = 0;
  }

  /** The next `times` calls that `applies` picks meet `fault`; the earliest rule with a turn left wins. */
  meet(applies: (call: Call) => boolean, fault: Fault, times = Number.POSITIVE_INFINITY): this {
    this.#rules.push({ applies, fault, left: times });
    return this;
  }

  heal(): void {
    this.#rules = [];
  }

  /** This database in the place of `env.DB`. */
  get binding(): D1Database {
    const surface = {
      ...this.#surface(this.#real),
      withSession: (from: string) => {
        this.sessions.push(from);
        const session = this.#real.withSession(from);
        return { ...this.#surface(session), getBookmark: () => session.getBookmark() };
      },
    };
    return surface as unknown as D1Database;
  }

  #surface(real: Pick<D1DatabaseSession, "prepare" | "batch">) {
    return {
      prepare: (sql: string) => new CountedStatement(this, real.prepare(sql), { sql, params: [] }),
      batch: (statements: readonly CountedStatement[]) =>
        this.call({ statements: statements.map(({ text }) => text) }, () =>
          real.batch(statements.map(({ real: inner }) => inner)),
        ),
    };
  }

  async call(call: Call, send: () => Promise<unknown>): Promise<unknown> {
    this.calls.push(call);
    const counted = async () => {
      const result = await send();
      for (const one of [result].flat()) this.#add((one as { meta?: D1Meta } | null)?.meta);
      return result;
    };
    const rule = this.#rules.find(({ applies, left }) => left > 0 && applies(call));
    if (!rule) return counted();
    rule.left -= 1;
    return rule.fault(counted);
  }

  #add(meta: D1Meta | undefined): void {
    this.rowsRead += meta?.rows_read ?? 0;
    this.rowsWritten += meta?.rows_written ?? 0;
  }
}

class CountedStatement {
  readonly real: D1PreparedStatement;
  readonly text: Call["statements"][number];
  readonly #owner: FaultyD1;

  constructor(owner: FaultyD1, real: D1PreparedStatement, text: Call["statements"][number]) {
    this.#owner = owner;
    this.real = real;
    this.text = text;
  }

  bind(...params: unknown[]): CountedStatement {
    return new CountedStatement(this.#owner, this.real.bind(...params), { sql: this.text.sql, params });
  }

  run = () => this.#call(() => this.real.run());
  all = () => this.#call(() => this.real.all());
  first = (column: string) => this.#call(() => this.real.first(column));
  raw = (options: { columnNames?: false }) => this.#call(() => this.real.raw(options));

  #call(send: () => Promise<unknown>) {
    return this.#owner.call({ statements: [this.text] }, send);
  }
}

/** Puts a FaultyD1 between a living Durable Object and its database, until the object is evicted. */
export function wrapDatabase(stub: DurableObjectStub): Promise<FaultyD1> {
  return runInDurableObject(stub, (instance) => {
    const holder = instance as unknown as { env: Cloudflare.Env };
    const faulty = new FaultyD1(holder.env.DB);
    holder.env = { ...holder.env, DB: faulty.binding };
    return faulty;
  });
}
