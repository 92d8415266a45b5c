import type { ParsedOf } from "../../contract/answer-types.ts";
import type { example, QualityJson, qualityRule, RuleJson } from "../../contract/position/answers.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { print, tableText } from "./format.ts";
import { getComplete } from "./get.ts";

export interface QualityOptions extends ServiceOptions {
  /** A rule whose findings are listed; undefined for the counts of all rules. */
  readonly rule: string | undefined;
  readonly asOf: string | undefined;
  readonly json: boolean;
}

type Finding = ParsedOf<typeof example>;

const subjectOf = (finding: Finding): string =>
  "client_ids" in finding
    ? finding.client_ids.join(" ")
    : [finding.disbursement_id, ...(finding.payment_id === undefined ? [] : [finding.payment_id])].join(" ");

/** The rules that something breaks, the most findings first. */
export function rulesText(rules: readonly RuleJson[]): string {
  const broken = rules.filter(({ count }) => String(count) !== "0");
  if (broken.length === 0) return "Nothing breaks a rule.\n";
  const rows = [...broken]
    .sort((one, other) => Number(other.count) - Number(one.count))
    .map(({ code, count, examples }) => [code, String(count), examples[0] ? subjectOf(examples[0]) : ""]);
  return tableText(
    [
      { title: "Rule", align: "left" },
      { title: "findings", align: "right" },
      { title: "for example", align: "left" },
    ],
    rows,
  );
}

async function findingsOf(
  service: Service,
  rule: string,
  query: URLSearchParams,
): Promise<Result<readonly Finding[], CommandFailure>> {
  const found: Finding[] = [];
  for (;;) {
    const path = `/api/quality/${encodeURIComponent(rule)}?${query}`;
    const page = await getComplete<ParsedOf<typeof qualityRule>>(service, path);
    if (!page.ok) return err(page.error);
    found.push(...page.value.data);
    const { next_cursor } = page.value.pagination;
    if (next_cursor === undefined) return ok(found);
    query.set("cursor", next_cursor);
  }
}

/** Prints what in the records breaks a rule. Resolves with the exit code. */
export async function showQuality({ rule, asOf, json, ...options }: QualityOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const query = new URLSearchParams(asOf === undefined ? {} : { as_of_date: asOf });
  if (rule === undefined) {
    const found = await getComplete<QualityJson>(service.value, `/api/quality?${query}`);
    if (!found.ok) return report(found.error);
    print(found.value, json, ({ as_of_date, rules }) => `As of ${as_of_date}\n\n${rulesText(rules)}`);
    return EXIT.done;
  }
  const found = await findingsOf(service.value, rule, query);
  if (!found.ok) return report(found.error);
  print({ code: rule, data: found.value }, json, ({ data }) =>
    data.length === 0 ? "No findings.\n" : data.map((one) => `${subjectOf(one)}\n`).join(""),
  );
  return EXIT.done;
}
