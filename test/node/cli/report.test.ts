import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { LosslessNumber } from "lossless-json";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cellText, type TableCell } from "../../../src/cli/import/cell.ts";
import { sheetRows } from "../../../src/cli/import/workbook/sheet.ts";
import { parseJson } from "../../../src/contract/json.ts";
import { individual, loan, payment } from "../../support/examples.ts";
import { ImportService, scratch, tokenOf } from "../import/service.ts";

let service: ImportService;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ service, stop } = await ImportService.start());
});
afterAll(() => stop());

async function call(tenant: string, path: string, init: RequestInit = {}) {
  const headers = { ...init.headers, Authorization: `Bearer ${await tokenOf(tenant)}` };
  const answer = await fetch(`${service.url}${path}`, { ...init, headers });
  const body = await answer.text();
  expect(answer.status, body).toBeLessThan(300);
  const parsed = parseJson(body);
  if (!parsed.ok) throw new Error(parsed.error);
  // biome-ignore lint/suspicious/noExplicitAny: the test walks answers of many shapes.
  return parsed.value as any;
}

/** A tenant with three loans, one of whose ids looks like a formula, and a facility. */
async function lender(tenant: string): Promise<void> {
  const sent = [
    { category: "client", data: individual },
    ...["=1+1", "L-2", "L-3"].flatMap((disbursement_id, index) => [
      {
        category: "disbursement",
        data: {
          ...loan,
          ...{ disbursement_id, disbursement_amount: 1000.01 + index, currency: "USD" },
          ...{ disbursement_date: "2026-01-15", maturity_date: "2026-12-31", total_expected_margin: 100 },
        },
      },
      {
        category: "payment",
        data: { ...payment, payment_id: `P-${index}`, disbursement_id, due_date: `2026-0${index + 4}-15` },
      },
    ]),
  ];
  for (const [index, event] of sent.entries()) {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": `report-event-${index}` };
    await call(tenant, "/ingest", { method: "POST", headers, body: JSON.stringify(event) });
  }
  const terms = { commitment: 100_000, drawn: 10, advance_rate: 0.8, limits: [], covenants: [] };
  const facility = { name: "Pool", currency: "USD", effective_date: "2026-01-01", eligibility: [] };
  const headers = { "Content-Type": "application/json", "Idempotency-Key": "report-facility" };
  const body = JSON.stringify({ ...facility, ...terms });
  await call(tenant, "/api/facilities/pool", { method: "PUT", headers, body });
}

/** The rows of a sheet by their titles, as texts. */
async function sheet(path: string, name: string) {
  const rows: (readonly TableCell[])[] = [];
  const options = { name: "report.xlsx", sheet: name, scratch: await scratch() };
  for await (const row of sheetRows(path, options)) if ("cells" in row) rows.push(row.cells);
  const [titles = [], ...lines] = rows;
  return lines.map((line) => {
    const cells = titles.map((title, index) => [cellText(title), cellText(line[index])] as const);
    return Object.fromEntries(cells) as Readonly<Record<string, string>>;
  });
}

/** A number without zeros at its end, as the reader of a sheet gives it. */
const digits = ({ value }: LosslessNumber): string => String(Number(value));

/** The members of an answer's line, by the titles of a sheet. */
const titled = (line: object, path = ""): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(line).flatMap(([name, value]): (readonly [string, string])[] => {
      const title = path === "" ? name.charAt(0).toUpperCase() + name.slice(1) : `${path} ${name}`;
      const words = title.replaceAll("_", " ");
      if (value instanceof LosslessNumber) return [[words, digits(value)]];
      if (Array.isArray(value) || value === null || value === undefined) return [];
      if (typeof value !== "object") return [[words, String(value)]];
      return Object.entries(titled(value, words));
    }),
  );

test("a report has the figures that the API answers, on every sheet", async () => {
  const tenant = "reported";
  await lender(tenant);
  const folder = await scratch();
  const path = join(folder, "report.xlsx");
  const args = ["report", "--as-of", "2026-06-30", "--facility", "pool", "--out", path];
  const { exitCode, stderr } = await service.run(args, tenant);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: `Wrote ${path}: as of 2026-06-30, known at 8\n`,
  });
  expect(await readdir(folder)).toEqual(["report.xlsx"]);

  const figures = await sheet(path, "Summary");
  expect(figures.slice(0, 4).map(({ Value }) => Value)).toEqual(["2026-06-30", "8", "2026-05-31", "pool"]);
  const [line] = (await call(tenant, "/api/portfolio?as_of_date=2026-06-30")).data;
  const shown = figures.map((row) => [row.Figure, row.Value]);
  for (const [title, name] of [
    ["Outstanding", "outstanding"],
    ["Arrears", "arrears"],
    ["Par30", "par30"],
    ["Average remaining days", "average_remaining_days"],
  ] as const) {
    expect(shown).toContainEqual([title, digits(line[name])]);
  }
  expect(await sheet(path, "Buckets")).toMatchObject(line.buckets.map((one: object) => titled(one)));
  const span = "from_date=2026-05-31&to_date=2026-06-30";
  for (const [name, route] of [
    ["Movement", `/api/portfolio/movement?${span}`],
    ["Roll rates", `/api/roll-rates?${span}`],
    ["Vintages", "/api/vintages?as_of_date=2026-06-30"],
    ["All positions", "/api/positions?as_of_date=2026-06-30&sort_by=disbursement_id"],
    ["Late loans", "/api/positions?as_of_date=2026-06-30&bucket=1-30&bucket=31-60&bucket=61-90"],
  ] as const) {
    const { data } = await call(tenant, route);
    const expected = data.map((one: object) => {
      return titled(one);
    });
    expect(expected.length, name).toBeGreaterThan(0);
    expect(await sheet(path, name), name).toMatchObject(expected);
  }
  const ids = (await sheet(path, "All positions")).map((row) => row["Disbursement id"]);
  expect(ids.toSorted()).toEqual(["=1+1", "L-2", "L-3"]);
  const [flow] = (await call(tenant, "/api/cash-flows?as_of_date=2026-06-30")).data;
  const flows = await sheet(path, "Cash flow");
  expect(flows).toHaveLength(flow.past.length + flow.future.length + 3);
  expect(flows.at(-1)).toMatchObject({ Section: "beyond", Unscheduled: digits(flow.beyond.unscheduled) });
  expect(await sheet(path, "Concentration")).toContainEqual(
    expect.objectContaining({ By: "country", Section: "rows", Group: individual.country, Number: "3" }),
  );
  const base = (await call(tenant, "/api/facilities/pool/base?as_of_date=2026-06-30")).data;
  expect(await sheet(path, "Borrowing base")).toContainEqual(
    expect.objectContaining({ Name: "available", Amount: digits(base.available) }),
  );
  expect(await sheet(path, "Base loans")).toHaveLength(3);
  expect((await sheet(path, "Quality")).length).toBeGreaterThan(5);
});

test("an unknown facility, or a folder that is not there, ends with a sentence and without a file", async () => {
  const folder = await scratch();
  const args = ["report", "--as-of", "2026-06-30", "--out"];
  const out = join(folder, "none.xlsx");
  const unknown = await service.run([...args, out, "--facility", "none"], "empty");
  expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("404 not_found") });
  const nowhere = await service.run([...args, join(folder, "missing", "a.xlsx")], "empty");
  expect(nowhere).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("cannot be written") });
  expect(await readdir(folder)).toEqual([]);
  expect(await service.run([...args, out], "empty")).toMatchObject({ exitCode: 0 });
});

test("a report that is killed leaves no file of its name", async () => {
  const folder = await scratch();
  const args = ["report", "--as-of", "2026-06-30", "--out", join(folder, "killed.xlsx")];
  const child = service.spawn(args, await tokenOf("killed"));
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
  expect(await readdir(folder)).not.toContain("killed.xlsx");
});
