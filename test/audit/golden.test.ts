import { expect, it } from "vitest";
import { eventHash, privateHash } from "../../src/domain/log/canonical.ts";
import { firstHash } from "../../src/domain/log/hash.ts";
import { verifyLog } from "../support/verify-log.ts";
import { goldenLines } from "./golden/lines.ts";
import log from "./golden/log.json" with { type: "json" };

it("the chain is the one that an independent program makes of the same log", () => {
  let previous = firstHash(log.tenant);
  const lines = goldenLines();
  for (const [index, golden] of log.events.entries()) {
    const line = lines[index];
    if (!line) throw new Error("a golden event is not exported");
    const { data_hash, key_hash, person = null, actor = null, journal_entries_hash = null } = line;
    const private_hash = line.private === null ? null : privateHash(line.salt ?? "", line.private);
    const hashed = { ...line, record_id: line.id, private_hash, person, actor, journal_entries_hash };
    previous = eventHash(previous, hashed);
    const made = { hash: previous, data_hash, key_hash, private_hash, journal_entries_hash };
    expect(made, `sequence ${line.sequence}`).toEqual({
      hash: golden.hash,
      data_hash: golden.data_hash,
      key_hash: golden.key_hash,
      private_hash: golden.private_hash ?? null,
      journal_entries_hash: golden.journal_entries_hash ?? null,
    });
  }
});

it("verify accepts it", () => {
  expect(verifyLog(goldenLines())).toMatchObject({ fault: null, events: 12, erased: 0, gaps: [] });
});
