import { isNegative, isZero, wholeOf } from "./decimals.ts";
import type { SimEvent } from "./events.ts";
import { CHANGE_FIELDS, FIELDS, type FieldRule, idFieldOf } from "./fields.ts";
import type { Wire } from "./values.ts";

/** Field errors by path below `data`. */
export type Faults = Map<string, string>;

/** What an event's members say on their own, before any rule between them. */
export interface Shape {
  readonly faults: Faults;
  /** The readable members; an amount is still text, a cleared one null. */
  readonly change: ReadonlyMap<string, unknown>;
}

function numberFault(type: FieldRule["type"], text: string): string | null {
  if (type === "integer") return wholeOf(text) === null ? "invalid_value" : null;
  if (type === "positive") return isZero(text) || isNegative(text) ? "invalid_value" : null;
  return type === "amount" && isNegative(text) ? "invalid_value" : null;
}

const NUMBERS: readonly FieldRule["type"][] = ["positive", "amount", "signed", "integer", "number"];

/** The kind that a create names, when it can be read. */
const kindOf = ({ members }: SimEvent) => (members.kind?.fault ? null : (members.kind?.value ?? null));

const IDENTIFYING = ["name", "email", "phone", "address", "registration_number", "gender", "contact_person"];

/** A field that is optional for an anonymous client; whether one may be anonymous is decided with the tenant's state. */
export const isIdentifying = ({ category }: SimEvent, name: string): boolean =>
  category === "client" && IDENTIFYING.includes(name);

/** True when the event cannot do without the field. */
function needs(event: SimEvent, name: string, rule: FieldRule): boolean {
  if (name === idFieldOf(event.category)) return true;
  if (!rule.required || isIdentifying(event, name) || event.step === "delete") return false;
  if (event.step === "update") return false;
  return !rule.kind || rule.kind === kindOf(event);
}

function memberFault(event: SimEvent, name: string, rule: FieldRule, wire: Wire): string | null {
  const { step } = event;
  const isForeign = step === "create" && rule.kind && kindOf(event) !== null && rule.kind !== kindOf(event);
  if (isForeign) return wire.json === "null" ? null : "unsupported_field";
  if (wire.json === "null") {
    const cannotClear = step === "update" && rule.required && !rule.kind && !isIdentifying(event, name);
    return needs(event, name, rule) || cannotClear ? "required" : null;
  }
  if (wire.fault) return wire.fault;
  // A full write-off: only an update may say that nothing is financed any more.
  const type = name === "disbursement_amount" && step === "update" ? "amount" : rule.type;
  return NUMBERS.includes(type) ? numberFault(type, String(wire.value)) : null;
}

/** docs/api.md#ingest, "Values": every member by itself. */
export function shapeOf(event: SimEvent): Shape {
  const faults: Faults = new Map();
  const change = new Map<string, unknown>();
  const known: Readonly<Record<string, FieldRule>> =
    (event.category === "disbursement" && event.step === "update") || event.category === "payment"
      ? { ...FIELDS[event.category], ...CHANGE_FIELDS }
      : FIELDS[event.category];
  for (const [name, wire] of Object.entries(event.members)) {
    const rule = known[name];
    const fault = rule ? memberFault(event, name, rule, wire) : (wire.fault ?? "unknown_field");
    if (fault) faults.set(name, fault);
    else change.set(name, wire.value);
  }
  for (const [name, rule] of Object.entries(known)) {
    if (needs(event, name, rule) && event.members[name] === undefined) faults.set(name, "required");
  }
  return { faults, change };
}
