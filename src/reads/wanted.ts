import { unknownMember } from "../domain/analytics/dimensions.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { ReportDimensions, Settings } from "../domain/core/settings.ts";
import type { WantedAttributes } from "../domain/position/attributes.ts";

/** The problem of a question about a member of `info` that the settings in force do not name; null where there is none. */
export function refusedMember(
  wanted: WantedAttributes,
  { report_dimensions }: Pick<Settings, "report_dimensions">,
): Problem | null {
  const unknown = unknownMember(wanted, report_dimensions);
  if (unknown === null) return null;
  const detail = `${unknown} is not one of the tenant's report_dimensions; ${namedBy(report_dimensions)}`;
  return { code: "invalid_query", detail };
}

function namedBy({ disbursement, client }: ReportDimensions): string {
  const named = [
    ...disbursement.map((name) => `info.${name}`),
    ...client.map((name) => `client_info.${name}`),
  ];
  return named.length === 0 ? "the settings name none" : `they are ${named.join(", ")}`;
}
