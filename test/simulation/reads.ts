import { isLosslessNumber } from "lossless-json";
import { expect } from "vitest";
import { parseJson } from "../../src/contract/json.ts";
import { minorOf, spelling } from "./decimals.ts";
import type { SimEvent } from "./events.ts";
import { type Category, DERIVED, FIELDS, idFieldOf, isAmount } from "./fields.ts";
import { clientIds, type Entry } from "./model.ts";
import type { Rec } from "./rules.ts";
import type { Tenant } from "./world.ts";

const CATEGORIES = Object.keys(FIELDS) as Category[];

/** A number of an answer as its text, so that no digit is lost in the comparison. */
function exact(text: string): unknown {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return withTexts(parsed.value);
}

function withTexts(value: unknown): unknown {
  if (isLosslessNumber(value)) return `number ${value.value}`;
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTexts(member)]));
}

type Row = Readonly<Record<string, unknown>>;

/** A row of an answer in the model's terms. */
function seen(category: Category, row: Row): Rec {
  const members = Object.entries({ ...FIELDS[category], ...DERIVED[category] }).map(([name, rule]) => {
    const value = row[name] ?? null;
    if (typeof value !== "string" || !value.startsWith("number ")) return [name, value];
    const digits = value.slice("number ".length);
    return [name, isAmount(rule) ? minorOf(digits, String(row.currency)) : spelling(digits)];
  });
  return Object.fromEntries(members);
}

/** A record of the model as `seen` gives it. */
function expected(category: Category, record: Rec): Rec {
  const members = Object.entries({ ...FIELDS[category], ...DERIVED[category] }).map(([name, { type }]) => {
    const value = record[name] ?? null;
    const isCount = (type === "integer" || type === "number") && value !== null;
    return [name, isCount ? spelling(String(value)) : value];
  });
  return Object.fromEntries(members);
}

/** Reads back one by one what a round's events have written. */
export async function checkTouched(tenant: Tenant, events: readonly SimEvent[]): Promise<void> {
  for (const { category, members } of events) {
    const id = String(members[idFieldOf(category)]?.value);
    const entry = tenant.now.model.records[category].get(id);
    const answer = await tenant.api.get(`/api/tables/${category}s/${encodeURIComponent(id)}`);
    if (!entry?.live) {
      expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
      continue;
    }
    const { data } = exact(answer.text) as { data: Row };
    expect(seen(category, data)).toEqual(expected(category, entry.record));
  }
}

/** All rows of a table, page by page. */
async function list(tenant: Tenant, table: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor = ""; ; ) {
    const answer = await tenant.api.get(`/api/tables/${table}?limit=7${cursor}`);
    expect(answer.status, answer.text).toBe(200);
    const page = exact(answer.text) as {
      data: Row[];
      pagination: { has_more: boolean; next_cursor?: string };
    };
    rows.push(...page.data);
    if (!page.pagination.has_more) return rows;
    cursor = `&cursor=${encodeURIComponent(page.pagination.next_cursor ?? "")}`;
  }
}

const byText = (values: readonly unknown[]) =>
  values
    .map((value) =>
      JSON.stringify(value, (_, member) => (typeof member === "bigint" ? `${member}n` : member)),
    )
    .sort();

/** Compares everything that the tenant can list with the model: no row more, none less, each exact. */
export async function checkLists(tenant: Tenant): Promise<void> {
  const { records, sequence } = { ...tenant.now.model, sequence: tenant.now.sequence };
  const live = (entries: ReadonlyMap<string, Entry>) => [...entries.values()].filter((entry) => entry.live);
  for (const category of CATEGORIES) {
    const rows = (await list(tenant, `${category}s`)).map((row) => seen(category, row));
    const model = live(records[category]).map(({ record }) => expected(category, record));
    expect(byText(rows)).toEqual(byText(model));
  }
  const links = (await list(tenant, "purchase_clients")).map((row) => [row.disbursement_id, row.client_id]);
  const pairs = live(records.disbursement).flatMap(({ record }) =>
    clientIds(record).map((client_id) => [record.disbursement_id, client_id]),
  );
  expect(byText(links)).toEqual(byText(pairs));
  const log = (await list(tenant, "events")).map((row) => row.sequence);
  const counted = Array.from({ length: sequence }, (_, index) => `number ${index + 1}`);
  expect(log.toSorted()).toEqual(counted.toSorted());
}
