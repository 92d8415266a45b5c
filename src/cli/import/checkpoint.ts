import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { Category } from "../../domain/tape/fields.ts";
import type { LineRoute } from "./envelope.ts";
import type { LinePlace, LineSubject, Refusal } from "./line.ts";

/** The states of an event; `refusedForGood` was sent, and is not sent again. */
export const STATE = {
  waiting: 0,
  done: 1,
  refused: 2,
  refusedHere: 3,
  parentRefused: 4,
  refusedForGood: 5,
} as const;
export type EventState = (typeof STATE)[keyof typeof STATE];

/** What became of an accepted event; the greater one says what became of its row. */
export const OUTCOME = { unchanged: 1, deleted: 2, updated: 3, created: 4 } as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

/** One event as the checkpoint stores it. */
interface StoredEvent extends LinePlace, LineSubject {
  readonly pass: number;
  readonly state: EventState;
  /** Null for an event that is not sent, as is the line of its batch. */
  readonly route: Pick<LineRoute, "step" | "references"> | null;
  readonly body: string | null;
  /** What only an update of the record would say (`--upsert`). */
  readonly change: string | null;
}

/** An event that waits to be sent. */
export interface WaitingEvent extends LinePlace, LineRoute {
  readonly body: string;
  readonly change: string | null;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lines (
    file INTEGER NOT NULL, line INTEGER NOT NULL, event INTEGER NOT NULL, pass INTEGER NOT NULL,
    state INTEGER NOT NULL, outcome INTEGER, category TEXT, id TEXT, route TEXT, status INTEGER, code TEXT, errors TEXT,
    body TEXT, change TEXT, PRIMARY KEY (file, line, event)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS occurrences (hash BLOB PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    category TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, currency TEXT, accepted INTEGER NOT NULL,
    refused INTEGER NOT NULL, PRIMARY KEY (category, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deletes (
    category TEXT NOT NULL, id TEXT NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL, event INTEGER NOT NULL,
    PRIMARY KEY (category, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS currencies (
    category TEXT NOT NULL, id TEXT NOT NULL, currency TEXT, PRIMARY KEY (category, id)
  ) STRICT, WITHOUT ROWID;`;

const PAGE_ROWS = 500;

/**
 * The state of an import's events, in a SQLite file: memory stays constant for any number of lines, and the next run
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
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;",
      );
      database.exec(TABLES);
      // A checkpoint of an earlier version has other columns.
      database.prepare("SELECT route FROM lines LIMIT 1").all();
      return ok(new Checkpoint(database));
    } catch (error) {
      database.close();
      const busy = String(error).includes("locked");
      return err(
        busy
          ? `Another import is using ${path}.`
          : `${path} is not a checkpoint of this version. Delete it, or name another.`,
      );
    }
  }

  close(): void {
    this.#database.close();
  }

  run(sql: string, ...parameters: SQLInputValue[]) {
    return this.prepared(sql).run(...parameters);
  }

  prepared(sql: string): StatementSync {
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
  begin(): { flush: () => void; end: () => void; undo: () => void } {
    this.#database.exec("BEGIN");
    return {
      flush: () => this.#database.exec("COMMIT; BEGIN"),
      end: () => this.#database.exec("COMMIT"),
      undo: () => this.#database.exec("ROLLBACK"),
    };
  }

  meta(name: string): string | null {
    const row = this.prepared("SELECT value FROM meta WHERE name = ?").get(name);
    return row ? String(row.value) : null;
  }

  setMeta(name: string, value: string): void {
    this.run(
      "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      value,
    );
  }

  /** Deletes the events, so that the files are read again. */
  clear(): void {
    this.#database.exec(
      "DELETE FROM lines; DELETE FROM occurrences; DELETE FROM records; DELETE FROM deletes;",
    );
  }

  /** Counts this envelope and returns how often it has occurred: 1 for the first time. */
  countOccurrence(hash: string): number {
    const { changes } = this.run("INSERT OR IGNORE INTO occurrences VALUES (unhex(?), 1)", hash);
    if (changes === 1) return 1;
    const row = this.prepared(
      "UPDATE occurrences SET count = count + 1 WHERE hash = unhex(?) RETURNING count",
    ).get(hash);
    return Number(row?.count);
  }

  addEvent(event: StoredEvent, refusal: Refusal | null): void {
    const { file, line, event: number, pass, state, category, id, body, change } = event;
    const errors = refusal ? JSON.stringify(refusal.errors) : null;
    const route = event.route ? JSON.stringify(event.route) : null;
    this.run(
      "INSERT INTO lines VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...[file, line, number, pass, state, category, id, route],
      ...[refusal?.status ?? null, refusal?.code ?? null, errors, body, change],
    );
  }

  settle(
    { file, line, event }: LinePlace,
    state: EventState,
    refusal: Refusal | null,
    outcome?: Outcome,
  ): void {
    // What is stored is not kept here any longer.
    this.run(
      `UPDATE lines SET state = ?1, status = ?2, code = ?3, errors = ?4, outcome = ?5,
         body = CASE ?1 WHEN ${STATE.done} THEN NULL ELSE body END WHERE file = ?6 AND line = ?7 AND event = ?8`,
      ...[state, refusal?.status ?? null, refusal?.code ?? null],
      ...[refusal ? JSON.stringify(refusal.errors) : null, outcome ?? null, file, line, event],
    );
  }

  /** Makes events that the service refused wait again: their parents may exist now. */
  retryRefused(): void {
    this.run(
      "UPDATE lines SET state = 0, status = NULL, code = NULL, errors = NULL WHERE state IN (?, ?)",
      ...[STATE.refused, STATE.parentRefused],
    );
    this.run("UPDATE records SET refused = 0");
  }

  /** How many events there are, and how many of each pass wait. */
  counts(): { readonly total: number; readonly waiting: ReadonlyMap<number, number> } {
    const rows = this.prepared(
      `SELECT pass, count(*) AS total, total(state = ${STATE.waiting}) AS waiting FROM lines GROUP BY pass`,
    ).all();
    return {
      total: rows.reduce((sum, { total }) => sum + Number(total), 0),
      waiting: new Map(rows.map(({ pass, waiting }) => [Number(pass), Number(waiting)])),
    };
  }

  /** Waiting events of a pass in the order of the files, or from the last to the first. */
  *waiting(pass: number, backwards: boolean): Generator<WaitingEvent> {
    const [sign, order] = backwards ? ["<", "DESC"] : [">", "ASC"];
    const page = this.prepared(
      `SELECT file, line, event, category, id, route, body, change FROM lines
       WHERE pass = ? AND state = 0 AND (file, line, event) ${sign} (?, ?, ?)
       ORDER BY file ${order}, line ${order}, event ${order} LIMIT ${PAGE_ROWS}`,
    );
    let place: [number, number, number] = backwards ? [Number.MAX_SAFE_INTEGER, 0, 0] : [-1, 0, 0];
    for (;;) {
      const rows = page.all(pass, ...place);
      for (const row of rows) {
        const [file, line, event] = [Number(row.file), Number(row.line), Number(row.event)];
        place = [file, line, event];
        const { step, references } = JSON.parse(String(row.route));
        const route = { category: row.category as Category, id: String(row.id), step, references };
        const change = row.change === null ? null : String(row.change);
        yield { file, line, event, ...route, body: String(row.body), change };
      }
      if (rows.length === 0) return;
    }
  }

  /** Moves a delete that further lines of its record follow into the pass of its category. */
  moveDelete(category: Category, id: string, pass: number): void {
    this.run(
      `UPDATE lines SET pass = ? WHERE (file, line, event) IN
         (SELECT file, line, event FROM deletes WHERE category = ? AND id = ?)`,
      ...[pass, category, id],
    );
    this.run("DELETE FROM deletes WHERE category = ? AND id = ?", category, id);
  }

  addDelete({ file, line, event }: LinePlace, category: Category, id: string): void {
    this.run("INSERT INTO deletes VALUES (?, ?, ?, ?, ?)", category, id, file, line, event);
  }
}
