import { expect, it } from "vitest";
import { differences } from "../../../src/cli/import/differences.ts";
import { parseJson } from "../../../src/contract/json.ts";
import type { Category } from "../../../src/domain/tape/fields.ts";

const parsed = (text: string) => {
  const json = parseJson(text);
  return (json.ok ? json.value : {}) as Record<string, unknown>;
};

const names = (category: Category, data: string, live: string) =>
  Object.keys(differences(category, parsed(data), parsed(live)));

it.each<readonly [Category, string, string, readonly string[]]>([
  [
    "payment",
    '{"payment_total":1000.00,"payment_fee":5}',
    '{"payment_total":1000,"payment_fee":5.01}',
    ["payment_fee"],
  ],
  [
    "payment",
    '{"payment_total":12345678901234.57}',
    '{"payment_total":12345678901234.56}',
    ["payment_total"],
  ],
  ["payment", '{"due_date":"2026-01-01"}', '{"due_date":"2026-01-01"}', []],
  ["payment", '{"due_date":"2026-01-01T01:00:00+01:00"}', '{"due_date":"2026-01-01T00:00:00Z"}', []],
  ["payment", '{"due_date":"2026-01-01"}', '{"due_date":"2026-01-01T00:00:00Z"}', ["due_date"]],
  ["payment", '{"bank_ref":" x "}', '{"bank_ref":"x"}', []],
  ["payment", '{"bank_ref":"  ","client_id":null}', '{"bank_ref":"x","client_id":"C"}', []],
  ["payment", '{"bank_ref":"y"}', '{"bank_ref":null}', ["bank_ref"]],
  ["payment", '{"refund":false}', '{"refund":false}', []],
  ["payment", '{"step":"create","change_date":"2026-01-01","entity_id":"x"}', "{}", []],
  ["client", '{"info":{"a":1.0,"b":"2"}}', '{"info":{"b":"2","a":1}}', []],
  ["client", '{"info":{"a":1}}', '{"info":{"a":"1"}}', ["info"]],
  [
    "disbursement",
    '{"purchase_clients":[{"client_id":"B"},{"client_id":"A"}]}',
    '{"purchase_clients":[{"client_id":"A"},{"client_id":"B"}]}',
    [],
  ],
  [
    "disbursement",
    '{"purchase_clients":[{"client_id":"A"}]}',
    '{"purchase_clients":[]}',
    ["purchase_clients"],
  ],
  ["disbursement", '{"credit_score":7e2}', '{"credit_score":700}', []],
])("a %s %s differs from the live %s in %j", (category, data, live, expected) => {
  expect(names(category, data, live)).toEqual(expected);
});
