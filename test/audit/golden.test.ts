import { expect, it } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { lineOfLog } from "../../src/domain/log/line.ts";
import { linesIn, verifyLog } from "../support/verify-log.ts";
import { ERASED, GOLDEN_TENANT, sealedEvents } from "./golden/events.ts";
import { GOLDEN_TEXT } from "./golden/lines.ts";

it("each event is sealed as an independent program does it, from what was sent", () => {
  const lines = sealedEvents().map(({ event, entries, key }) => {
    expect(event.key_hash).toBe(keyHash(GOLDEN_TENANT, key));
    const { fingerprint, answer, trace_id, ...logged } = event;
    const erased = ERASED.includes(event.sequence) ? { private: null, salt: null } : {};
    return lineOfLog(GOLDEN_TENANT, { ...logged, ...erased }, entries);
  });
  expect(JSON.parse(JSON.stringify(lines))).toEqual(linesIn(GOLDEN_TEXT));
});

it("verify accepts its log: every kind of private text, two erasures, a restore and a switch", () => {
  expect(verifyLog(linesIn(GOLDEN_TEXT))).toMatchObject({
    ...{ fault: null, events: 21, erased: ERASED.length, erasures: 2 },
    gaps: [{ sequence: 1_019, lost_from: 19, lost_to: 1_018 }],
  });
});
