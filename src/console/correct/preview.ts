import type { PositionJson } from "../../contract/position/answers.ts";
import type { Calendar } from "../../domain/core/calendar.ts";
import type { Day } from "../../domain/core/dates.ts";
import type { Stamp } from "../../domain/core/event.ts";
import { toMinor } from "../../domain/core/money.ts";
import type { Problem } from "../../domain/core/problem.ts";
import { ok, type Result } from "../../domain/core/result.ts";
import type { Loan, RowEvent } from "../../domain/position/facts.ts";
import { type Measure, type Position, positionAt } from "../../domain/position/position.ts";
import { ready } from "../../domain/position/ready.ts";
import { decide } from "../../domain/tape/decide.ts";
import type { Client } from "../../domain/tape/fields.ts";
import type { Accepted, IngestCommand, RecordState, Stored } from "../../domain/tape/state.ts";
import type { Known } from "./records.ts";

/** By what a position is reckoned. */
export interface Reckoning {
  readonly calendar: Calendar;
  readonly measure: Measure;
}

type Events = ReadonlyMap<string, readonly RowEvent[]>;

const NO_EVENTS: Events = new Map();

/** The position as of a day, computed from the records by the code of the service. */
export function positionFrom(
  { disbursement, terms, payments }: Known,
  day: Day,
  { calendar, measure }: Reckoning,
  events: Events = NO_EVENTS,
): Position {
  const loan: Loan = {
    disbursement: disbursement.record,
    terms,
    payments: [...payments.values()].map(({ record }) => ({
      ...record,
      row_events: events.get(record.payment_id) ?? null,
    })),
  };
  return positionAt(ready(loan, calendar), day, measure);
}

/** Whether a position that was computed here is the one that the service answers, in every figure. */
export function agrees(position: Position, answered: PositionJson): boolean {
  const { currency } = answered;
  const minor = (value: { readonly value: string }): bigint | null => {
    const read = toMinor(value.value, currency);
    return read.ok ? read.value : null;
  };
  const [due, last] = [position.next_due, position.last_received];
  const pairs = [
    [position.outstanding_principal, answered.outstanding_principal],
    [position.margin_due, answered.margin_due],
    [position.overpaid, answered.overpaid],
    [position.recovered, answered.recovered],
    [position.refunded, answered.refunded],
    ...(due && answered.next_due ? [[due.amount, answered.next_due.amount] as const] : []),
    ...(last && answered.last_received ? [[last.amount, answered.last_received.amount] as const] : []),
    ...(["scheduled", "received", "arrears"] as const).flatMap((name) =>
      (["total", "principal", "fee"] as const).map(
        (part) => [position[name][part], answered[name][part]] as const,
      ),
    ),
  ] as const;
  return (
    due?.due === answered.next_due?.due_date &&
    last?.day === answered.last_received?.payment_date &&
    position.state === answered.state &&
    position.days_past_due === Number(answered.days_past_due.value) &&
    pairs.every(([own, other]) => own === minor(other))
  );
}

/** What an event does, before it is sent. */
interface Preview {
  readonly position: (day: Day, reckoning: Reckoning) => Position;
  readonly warnings: Accepted["warnings"];
}

/** Decides the event by the rules of the service, and lays its effects over the records. */
export function previewEvent(
  known: Known,
  command: IngestCommand,
  stamp: Pick<Stamp, "now" | "settings">,
): Result<Preview, Problem> {
  const sequence = 1 + Math.max(...known.terms.map((row) => row.sequence));
  const ids = { event_id: "", journal_entry_id: "" };
  const decided = decide(stateOf(known, command), command, { ...stamp, ...ids, sequence });
  if (!decided.ok) return decided;
  const { effects, warnings } = decided.value;
  let { disbursement, terms } = known;
  const payments = new Map(known.payments);
  const events = new Map<string, readonly RowEvent[]>();
  for (const effect of effects) {
    if (effect.type === "put" && effect.category === "disbursement") disbursement = effect.stored;
    if (effect.type === "put" && effect.category === "payment") payments.set(effect.id, effect.stored);
    if (effect.type === "terms") terms = [...terms, { ...effect, sequence }];
    if (effect.type === "payment_terms") events.set(command.id, effect.rows);
  }
  const after: Known = { disbursement, payments, terms };
  return ok({
    position: (day, reckoning) => positionFrom(after, day, reckoning, events),
    warnings,
  });
}

/** The records that the event names. Which clients there are only the service knows: here each of them stands. */
function stateOf({ disbursement, payments }: Known, { change }: IngestCommand): RecordState {
  const { client_id, purchase_clients, disbursement_id } = disbursement.record;
  const listed = Array.isArray(change.purchase_clients) ? change.purchase_clients : [];
  const named = [client_id, change.client_id, ...(purchase_clients ?? []), ...listed];
  const clients = named.filter((id) => typeof id === "string");
  return {
    client: new Map(clients.map((id) => [id, standIn(id)])),
    disbursement: new Map([[disbursement_id, disbursement]]),
    payment: new Map(payments),
    operation: new Map(),
  };
}

function standIn(client_id: string): Stored<Client> {
  const record = {
    client_id,
    name: null,
    email: null,
    phone: null,
    address: null,
    country: "US",
    is_company: false,
    registration_number: null,
    gender: null,
    contact_person: null,
    info: null,
    erased_at: null,
  };
  return { record, created_seq: 0, updated_seq: 0, created_at: 0, updated_at: 0, deleted_at: null };
}
