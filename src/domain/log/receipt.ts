import type { Event } from "../core/event.ts";

/** The place of an event in the chain: what an accepted write is answered with, and what a checkpoint states. */
export type Receipt = Pick<Event, "sequence" | "hash">;

export const receiptOf = ({ sequence, hash }: Receipt): Receipt => ({ sequence, hash });

/** The value of the header `X-Log-Receipt`. */
export const receiptText = ({ sequence, hash }: Receipt): string => `sequence=${sequence}, hash="${hash}"`;

const HEADER = /^\s*sequence=([1-9][0-9]{0,14}),\s*hash="([0-9a-f]{64})"\s*$/;

/** A receipt of a text: the value of the header, or the JSON of a batch; null for any other text. */
export function readReceipt(text: string): Receipt | null {
  const [, sequence, hash] = HEADER.exec(text) ?? [];
  if (sequence !== undefined && hash !== undefined) return { sequence: Number(sequence), hash };
  const { sequence: number, hash: hex } = jsonObject(text);
  const isReceipt = Number.isSafeInteger(number) && Number(number) > 0 && /^[0-9a-f]{64}$/.test(String(hex));
  return isReceipt ? { sequence: Number(number), hash: String(hex) } : null;
}

function jsonObject(text: string): { readonly sequence?: unknown; readonly hash?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
