import type { PositionLineJson } from "../../contract/position/answers.ts";
import type { Query } from "../address.ts";
import type { Child } from "../dom.ts";
import { amountText, type Exact, words } from "../format.ts";
import type { Route } from "../route.ts";
import type { TableColumn } from "../rows.ts";
import { kept } from "./filters.ts";

/** What an address says of the figure behind which its list is, under the API's names (docs/analytics.md#behind-a-figure). */
export const BEHIND: readonly string[] = [
  "from_date",
  "from_state",
  "from_bucket",
  "past_month",
  "future_month",
];

export const behindQuery = ({ query }: Route): Query => kept(query, (name) => BEHIND.includes(name));

/** A figure beside each loan of a list. */
interface Beside {
  readonly column: TableColumn;
  readonly cell: (line: PositionLineJson) => Child;
}

/** The columns that a list has besides those of every list. */
export function besideColumns({ query }: Route): readonly Beside[] {
  const [day, past, future] = ["from_date", "past_month", "future_month"].map((name) => query.get(name));
  const amount = (label: string, of: (line: PositionLineJson) => Exact | undefined): Beside => ({
    column: [label, "number"],
    cell: (line) => {
      const value = of(line);
      return value === undefined ? "" : amountText(value, line.currency);
    },
  });
  return [
    ...(day
      ? [
          {
            column: [`On ${day}`],
            cell: ({ from }: PositionLineJson) => words(from?.bucket ?? from?.state ?? ""),
          } satisfies Beside,
          amount(`Outstanding on ${day}`, ({ from }) => from?.outstanding_principal),
        ]
      : []),
    ...(past
      ? [
          amount(`Due in ${past}`, (line) => line.past?.due.total),
          amount("Received", (line) => line.past?.received.total),
          amount("Covered by the end", (line) => line.past?.covered_by_end.total),
        ]
      : []),
    ...(future
      ? [
          amount(`Due in ${future}, not covered`, (line) => line.future?.due.total),
          amount("Principal without a date", (line) => line.future?.unscheduled),
        ]
      : []),
  ];
}

/** Behind which figure the list is, in words; empty where it is behind none. */
export function behindText({ query }: Route): string {
  const [day, past, future] = ["from_date", "past_month", "future_month"].map((name) => query.get(name));
  const was = [...query.getAll("from_bucket"), ...query.getAll("from_state")].map(
    (place) => words(place) || "in no bucket",
  );
  const texts = [
    day && was.length > 0 && `Only those that were ${was.join(", ")} on ${day}.`,
    past && `Only those of which something fell due or came in in ${past}: together they are its bars.`,
    future && `Only those of which something will fall due in ${future}: together they are its bar.`,
  ];
  return texts.filter((text) => typeof text === "string").join(" ");
}
