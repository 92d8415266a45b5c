import { type StoredDate, storedInstant } from "../core/dates.ts";
import type { EventFacts, Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import { invalid } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { assessClient } from "./client.ts";
import { assessDisbursement, disbursementFacts, disbursementLinks, reassignment } from "./disbursement.ts";
import {
  type Client,
  clientFields,
  type Disbursement,
  disbursementFields,
  type Fields,
  type Operation,
  operationFields,
  type Payment,
  paymentFields,
} from "./fields.ts";
import { assessOperation, operationFacts } from "./operation.ts";
import { assessPayment, paymentWarnings } from "./payment.ts";
import {
  type Assessed,
  alreadyExists,
  changeErrors,
  changesBetween,
  created,
  deleted,
  isLive,
  notFound,
  updated,
} from "./record.ts";
import type { Accepted, Effect, IngestCommand, RecordState, Stored } from "./state.ts";
import type { Warning } from "./warnings.ts";

/** What sets one category apart; everything else about create, update and delete is the same for all. */
interface Rules<T extends object> {
  readonly fields: Fields;
  readonly stored: (state: RecordState) => ReadonlyMap<string, Stored<T>>;
  readonly assess: (state: RecordState, current: T | null, change: IngestCommand["change"]) => Assessed<T>;
  readonly put: (stored: Stored<T>) => Effect;
  readonly facts: (record: T, change: IngestCommand["change"], before: T | null) => EventFacts;
  /** What is odd about the record after the event; `day` is today. */
  readonly warnings?: (state: RecordState, record: T, day: StoredDate) => readonly Warning[];
  /** Effects on other rows; `after` is null when the record is deleted. */
  readonly links?: (before: T | null, after: T | null, change: IngestCommand["change"]) => readonly Effect[];
  /** Effects on the dependants that a deleted record of this id has left; its successor takes them over. */
  readonly succeed?: (deleted: T, record: T) => readonly Effect[];
}

const clientRules: Rules<Client> = {
  fields: clientFields,
  stored: (state) => state.client,
  assess: (_, current, change) => assessClient(current, change),
  put: (stored) => ({ type: "put", category: "client", stored }),
  facts: () => ({}),
};

const disbursementRules: Rules<Disbursement> = {
  fields: disbursementFields,
  stored: (state) => state.disbursement,
  assess: assessDisbursement,
  put: (stored) => ({ type: "put", category: "disbursement", stored }),
  facts: disbursementFacts,
  links: disbursementLinks,
  succeed: reassignment,
};

const paymentRules: Rules<Payment> = {
  fields: paymentFields,
  stored: (state) => state.payment,
  assess: assessPayment,
  put: (stored) => ({ type: "put", category: "payment", stored }),
  facts: ({ disbursement_id, currency }) => ({ disbursement_id, currency }),
  warnings: paymentWarnings,
};

const operationRules: Rules<Operation> = {
  fields: operationFields,
  stored: (state) => state.operation,
  assess: assessOperation,
  put: (stored) => ({ type: "put", category: "operation", stored }),
  facts: operationFacts,
};

/**
 * Decides one ingest event against the records that it names (docs/api.md#ingest). Pure: the clock and the ids come with the
 * stamp, the records with the state. Order of refusals: 404, the record's own rules, 409, references.
 */
export function decide(state: RecordState, command: IngestCommand, stamp: Stamp): Result<Accepted, Problem> {
  switch (command.category) {
    case "client":
      return decideRecord(clientRules, state, command, stamp);
    case "disbursement":
      return decideRecord(disbursementRules, state, command, stamp);
    case "payment":
      return decideRecord(paymentRules, state, command, stamp);
    case "operation":
      return decideRecord(operationRules, state, command, stamp);
  }
}

const today = ({ now }: Stamp): StoredDate => storedInstant(now).slice(0, 10);

function decideRecord<T extends object>(
  rules: Rules<T>,
  state: RecordState,
  command: IngestCommand,
  stamp: Stamp,
): Result<Accepted, Problem> {
  const found = rules.stored(state).get(command.id);
  const live = isLive(found) ? found : null;
  if (command.step === "create") return decideCreate(rules, state, command, stamp, found);
  if (!live) return err(notFound(command.category, command.id));
  return command.step === "delete"
    ? ok(decideDelete(rules, live, stamp))
    : decideUpdate(rules, state, command, stamp, live);
}

function decideCreate<T extends object>(
  rules: Rules<T>,
  state: RecordState,
  command: IngestCommand,
  stamp: Stamp,
  found: Stored<T> | undefined,
): Result<Accepted, Problem> {
  const { record, own, references } = rules.assess(state, null, command.change);
  if (found?.deleted_at === null)
    return err(own.length > 0 ? invalid(own) : alreadyExists(command.category, command.id));
  const errors = [...own, ...references];
  if (errors.length > 0) return err(invalid(errors));
  return ok({
    effects: [
      rules.put(created(record, stamp)),
      ...(rules.links?.(null, record, command.change) ?? []),
      ...(found ? (rules.succeed?.(found.record, record) ?? []) : []),
    ],
    facts: rules.facts(record, command.change, null),
    warnings: rules.warnings?.(state, record, today(stamp)) ?? [],
  });
}

function decideUpdate<T extends object>(
  rules: Rules<T>,
  state: RecordState,
  command: IngestCommand,
  stamp: Stamp,
  live: Stored<T>,
): Result<Accepted, Problem> {
  const before = live.record;
  const forbidden = changeErrors(rules.fields, before as Readonly<Record<string, unknown>>, command.change);
  // A refused member is judged no further: a loan with kind "purchase" lacks no operation_date.
  const refused = new Set(forbidden.map(({ field }) => field));
  const change = Object.fromEntries(Object.entries(command.change).filter(([name]) => !refused.has(name)));
  const { record, own, references } = rules.assess(state, before, change);
  const errors = [...forbidden, ...own, ...references];
  if (errors.length > 0) return err(invalid(errors));
  return ok({
    effects: [
      rules.put(updated(live, record, stamp)),
      ...(rules.links?.(before, record, command.change) ?? []),
    ],
    facts: {
      ...rules.facts(record, command.change, before),
      changes: changesBetween(rules.fields, before, record),
    },
    warnings: rules.warnings?.(state, record, today(stamp)) ?? [],
  });
}

function decideDelete<T extends object>(rules: Rules<T>, live: Stored<T>, stamp: Stamp): Accepted {
  return {
    effects: [rules.put(deleted(live, stamp)), ...(rules.links?.(live.record, null, {}) ?? [])],
    facts: rules.facts(live.record, {}, null),
    warnings: [],
  };
}
