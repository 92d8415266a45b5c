import type { PortfolioJson, PortfolioLineJson } from "../../contract/position/answers.ts";
import { pathOf, type Query } from "../address.ts";
import { groupWords } from "../analytics/chosen.ts";
import { dimensionLabel } from "../analytics/filters.ts";
import { reportCard } from "../analytics/report-card.ts";
import { getWalked } from "../api.ts";
import { percentView } from "../figure.ts";
import { amountText, numberText } from "../format.ts";
import { loading } from "../loading.ts";
import { momentParameters, type ShownMoment } from "../moment.ts";
import { dataTable } from "../rows.ts";

interface Groups {
  readonly moment: ShownMoment;
  readonly filters: Query;
  readonly currency: string;
  /** The dimensions, one or two. */
  readonly grouping: readonly string[];
}

/** The figures of each group in a currency. They add up to those of the whole. */
export function groupTable({ moment, filters, currency, grouping }: Groups, page: AbortSignal): HTMLElement {
  const path = pathOf(["api", "portfolio"], {
    ...momentParameters(moment),
    ...filters,
    currency,
    group_by: grouping.join(","),
  });
  const title = `${currency} by ${grouping.map(dimensionLabel).join(" and ")}`;
  const file = `portfolio-${moment.asOf}-${currency}-groups`;
  return loading("the groups", page, async ({ signal, progress }) => {
    const answer = await getWalked<PortfolioJson>(path, signal, progress);
    if (!answer.ok) return answer;
    const table = dataTable(title, COLUMNS, answer.value.data.map(cells));
    return { ok: true, value: [reportCard({ id: "groups", title, csv: path, file }, [table], page)] };
  });
}

const COLUMNS = [
  ["Group"],
  ["Disbursements", "number"],
  ["Outstanding", "number"],
  ["Arrears", "number"],
  ["PAR 0", "number"],
  ["PAR 30", "number"],
  ["PAR 90", "number"],
  ["Written off", "number"],
  ["Largest client", "number"],
] as const;

const cells = (line: PortfolioLineJson) => [
  groupWords(line.group ?? null),
  numberText(line.number),
  amountText(line.outstanding, line.currency),
  amountText(line.arrears, line.currency),
  percentView(line.par0),
  percentView(line.par30),
  percentView(line.par90),
  amountText(line.written_off, line.currency),
  percentView(line.largest_share),
];
