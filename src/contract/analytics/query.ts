import type * as z from "zod";
import { knownAt } from "../known-at.ts";
import { checkSpan, filteredQuery, spanParameters } from "../position/filters.ts";
import { groupBy } from "../position/groups.ts";
import { measureParameters } from "../position/query.ts";

/** What a report about all disbursements takes besides its filters and its days. */
const reportParameters = { known_at: knownAt.optional(), ...measureParameters } as const;

export const movementQuery = filteredQuery(
  { ...spanParameters, ...reportParameters, group_by: groupBy.optional() },
  (query, context) => {
    checkSpan(query, context);
    return query;
  },
);
export type MovementQuery = z.output<typeof movementQuery>;
