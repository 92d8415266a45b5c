import { dataHash, eventHash, hashOfEntries, privateHash } from "../../../src/domain/log/canonical.ts";
import { firstHash } from "../../../src/domain/log/hash.ts";
import type { LogLine } from "../../../src/domain/log/line.ts";

const TENANT = "large";
const CHUNK_CHARACTERS = 1 << 20;
const SALT = "00112233445566778899aabbccddeeff";
const HASH = "ab".repeat(32);
const LOAN = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"] as const;

/** The two events of a payment, expected and then paid, with what is about a person and an entry in the second. */
function contentOf(sequence: number) {
  const id = `PAY-${Math.ceil(sequence / 2)}`;
  const isPaid = sequence % 2 === 0;
  const data = isPaid
    ? `{"data":{"step":"update","payment_id":"${id}","status":"paid","payment_date":"2024-11-20"},"facts":{"currency":"USD"}}`
    : `{"data":{"step":"create","payment_id":"${id}","disbursement_id":"L-1","status":"expected","due_date":"2024-11-20","payment_total":500,"currency":"USD"},"facts":{}}`;
  const entries: LogLine["entries"] = isPaid
    ? [
        {
          ...{ journal_entry_id: `e-${sequence}`, event_type: "payment_received", currency: "USD" },
          ...{ layer: "SETTLED", effective_at: "2024-11-20", value_date: "2024-11-20" },
          lines: [
            [1, "1000", "DR", "50000", ...LOAN, "main"],
            [2, "1100", "CR", "50000", ...LOAN, null],
          ],
        },
      ]
    : [];
  const own = isPaid ? `{"data":{"bank_ref":"B-${sequence}"},"facts":{}}` : null;
  return {
    id,
    data,
    entries,
    own,
    step: isPaid ? "update" : "create",
    previous: isPaid ? sequence - 1 : null,
  };
}

/** The text of a log of payments that fits, in chunks of whole lines. Returns the hash of its last event. */
export function* largeLog(events: number): Generator<string, string> {
  let previous = firstHash(TENANT);
  let text = "";
  for (let sequence = 1; sequence <= events; sequence += 1) {
    const line = lineAfter(previous, sequence);
    previous = line.hash;
    text += `${JSON.stringify(line)}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield text;
  return previous;
}

function lineAfter(previous: string, sequence: number): LogLine {
  const { id, data, entries, own, step, previous: before } = contentOf(sequence);
  const private_hash = own === null ? null : privateHash(SALT, own);
  const person = own === null ? null : "client:C-1";
  const journal_entries_hash = hashOfEntries(entries);
  const hashed = {
    ...{ tenant_id: TENANT, sequence, event_id: `event-${sequence}`, category: "payment", step },
    ...{
      key_hash: HASH,
      created_at: 1_730_000_000_000 + sequence,
      data_hash: dataHash(data),
      actor: "robot",
    },
  };
  const hash = eventHash(previous, {
    ...{ ...hashed, record_id: id, private_hash, person },
    journal_entries_hash,
  });
  return {
    ...{ ...hashed, id, private_hash: private_hash ?? undefined, person: person ?? undefined },
    ...{ journal_entries_hash: journal_entries_hash ?? undefined, hash, data, private: own },
    ...{ salt: own === null ? null : SALT, previous_sequence: before, makes_history: false, entries },
  };
}
