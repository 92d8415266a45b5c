import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/domain/log/line.ts";
import { goldenLines } from "../../audit/golden/lines.ts";
import { at, erasure, lineOf, rechained, restored } from "../../support/log-lines.ts";
import { verifyLog } from "../../support/verify-log.ts";

/** The golden log with one event changed. */
const changed = (sequence: number, change: Partial<LogLine>): LogLine[] =>
  goldenLines().map((line) => (line.sequence === sequence ? { ...line, ...change } : line));

const erased = (lines: readonly LogLine[], ...sequences: readonly number[]): LogLine[] =>
  lines.map((line) => (sequences.includes(line.sequence) ? { ...line, private: null, salt: null } : line));

describe("a log that does not fit is named by its first sequence that does not", () => {
  it.each<[string, LogLine[], number, RegExp]>([
    ["an event is missing", goldenLines().filter(({ sequence }) => sequence !== 5), 5, /missing/],
    [
      "several are",
      goldenLines().filter(({ sequence }) => sequence < 5 || sequence > 7),
      5,
      /up to 7 are missing/,
    ],
    ["the first one is", goldenLines().slice(1), 1, /missing/],
    [
      "two lines are swapped",
      goldenLines().toSpliced(4, 2, at(goldenLines(), 6), at(goldenLines(), 5)),
      5,
      /missing/,
    ],
    ["an event comes twice", goldenLines().toSpliced(4, 0, at(goldenLines(), 4)), 4, /behind the event 4/],
    [
      "the contents of two events are swapped",
      goldenLines().toSpliced(
        4,
        2,
        { ...at(goldenLines(), 6), sequence: 5 },
        { ...at(goldenLines(), 5), sequence: 6 },
      ),
      5,
      /its hash is not/,
    ],
    [
      "an event is put in at the end",
      [...goldenLines(), { ...at(goldenLines(), 3), sequence: 13 }],
      13,
      /its hash/,
    ],
    ["one is of another tenant", changed(6, { tenant_id: "other" }), 6, /of another tenant, other/],
    ["a text has no hash", changed(2, { private: "{}", salt: "00".repeat(16) }), 2, /that no hash covers/],
    ["a text has another salt", changed(4, { salt: "00".repeat(16) }), 4, /its private_hash is not/],
    ["a salt has no text", changed(3, { salt: "00".repeat(16) }), 3, /a salt and no private text/],
    [
      "a stated data_hash is not that of the data",
      changed(3, { data_hash: "00".repeat(32) }),
      3,
      /its data_hash/,
    ],
    ["it lacks its entries", changed(6, { entries: [] }), 6, /its journal_entries_hash/],
    ["its history is left out", changed(4, { makes_history: false }), 4, /its makes_history/],
    [
      "an event names another one before it",
      changed(7, { previous_sequence: 4 }),
      7,
      /is 4, .* before it is 6/,
    ],
  ])("where %s", (_, lines, sequence, why) => {
    const { fault } = verifyLog(lines);
    expect(fault).toEqual({ sequence, why: expect.stringMatching(why) });
  });

  it("also where an attacker makes all later hashes again after an event was taken out", () => {
    const without = rechained(goldenLines().filter(({ sequence }) => sequence !== 5));
    expect(verifyLog(without).fault?.sequence).toBe(5);
  });

  it("but not where the end is cut off, or content is changed and every later hash made again: that is for receipts", () => {
    expect(verifyLog(goldenLines().slice(0, 9))).toMatchObject({ fault: null, last: { sequence: 9 } });
    const forged = changed(3, { data: '{"data":{"time_zone":"Asia/Tokyo"},"facts":{}}' });
    expect(verifyLog(forged).fault?.sequence).toBe(3);
    expect(verifyLog(rechained(forged)).fault).toBeNull();
    expect(verifyLog(rechained(forged)).last?.hash).not.toBe(verifyLog(goldenLines()).last?.hash);
  });

  it("and one changed event is one fault: the next ones continue what it says of itself", () => {
    const lines = changed(4, { actor: "another" });
    expect(verifyLog(lines)).toMatchObject({ fault: { sequence: 4 }, events: 12 });
  });

  it("an entry is settled as its event says", () => {
    const settles = at(goldenLines(), 6).entries.map((entry) => ({ ...entry, settles_entry_id: "x" }));
    expect(verifyLog(changed(6, { entries: settles })).fault).toMatchObject({ sequence: 6 });
    const text = '{"data":{"disbursement_entry_id":"01A1"},"facts":{}}';
    const settled = changed(9, { step: "disbursement_settled", data: text });
    expect(verifyLog(rechained(settled)).fault?.why).toMatch(/settles_entry_id/);
    const named = settled.map((line) =>
      line.sequence === 9
        ? { ...line, entries: line.entries.map((entry) => ({ ...entry, settles_entry_id: "01a1" })) }
        : line,
    );
    expect(verifyLog(rechained(named)).fault).toBeNull();
  });

  it.each([
    "nothing",
    '{"data":{ "step":"create"},"facts":{}}',
    '{"data":{"step" :"create"},"facts":{}}',
    '{"data":{"step,"facts":{}}',
    '{"data":{"step":"create,"facts":{}}',
    '{"data":{"step"}},"facts":{}}',
    '{"data":[1],"facts":{}}',
    '{"data":{step:1},"facts":{}}',
    '{"data":{},"facts":{"}',
    '{"data":{},"facts":{}',
  ])("data that the service would not write is a fault, and no crash and no hang: %s", (data) => {
    const lines = rechained(changed(5, { data }));
    expect(verifyLog(lines).fault).toEqual({ sequence: 5, why: "its data is not as the service writes it" });
  });
});

describe("a gap", () => {
  it("is explained by the event of a restore that names exactly it, also the first one of an empty log", () => {
    const lines = rechained([...goldenLines(), restored(1_001, 12), restored(2_002, 1_001)]);
    expect(verifyLog(lines)).toMatchObject({
      fault: null,
      gaps: [
        { sequence: 1_001, lost_from: 13, lost_to: 1_000 },
        { sequence: 2_002, lost_from: 1_002, lost_to: 2_001 },
      ],
    });
    expect(verifyLog(rechained([restored(1_001, 0)]))).toMatchObject({
      fault: null,
      gaps: [{ lost_from: 1 }],
    });
  });

  it.each<[string, LogLine]>([
    ["ends earlier", restored(1_001, 12, { lost_to: 999 })],
    ["begins later", restored(1_001, 12, { lost_from: 14 })],
    ["follows another event", restored(1_001, 11, { lost_from: 13 })],
  ])("is not explained by one that %s", (_, line) => {
    const { fault, gaps } = verifyLog(rechained([...goldenLines(), line]));
    expect([fault?.sequence, gaps]).toEqual([1_001, []]);
  });

  it("needs no gap: a restore may have lost nothing that had a sequence", () => {
    expect(verifyLog(rechained([...goldenLines(), restored(13, 12)]))).toMatchObject({
      fault: null,
      gaps: [],
    });
  });
});

describe("a private text that is gone", () => {
  it("fits with a later erasure of its person", () => {
    const lines = erased(rechained([...goldenLines(), erasure(13, "C-1")]), 1, 4, 7);
    expect(verifyLog(lines)).toMatchObject({ fault: null, erased: 3, erasures: 1 });
  });

  it("of a purchase of several clients fits with one that names the purchase", () => {
    const gone = (shared: readonly string[]) =>
      erased(rechained([...goldenLines(), erasure(13, "C-9", shared)]), 5);
    expect(verifyLog(gone(["P-0", "P-1"]))).toMatchObject({ fault: null, erased: 1 });
    expect(verifyLog(gone(["P-0"])).fault).toEqual({
      sequence: 5,
      why: "its private text is gone, and no later event erases the purchase P-1",
    });
  });

  it("of a borrower fits with an erasure of the ledger", () => {
    const borrower = "22222222-2222-4222-8222-222222222222";
    const line = { ...erasure(13, borrower), category: "ledger", previous_sequence: null };
    expect(verifyLog(erased(rechained([...goldenLines(), line]), 10))).toMatchObject({
      fault: null,
      erased: 1,
    });
  });

  it("does not fit without one, with one of another person, or with an earlier one", () => {
    expect(verifyLog(erased(goldenLines(), 4)).fault).toEqual({
      sequence: 4,
      why: "its private text is gone, and no later event erases client:C-1",
    });
    const other = erased(rechained([...goldenLines(), erasure(13, "C-2")]), 4, 7);
    expect(verifyLog(other).fault?.sequence).toBe(4);
    const strange = { ...erasure(13, "C-1"), category: "settings", previous_sequence: null };
    expect(verifyLog(erased(rechained([...goldenLines(), strange]), 4)).fault?.sequence).toBe(4);
    const again = lineOf(
      { sequence: 14, category: "settings", step: "put", id: "settings", person: "client:C-1" },
      {},
    );
    const later = { ...again, private_hash: "ab".repeat(32), private: null, salt: null };
    const lines = erased(rechained([...goldenLines(), erasure(13, "C-1"), later]), 1, 4, 7);
    expect(verifyLog(lines).fault?.sequence).toBe(14);
  });

  it("of no person fits with nothing", () => {
    const { fault } = verifyLog(erased(rechained([...goldenLines(), erasure(13, "C-1")]), 8));
    expect(fault).toEqual({ sequence: 8, why: expect.stringContaining("which is about no person") });
  });

  it("is named before a later fault, and after an earlier one", () => {
    const lines = changed(6, { actor: "another" });
    expect(verifyLog(erased(lines, 4)).fault?.sequence).toBe(4);
    expect(verifyLog(erased(lines, 7)).fault?.sequence).toBe(6);
  });
});
