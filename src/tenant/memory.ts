import { LRUCache } from "lru-cache";
import { type Bookkeeping, type BooksState, noBooksState, recordKey } from "../domain/bookkeeping/booked.ts";
import { noClosingState } from "../domain/closing/closing.ts";
import type { Command } from "../domain/command.ts";
import type { Day } from "../domain/core/dates.ts";
import { DEFAULT_SETTINGS, type Settings } from "../domain/core/settings.ts";
import { ledgerLoanId } from "../domain/core/uuid.ts";
import { noErasureState } from "../domain/erasure/erasure.ts";
import { noLedgerState } from "../domain/ledger/state.ts";
import { perCategory } from "../domain/tape/categories.ts";
import type { Seen } from "../store/fence.ts";
import type { Loaded } from "../store/load.ts";
import type { Plan } from "./plan.ts";
import { type Key, keepState, keysOf, nameOf, type Remembered } from "./remembered.ts";

/** Bytes that a gate's memory takes, roughly: an isolate has 128 MB and may hold dozens of gates. */
const MEMORY_BYTES_MAX = 4_000_000;

/** A group of commands whose needs are recalled. */
interface Recalled {
  readonly into: Loaded;
  /** Names of the records that its commands create. */
  readonly made: Set<string>;
  readonly taken: Set<string>;
}

/**
 * What a gate remembers of its tenant's last load or commit: the head of the log, and as of that head some records,
 * loans and booked parts (docs/design.md#one-round-trip). The gate is the only writer, so it may decide on them without a
 * load, if the commit is void when the log no longer ends at that head. What is not remembered is unknown, never absent.
 */
export class GateMemory {
  #seen: Seen | null = null;
  #bookkeeping: (Bookkeeping & Pick<BooksState, "namespace">) | null = null;
  #settings: Settings = DEFAULT_SETTINGS;
  #closedThrough: Day | null = null;
  readonly #known = new LRUCache<string, Remembered>({
    maxSize: MEMORY_BYTES_MAX,
    sizeCalculation: ({ bytes }) => bytes,
  });

  /** False where it is known that the tenant's books do not come from its records. */
  get mayBook(): boolean {
    return this.#bookkeeping?.mode !== "off";
  }

  /** The tenant's settings as of the last load or commit. */
  get settings(): Settings {
    return this.#settings;
  }

  /** What deciding the group needs, or null when some of it is not remembered. */
  recall(commands: readonly Command[], now: number): Loaded | null {
    if (this.#seen === null || this.#bookkeeping === null) return null;
    const { namespace, ...bookkeeping } = this.#bookkeeping;
    const books = noBooksState(bookkeeping, namespace);
    const into = {
      ...this.#seen,
      isRestored: false,
      seen: [],
      state: perCategory(() => new Map()),
      ledger: noLedgerState(),
      books,
      erasures: noErasureState(),
      accounts: new Map(),
      facilities: new Map<string, number>(),
      settings: { now: this.#settings },
      closed_through: this.#closedThrough,
      closing: noClosingState(),
    };
    const group: Recalled = { into, made: new Set(), taken: new Set() };
    for (const command of commands) {
      if (command.type !== "ingest" || command.step !== "create") continue;
      group.made.add(nameOf({ kind: command.category, id: command.id }));
    }
    const keys = keysOf(commands, now, bookkeeping.mode === "records");
    return keys?.every((key) => this.#take(key, group)) ? into : null;
  }

  /** Adds what the key names, and what is needed with it; false when some of it must be loaded. */
  #take(key: Key, group: Recalled): boolean {
    const name = nameOf(key);
    const row = this.#known.get(name);
    if (!row) return isAbsent(key, group);
    if (key.day !== undefined && row.from !== undefined && row.from > key.day) return false;
    if (group.taken.has(name)) return true;
    group.taken.add(name);
    row.put(group.into);
    return row.with.every((one) => this.#take(one, group));
  }

  /** Takes over what a group was decided on, as its commands have left it: `plan` is written by now. */
  learn(loaded: Loaded, plan: Plan): void {
    const { head: before, rewrites, books } = loaded;
    const { head: seen } = this.#seen ?? {};
    const isSameLog = seen?.event_id === before.event_id && seen.sequence === before.sequence;
    const isSame = isSameLog && this.#seen?.rewrites === rewrites;
    if (!isSame || this.#bookkeeping?.version !== books.version) this.forget();
    const { mode, settle_bank, version, namespace } = books;
    this.#bookkeeping = { mode, settle_bank, version, namespace };
    this.#settings = loaded.settings.now;
    this.#closedThrough = plan.writes.closing ? plan.writes.closing.closed_through : loaded.closed_through;
    // The payments of a loan that changed hands are not all in sight.
    if (plan.writes.reassigned.size > 0) this.#known.clear();
    const { sequence, event_id, created_at, hash } = plan.head;
    this.#seen = { head: { sequence, event_id, created_at, hash }, rewrites };
    keepState(loaded, (key, row) => {
      if (row) this.#known.set(nameOf(key), row);
      else this.#known.delete(nameOf(key));
    });
  }

  forget(): void {
    this.#seen = null;
    this.#bookkeeping = null;
    this.#known.clear();
  }
}

/**
 * Whether what is not remembered counts as absent: what the group creates, or opens, is a plain INSERT, which voids the
 * commit if it is there.
 */
function isAbsent({ kind, id }: Key, { into, made }: Recalled): boolean {
  const { books, state } = into;
  switch (kind) {
    case "loan":
      // A posting opens the loan or is refused, and no refusal is decided from memory.
      return true;
    case "bank":
    case "parts":
      return false;
    case "terms":
      return made.has(`disbursement ${id}`) && !state.disbursement.has(id);
    case "booked":
      books.asked.add(ledgerLoanId(books.namespace, id));
      return made.has(`disbursement ${id}`);
    case "payment":
      books.parts.set(recordKey(kind, id), []);
      return made.has(`payment ${id}`);
    default:
      return made.has(`${kind} ${id}`);
  }
}
