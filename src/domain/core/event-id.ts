/** Random bits that an id needs, as bytes. */
export const EVENT_ID_RANDOM_BYTES = 5;

const SEQUENCE_BITS = 40n;
const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-7([0-9a-f]{3})-([89ab][0-9a-f]{3})-([0-9a-f]{12})$/i;

/**
 * A UUIDv7 (RFC 9562, 5.7) whose last 40 bits are the tenant's event sequence, so that a lookup by id is a lookup by
 * primary key and the log needs no index for it. `ms` are milliseconds since 1970.
 */
export function eventId(ms: number, sequence: number, random: Uint8Array): string {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = random;
  const randomA = ((b3 & 0xf) << 8) | b4;
  const randomB = ((b0 & 0x3) << 20) | (b1 << 12) | (b2 << 4) | (b3 >> 4);
  const time = hex(ms, 12);
  const variant = hex(0x8000 | (randomB >> 8), 4);
  const last = hex(randomB & 0xff, 2) + hex(sequence, 10);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(randomA, 3)}-${variant}-${last}`;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/** The sequence inside an id made by `eventId`, or null for any other text. */
export function sequenceOf(id: string): number | null {
  const match = UUID.exec(id);
  if (!match) return null;
  return Number(BigInt(`0x${match[4]}${match[5]}`) & ((1n << SEQUENCE_BITS) - 1n));
}

/**
 * The id of the entry at `position` among an event's entries, made of the id of the first: the next ones differ in the
 * random bits, so that they still contain their sequence.
 */
export function entryIdAt(first: string, position: number): string {
  if (position === 0) return first;
  const hex = first.replaceAll("-", "");
  const low = BigInt(`0x${hex.slice(16)}`);
  const randomB = (low >> SEQUENCE_BITS) & 0x3fffffn;
  const next = (randomB + BigInt(position)) & 0x3fffffn;
  const moved = (low & ~(0x3fffffn << SEQUENCE_BITS)) | (next << SEQUENCE_BITS);
  const text = hex.slice(0, 16) + moved.toString(16).padStart(16, "0");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    "-",
  );
}
