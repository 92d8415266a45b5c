import { parseJson } from "../../src/contract/json.ts";
import { parseIngest } from "../../src/contract/tape/ingest.ts";
import { noWrites } from "../../src/domain/command.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../src/domain/core/settings.ts";
import { perCategory } from "../../src/domain/tape/categories.ts";
import { decide } from "../../src/domain/tape/decide.ts";
import type { Category } from "../../src/domain/tape/fields.ts";
import type { LoggedEvent } from "../../src/domain/tape/past.ts";
import type { Accepted, IngestCommand, RecordState } from "../../src/domain/tape/state.ts";
import { applyEffects } from "../../src/domain/tape/writes.ts";
import { company, individual, loan, operation, payment, purchase } from "./examples.ts";

/** What a decision came to: the code of a refusal with its fields, or null. */
export interface Outcome {
  readonly refused: string | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly accepted: Accepted | null;
}

/** The command of an event as the service parses it. */
export function commandOf(category: Category, data: object): IngestCommand {
  const json = parseJson(JSON.stringify({ category, data }));
  if (!json.ok) throw new Error(json.error);
  const command = parseIngest(json.value);
  if (!command.ok) throw new Error(`the schema refuses it: ${JSON.stringify(command.error)}`);
  return command.value;
}

/** A tenant's records in memory: what the domain decides without a database, a clock or a network. */
export class Ledger {
  settings: Settings = DEFAULT_SETTINGS;
  readonly state: RecordState = perCategory(() => new Map());
  /** The accepted events. */
  readonly log: LoggedEvent[] = [];
  /** What the accepted events write; a test that sets it anew begins another group. */
  writes = noWrites();
  #sequence = 0;

  send(category: Category, data: object): Outcome {
    const command = commandOf(category, data);
    const sequence = this.#sequence + 1;
    const stamp = {
      sequence,
      event_id: `event-${sequence}`,
      journal_entry_id: "",
      now: sequence * 1000,
      settings: this.settings,
    };
    const decided = decide(this.state, command, stamp);
    if (!decided.ok) {
      const errors = decided.error.errors ?? [];
      const fields = Object.fromEntries(errors.map(({ field, code }) => [field, code]));
      return { refused: decided.error.code, fields, accepted: null };
    }
    this.#sequence = sequence;
    const { event_id, now: created_at } = stamp;
    const { currency } = decided.value.facts;
    this.log.push({ ...command, sequence, event_id, created_at, currency });
    applyEffects(this.state, this.writes, decided.value.effects, stamp);
    return { refused: null, fields: {}, accepted: decided.value };
  }

  /** Sends what the test takes for granted. */
  accept(category: Category, data: object): Accepted {
    const { accepted, refused, fields } = this.send(category, data);
    if (!accepted) throw new Error(`${refused} ${JSON.stringify(fields)}`);
    return accepted;
  }
}

/** A tenant with a client of each sort, a loan, a purchase, and a payment and an operation on the loan. */
export function stocked(): Ledger {
  const ledger = new Ledger();
  ledger.accept("client", individual);
  ledger.accept("client", company);
  ledger.accept("disbursement", loan);
  ledger.accept("disbursement", purchase);
  ledger.accept("payment", payment);
  ledger.accept("operation", operation);
  return ledger;
}

/** A refusal as `Ledger.send` gives it. */
export const refused = (code: string, fields: Readonly<Record<string, string>> = {}) => ({
  refused: code,
  fields,
  accepted: null,
});
export const invalid = (fields: Readonly<Record<string, string>>) => refused("validation_error", fields);
