import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { Category } from "../../domain/tape/fields.ts";
import type { LinePlace, Refusal } from "./line.ts";

/** The states of a line. */
export const STATE = { waiting: 0, done: 1, refused: 2, refusedHere: 3, parentRefused: 4 } as const;
type State = (typeof STATE)[keyof typeof STATE];

/** One line as the checkpoint stores it. */
interface KnownLine extends LinePlace {
  readonly pass: number;
  readonly key: string;
  readonly state: State;
}

interface RefusedLine extends LinePlace, Refusal {}

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lines (
    file INTEGER NOT NULL, line INTEGER NOT NULL, pass INTEGER NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL,
    status INTEGER, code TEXT, errors TEXT, body TEXT, PRIMARY KEY (file, line)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS occurrences (hash BLOB PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    category TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, accepted INTEGER NOT NULL, refused INTEGER NOT NULL,
    PRIMARY KEY (category, id)
  ) STRICT, WITHOUT ROWID;`;

/**
 * The state of an import's lines, in a SQLite file: memory stays constant for any number of lines, and the next run
 * continues after a killed process.
 */
export class Checkpoint {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Opens or creates the file. Refuses one that another import is using, and one that is no checkpoint. */
  static open(path: string): Result<Checkpoint, string> {
    const database = new DatabaseSync(path);
    try {
      database.exec(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
      );
      database.exec(TABLES);
      return ok(new Checkpoint(database));
    } catch (error) {
      database.close();
      const busy = String(error).includes("locked");
      return err(
        busy
          ? `Another import is using ${path}.`
          : `${path} is not a checkpoint. Delete it, or name another.`,
      );
    }
  }

  close(): void {
    this.#database.close();
  }

  #run(sql: string, ...parameters: SQLInputValue[]) {
    return this.#prepared(sql).run(...parameters);
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  /** Runs `work` in one transaction: all or nothing, with one write to the disk. */
  transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** For asynchronous work of one caller at a time: `flush` makes what was written so far durable. */
  begin(): { flush: () => void; end: () => void } {
    this.#database.exec("BEGIN");
    return {
      flush: () => this.#database.exec("COMMIT; BEGIN"),
      end: () => this.#database.exec("COMMIT"),
    };
  }

  meta(name: string): string | null {
    const row = this.#prepared("SELECT value FROM meta WHERE name = ?").get(name);
    return row ? String(row.value) : null;
  }

  setMeta(name: string, value: string): void {
    this.#run(
      "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      value,
    );
  }

  /** Deletes the lines, so that the files are read again. */
  clear(): void {
    this.#database.exec("DELETE FROM lines; DELETE FROM occurrences; DELETE FROM records;");
  }

  /** Counts this envelope and returns how often it has occurred: 1 for the first time. */
  countOccurrence(hash: Buffer): number {
    const row = this.#prepared(
      "INSERT INTO occurrences VALUES (?, 1) ON CONFLICT (hash) DO UPDATE SET count = count + 1 RETURNING count",
    ).get(hash);
    return Number(row?.count);
  }

  /** Stores a line; `body` is stored for lines that are not sent in the order of the files. */
  addLine({ file, line, pass, key, state }: KnownLine, body: string | null, refusal: Refusal | null): void {
    const errors = refusal ? JSON.stringify(refusal.errors) : null;
    this.#run(
      "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...[file, line, pass, key, state, refusal?.status ?? null, refusal?.code ?? null, errors, body],
    );
  }

  /** Stores a record's parent, so that its later lines use the lane of its first. */
  addRecord(category: Category, id: string, parent: string): void {
    this.#run("INSERT OR IGNORE INTO records VALUES (?, ?, ?, 0, 0)", category, id, parent);
  }

  parentOf(category: Category, id: string): string | null {
    const row = this.#prepared("SELECT parent FROM records WHERE category = ? AND id = ?").get(category, id);
    return row ? String(row.parent) : null;
  }

  /** True for a record with a refused create and no accepted one. */
  isRefused(category: Category, id: string): boolean {
    const row = this.#prepared(
      "SELECT 1 AS found FROM records WHERE category = ? AND id = ? AND refused = 1 AND accepted = 0",
    ).get(category, id);
    return row !== undefined;
  }

  settleRecord(category: Category, id: string, accepted: boolean): void {
    const column = accepted ? "accepted" : "refused";
    this.#run(`UPDATE records SET ${column} = 1 WHERE category = ? AND id = ?`, category, id);
  }

  line({
    file,
    line,
  }: LinePlace): { readonly pass: number; readonly key: string; readonly state: State } | null {
    const row = this.#prepared("SELECT pass, key, state FROM lines WHERE file = ? AND line = ?").get(
      file,
      line,
    );
    return row ? { pass: Number(row.pass), key: String(row.key), state: Number(row.state) as State } : null;
  }

  settle({ file, line }: LinePlace, state: State, refusal: Refusal | null): void {
    this.#run(
      "UPDATE lines SET state = ?, status = ?, code = ?, errors = ? WHERE file = ? AND line = ?",
      ...[
        state,
        refusal?.status ?? null,
        refusal?.code ?? null,
        refusal ? JSON.stringify(refusal.errors) : null,
      ],
      ...[file, line],
    );
  }

  /** Makes lines that the service refused wait again: their parents may exist now. */
  retryRefused(): void {
    this.#run(
      "UPDATE lines SET state = 0, status = NULL, code = NULL, errors = NULL WHERE state IN (?, ?)",
      ...[STATE.refused, STATE.parentRefused],
    );
    this.#run("UPDATE records SET refused = 0");
  }

  count(states: readonly State[], pass: number | null = null): number {
    const row = this.#prepared(
      "SELECT count(*) AS count FROM lines WHERE state IN (SELECT value FROM json_each(?1)) AND pass = coalesce(?2, pass)",
    ).get(JSON.stringify(states), pass);
    return Number(row?.count);
  }

  /** Waiting lines of a pass from the last to the first, with their bodies. */
  *waitingBackwards(pass: number): Generator<KnownLine & { readonly body: string }> {
    const page = this.#prepared(
      `SELECT file, line, key, body FROM lines WHERE pass = ? AND state = 0 AND (file, line) < (?, ?)
       ORDER BY file DESC, line DESC LIMIT 500`,
    );
    let [file, line] = [Number.MAX_SAFE_INTEGER, 0];
    for (;;) {
      const rows = page.all(pass, file, line);
      for (const row of rows) {
        [file, line] = [Number(row.file), Number(row.line)];
        yield { file, line, pass, key: String(row.key), state: STATE.waiting, body: String(row.body) };
      }
      if (rows.length === 0) return;
    }
  }

  /** Every refused line, in the order of the files. */
  *refusedLines(): Generator<RefusedLine> {
    const rows = this.#prepared(
      "SELECT file, line, status, code, errors FROM lines WHERE code IS NOT NULL ORDER BY file, line",
    ).iterate();
    for (const row of rows) {
      yield {
        file: Number(row.file),
        line: Number(row.line),
        status: row.status === null ? null : Number(row.status),
        code: String(row.code),
        errors: JSON.parse(String(row.errors)),
      };
    }
  }
}
