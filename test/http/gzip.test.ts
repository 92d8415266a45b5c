import { describe, expect, it } from "vitest";
import { gunzip } from "../../src/http/gzip.ts";

const MAX = 1_000;

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

const joined = async (...parts: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array<ArrayBuffer>(await new Blob([...parts]).arrayBuffer());

async function text(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = await gunzip(packed, MAX);
  return typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes);
}

describe("gzip", () => {
  it("has one member or several, each of them checked", async () => {
    const [one, two, empty] = [await gzip("first\n"), await gzip("second"), await gzip("")];
    expect(await text(one)).toBe("first\n");
    expect(await text(await joined(one, empty, two, one))).toBe("first\nsecondfirst\n");
    const broken = two.slice();
    broken[broken.length - 6] = (broken.at(-6) ?? 0) ^ 1;
    expect(await text(await joined(one, broken))).toBe("cut_off");
  });

  it("may hold the bytes of a member's beginning inside a member", async () => {
    // Stored, not deflated: the text stands in the member as it is.
    const inside = new Uint8Array([1, 5, 0, 250, 255, 0x1f, 0x8b, 0x08, 0x1f, 0x8b]);
    const head = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setUint32(0, crc32(inside.subarray(5)), true);
    tail[4] = 5;
    const member = await joined(head, inside, tail);
    const bytes = await gunzip(await joined(await gzip("a"), member, await gzip("b")), MAX);
    expect(bytes).toEqual(new Uint8Array([97, 0x1f, 0x8b, 0x08, 0x1f, 0x8b, 98]));
  });

  it.each([
    ["a byte after its end", async () => joined(await gzip("a"), new Uint8Array([0]))],
    ["an end that is missing", async () => (await gzip("abc")).slice(0, -1)],
    ["a second member without an end", async () => joined(await gzip("a"), (await gzip("b")).slice(0, -4))],
    ["nothing of gzip", async () => Uint8Array.from(new TextEncoder().encode("plain"))],
    [
      "one beginning after another",
      async () => new Uint8Array(3_000).map((_, at) => [0x1f, 0x8b, 8][at % 3] ?? 0),
    ],
  ] satisfies readonly [string, () => Promise<Uint8Array<ArrayBuffer>>][])(
    "is refused with %s",
    async (_, packed) => {
      expect(await text(await packed())).toBe("cut_off");
    },
  );

  it("is counted over all its members", async () => {
    const half = await gzip("x".repeat(MAX / 2));
    expect((await text(await joined(half, half))).length).toBe(MAX);
    expect(await text(await joined(half, half, await gzip("x")))).toBe("too_large");
  });
});

function crc32(bytes: Uint8Array): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
