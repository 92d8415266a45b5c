import { readBounded } from "./body.ts";

/** The bytes with which a member begins: magic and the only method (RFC 1952 section 2.3). */
const MAGIC = [0x1f, 0x8b, 0x08] as const;
/** Beyond this many times its length a body is not unpacked again: its members end nowhere. */
const PASSES_MAX = 8;

/**
 * Unpacks gzip of one or more members (RFC 1952 section 2.2), at most `max` bytes in all. The platform unpacks one member
 * and refuses a byte after its end, so a member is tried up to each place where the next one may begin; its checksum says
 * whether it ends there.
 */
export async function gunzip(
  packed: Uint8Array<ArrayBuffer>,
  max: number,
): Promise<Uint8Array | "too_large" | "cut_off"> {
  const ends = [...starts(packed).slice(1), packed.length];
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let [start, length, tried] = [0, 0, 0];
  for (const end of ends) {
    tried += end - start;
    if (tried > PASSES_MAX * packed.length) return "cut_off";
    const member = await unpack(packed.subarray(start, end), max - length);
    if (member === "too_large") return member;
    if (member === "cut_off") continue;
    parts.push(member);
    length += member.length;
    start = end;
  }
  if (start < packed.length) return "cut_off";
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function starts(packed: Uint8Array): readonly number[] {
  const found: number[] = [];
  for (let at = packed.indexOf(MAGIC[0]); at >= 0; at = packed.indexOf(MAGIC[0], at + 1)) {
    if (MAGIC.every((byte, index) => packed[at + index] === byte)) found.push(at);
  }
  return found;
}

const unpack = (member: Uint8Array<ArrayBuffer>, max: number) =>
  readBounded(new Blob([member]).stream().pipeThrough(new DecompressionStream("gzip")), max);
