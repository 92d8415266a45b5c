import type { ParsedOf } from "../../contract/answer-types.ts";
import type { base } from "../../contract/facility/answers.ts";
import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { left, listText, money, print, right, tableText } from "./format.ts";
import { getComplete } from "./get.ts";

export interface BaseOptions extends ServiceOptions {
  readonly id: string;
  readonly asOf: string | undefined;
  readonly json: boolean;
}

type BaseJson = ParsedOf<typeof base>;
type Figures = BaseJson["data"];

const section = (columns: Parameters<typeof tableText>[0], rows: Parameters<typeof tableText>[1]): string =>
  rows.length === 0 ? "" : `\n${tableText(columns, rows)}`;

/** The screen of a base: what can be borrowed, and why it is not more. */
export function baseText({ as_of_date, data }: BaseJson): string {
  const amount = (value: unknown) => money(value, data.currency);
  const sum = ({ number, outstanding }: Figures["pool"]) =>
    `${amount(outstanding)} in ${number} disbursements`;
  const facts = listText([
    ["Pool", sum(data.pool)],
    ["Eligible", sum(data.eligible)],
    ["Base", amount(data.base)],
    [
      "Available",
      `${amount(data.available)} at ${data.advance_rate}, of ${amount(data.commitment)} committed`,
    ],
    ["Drawn", amount(data.drawn)],
    ["Headroom", amount(data.headroom)],
  ]);
  const ineligible = data.ineligible.map(({ index, rule, number, outstanding }) => [
    `${index} ${rule}`,
    String(number),
    amount(outstanding),
  ]);
  const excess = data.excess.map(({ index, by, group, outstanding, allowed, excess: above }) => [
    `${index} ${by}`,
    group ?? "-",
    amount(outstanding),
    amount(allowed),
    amount(above),
  ]);
  const covenants = data.covenants.map(({ code, value, max, min, holds }) => [
    code,
    value === null ? "-" : String(value),
    max === undefined ? `min ${min}` : `max ${max}`,
    holds ? "holds" : "BROKEN",
  ]);
  return [
    `Base of ${data.facility_id} as of ${as_of_date}, in ${data.currency}\n\n${facts}`,
    section([left("Ineligible by rule"), right("number"), right("outstanding")], ineligible),
    section([left("Limit"), left("group"), right("counts for"), right("allowed"), right("excess")], excess),
    section([left("Covenant"), right("value"), right("bound"), left("")], covenants),
  ].join("");
}

/** Prints what can be borrowed under a facility. Resolves with the exit code. */
export async function showBase({ id, asOf, json, ...options }: BaseOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const day = asOf === undefined ? "" : `?as_of_date=${asOf}`;
  const path = `/api/facilities/${encodeURIComponent(id)}/base${day}`;
  const found = await getComplete<BaseJson>(service.value, path);
  if (!found.ok) return report(found.error);
  print(found.value, json, baseText);
  return EXIT.done;
}
