import { describe, expect, it } from "vitest";
import type { WebhookType } from "../../src/domain/core/webhook.ts";
import { accessFault, accessible, type Caller, NOT_FOUND } from "../../src/webhooks/access.ts";
import { createdEndpoint } from "../../src/webhooks/endpoint.ts";

const RECORDS = "records:read";
const LEDGER = "hpts:ledger:read";
const caller = (lacking: Caller["lacking"]): Caller => ({ tenant: "t", lacking });
const endpoint = (...event_types: readonly WebhookType[]) =>
  createdEndpoint({
    ...{ endpoint_id: "e", url: "https://example.com/", own_host: "o", description: null, created_at: 1 },
    ...{ event_types, secret: { key_id: "k", nonce: "n", ciphertext: "c" }, from: 1 },
  });
const refusal = (scope: string) => ({
  code: "insufficient_scope",
  detail: `This request needs the scope ${scope}, which the token does not grant.`,
  scope,
});

/** What the token lacks, the types that are asked for, and the scope that the refusal names. */
const TABLE: readonly (readonly [Caller["lacking"], readonly WebhookType[], string | null])[] = [
  [{}, ["recordChanged", "journalEntryPosted", "historyAdded"], null],
  [{ recordChanged: RECORDS }, [], null],
  [{ recordChanged: RECORDS }, ["journalEntryPosted"], null],
  [{ recordChanged: RECORDS }, ["recordChanged"], RECORDS],
  [{ recordChanged: RECORDS }, ["journalEntryPosted", "recordChanged"], RECORDS],
  [{ journalEntryPosted: LEDGER, historyAdded: RECORDS }, ["recordChanged", "historyAdded"], RECORDS],
  [{ journalEntryPosted: LEDGER, historyAdded: RECORDS }, ["journalEntryPosted", "historyAdded"], LEDGER],
];

describe("a caller", () => {
  it.each(TABLE)("who lacks %j and asks for %j is refused for %s", (lacking, types, scope) => {
    const fault = scope === null ? null : refusal(scope);
    expect(accessFault(caller(lacking), types)).toEqual(fault);
    const [own, ...added] = types;
    const found = endpoint(...(own ? [own] : []));
    const reached = fault === null ? { ok: true, value: found } : { ok: false, error: fault };
    expect(accessible(caller(lacking), found, added)).toEqual(reached);
  });

  it("gets 404 for an endpoint that does not exist, before a scope is checked", () => {
    const found = accessible(caller({ recordChanged: RECORDS }), null, ["recordChanged"]);
    expect(found).toEqual({ ok: false, error: NOT_FOUND });
  });
});
