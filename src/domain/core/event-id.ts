/** Random bits that an id needs, as bytes. */
export const EVENT_ID_RANDOM_BYTES = 5;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** The places of an id's 22 later random bits, with the hyphen between them, and of its sequence behind them. */
const LATER_RANDOM = 19;
const SEQUENCE = 26;
const LATER_RANDOM_MASK = 0x3fffff;
const VARIANT = 0x800000;

/**
 * A UUIDv7 (RFC 9562, 5.7) whose last 40 bits are the tenant's event sequence, so that a lookup by id is a lookup by
 * primary key and the log needs no index for it. `ms` are milliseconds since 1970.
 */
export function eventId(ms: number, sequence: number, random: Uint8Array): string {
  const [time, bits] = [hex(ms, 12), random.toHex()];
  const later = laterRandom(Number.parseInt(bits.slice(1, 7), 16));
  return `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(7)}-${later}${hex(sequence, 10)}`;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** The lowest 22 bits behind the UUID's variant, as an id has them. */
function laterRandom(bits: number): string {
  const digits = hex(VARIANT | (bits & LATER_RANDOM_MASK), 6);
  return `${digits.slice(0, 4)}-${digits.slice(4)}`;
}

/** The sequence inside an id made by `eventId`, or null for any other text. */
export function sequenceOf(id: string): number | null {
  return UUID.test(id) ? Number.parseInt(id.slice(SEQUENCE), 16) : null;
}

/**
 * The id of the entry at `position` among an event's entries, made of the id of the first: the next ones differ in the
 * random bits, so that they still contain their sequence.
 */
export function entryIdAt(first: string, position: number): string {
  const random = Number.parseInt(first.slice(LATER_RANDOM, SEQUENCE).replace("-", ""), 16);
  return first.slice(0, LATER_RANDOM) + laterRandom(random + position) + first.slice(SEQUENCE);
}
