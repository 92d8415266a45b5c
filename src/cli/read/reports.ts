import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { print } from "./format.ts";
import { getComplete } from "./get.ts";
import {
  cashFlowsText,
  concentrationText,
  movementText,
  rollRatesText,
  vintagesText,
} from "./report-screens.ts";

/** A report about all disbursements: where it is, and its screen. */
const REPORTS = {
  movement: { path: "/api/portfolio/movement", screen: movementText },
  vintages: { path: "/api/vintages", screen: vintagesText },
  rollRates: { path: "/api/roll-rates", screen: rollRatesText },
  cashFlow: { path: "/api/cash-flows", screen: cashFlowsText },
  concentration: { path: "/api/concentration", screen: concentrationText },
} as const;

export type ReportName = keyof typeof REPORTS;

export interface ReportOptions extends ServiceOptions {
  /** The parameters of the route, by their names in docs/api.md. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly json: boolean;
}

/** Prints a report. Resolves with the exit code. */
export async function showReport(
  name: ReportName,
  { query, json, ...options }: ReportOptions,
): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const { path } = REPORTS[name];
  const screen: (found: never) => string = REPORTS[name].screen;
  const asked = new URLSearchParams(query.map(([parameter, value]) => [parameter, value]));
  const found = await getComplete<never>(service.value, `${path}?${asked}`.replace(/\?$/, ""));
  if (!found.ok) return report(found.error);
  print(found.value, json, screen);
  return EXIT.done;
}
