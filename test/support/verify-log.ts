import { exportedEvent } from "../../src/contract/log/line.ts";
import type { EarlierEvents } from "../../src/domain/log/derived.ts";
import type { Gap } from "../../src/domain/log/gaps.ts";
import type { LogLine } from "../../src/domain/log/line.ts";
import { LogVerifier, type Verified } from "../../src/domain/log/verify.ts";

/** The earlier events of a log that is small enough for memory. */
function inMemory(): EarlierEvents {
  const last = new Map<string, number>();
  return {
    lastOf: (category, id) => last.get(`${category} ${id}`) ?? null,
    note: (category, id, sequence) => void last.set(`${category} ${id}`, sequence),
  };
}

/** What `verify` says of a log. */
export function verifyLog(lines: Iterable<LogLine>): Verified & { readonly gaps: readonly Gap[] } {
  const gaps: Gap[] = [];
  const log = new LogVerifier(inMemory(), (gap) => void gaps.push(gap));
  for (const line of lines) log.add(line);
  return { ...log.verified, gaps };
}

/** The events of an exported text. */
export const linesIn = (text: string): LogLine[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => exportedEvent.parse(JSON.parse(line)));
