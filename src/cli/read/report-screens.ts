import type {
  cashFlows,
  concentration,
  movement,
  rollRates,
  vintages,
} from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { left, listText, money, percent, right, tableText } from "./format.ts";

type MovementJson = ParsedOf<typeof movement>;
type VintagesJson = ParsedOf<typeof vintages>;
type RollRatesJson = ParsedOf<typeof rollRates>;
type CashFlowsJson = ParsedOf<typeof cashFlows>;
type ConcentrationJson = ParsedOf<typeof concentration>;

/** What a line of a report is about. */
interface Subject {
  readonly currency: string;
  readonly group?: string | null | readonly (string | null)[] | undefined;
}

/** The values of a group; "none" is a group without a value. */
const groupText = (group: Subject["group"]): string =>
  [group]
    .flat()
    .map((value) => value ?? "none")
    .join(", ");

/** A screen for each currency and group, one after another. */
function sections<T extends Subject>(
  lines: readonly T[],
  screen: (lines: readonly [T, ...T[]]) => string,
): string {
  if (lines.length === 0) return "\nNo disbursements.\n";
  const hasGroups = lines.some(({ group = null }) => group !== null);
  const bySubject = Map.groupBy(lines, ({ currency, group }) =>
    hasGroups ? `${currency}, ${groupText(group)}` : currency,
  );
  return [...bySubject]
    .map(([subject, [first, ...others]]) => (first ? `\n${subject}\n${screen([first, ...others])}` : ""))
    .join("");
}

/** The screen of a movement. */
export function movementText({ from_date, to_date, data }: MovementJson): string {
  const screen = ([{ currency, principal, arrears }]: readonly [
    MovementJson["data"][number],
    ...unknown[],
  ]) =>
    tableText(
      [left("Principal"), right(""), left("  arrears"), right("")],
      [
        ["opening", principal.opening, "opening", arrears.opening],
        ["plus disbursed", principal.disbursed, "plus fell due", arrears.fell_due],
        ["plus raised", principal.raised, "less collected", arrears.collected],
        ["less repaid", principal.repaid, "plus adjusted", arrears.adjusted],
        ["less written off", principal.written_off, "", ""],
        ["closing", principal.closing, "closing", arrears.closing],
      ].map(([name, value, other, ofOther]) => [
        String(name),
        money(value, currency),
        `  ${other}`,
        ofOther === "" ? "" : money(ofOther, currency),
      ]),
    );
  return `Movement from ${from_date} to ${to_date}\n${sections(data, screen)}`;
}

/** The screen of vintages. */
export function vintagesText({ as_of_date, data }: VintagesJson): string {
  const columns = [
    left("Cohort"),
    right("months"),
    right("number"),
    right("disbursed"),
    right("outstanding"),
  ];
  return `Vintages as of ${as_of_date}\n${sections(data, (cells) =>
    tableText(
      [...columns, right("pool"), right("default"), right("loss")],
      cells.map((cell) => [
        cell.cohort,
        String(cell.months_on_book),
        String(cell.number),
        money(cell.disbursed, cell.currency),
        money(cell.outstanding, cell.currency),
        percent(cell.pool_factor),
        percent(cell.default_rate),
        percent(cell.loss_rate),
      ]),
    ),
  )}`;
}

/** The screen of roll rates. */
export function rollRatesText({ from_date, to_date, data }: RollRatesJson): string {
  const columns = [left("From"), left("to"), right("number"), right("owed before"), right("owed after")];
  return `Roll rates from ${from_date} to ${to_date}\n${sections(data, (cells) =>
    tableText(
      [...columns, right("rate")],
      cells.map((cell) => [
        cell.from,
        cell.to,
        String(cell.number),
        money(cell.outstanding_from, cell.currency),
        money(cell.outstanding_to, cell.currency),
        percent(cell.rate),
      ]),
    ),
  )}`;
}

/** The screen of a concentration. */
export function concentrationText({ as_of_date, data }: ConcentrationJson): string {
  type Line = ConcentrationJson["data"][number];
  const screen = ([line]: readonly [Line, ...unknown[]]) => {
    const { currency, groups, largest_share, hhi, rows, others } = line;
    const facts = listText([
      ["Groups", String(groups)],
      ["Largest", percent(largest_share)],
      ["HHI", hhi === null ? "-" : String(hhi)],
    ]);
    const row = (name: string, of: Omit<Line["rows"][number], "group">) => [
      name,
      String(of.number),
      money(of.outstanding, currency),
      percent(of.share),
      money(of.arrears, currency),
      percent(of.par30),
    ];
    const table = tableText(
      [
        left("Group"),
        right("number"),
        right("outstanding"),
        right("share"),
        right("arrears"),
        right("PAR 30"),
      ],
      [
        ...rows.map(({ group, ...of }) => row(groupText(group), of)),
        ...(others ? [row("all others", others)] : []),
      ],
    );
    return `${facts}\n${table}`;
  };
  return `Concentration as of ${as_of_date}\n${sections(data, screen)}`;
}

/** The screen of cash flows. */
export function cashFlowsText({ as_of_date, data }: CashFlowsJson): string {
  type Line = CashFlowsJson["data"][number];
  const screen = ([line]: readonly [Line, ...unknown[]]) => {
    const { currency, past, future, beyond } = line;
    const amount = (value: unknown) => money(value, currency);
    const facts = listText([
      ["Outstanding", amount(line.outstanding)],
      ["Overdue", `${amount(line.overdue.total)} (${amount(line.overdue.principal)} principal)`],
      ["Overdue, unscheduled", amount(line.overdue_unscheduled)],
      ["Over-scheduled", amount(line.over_scheduled)],
    ]);
    const before = tableText(
      [left("Month"), right("due"), right("received"), right("covered"), right("of due")],
      past.map(({ month, due, received, covered_by_end, collection_rate }) => [
        ...[month, amount(due.total), amount(received.total), amount(covered_by_end.total)],
        percent(collection_rate),
      ]),
    );
    const ahead = tableText(
      [left("Month"), right("will fall due"), right("principal"), right("unscheduled")],
      [...future, { ...beyond, month: "beyond" }].map(({ month, due, unscheduled }) => [
        ...[month, amount(due.total), amount(due.principal), amount(unscheduled)],
      ]),
    );
    return [facts, ...(past.length > 0 ? [before] : []), ahead].join("\n");
  };
  return `Cash flows as of ${as_of_date}\n${sections(data, screen)}`;
}
