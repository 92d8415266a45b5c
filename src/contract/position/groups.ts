import * as z from "zod";
import {
  DIMENSIONS,
  type Dimension,
  type Grouping,
  type MemberDimension,
} from "../../domain/analytics/dimensions.ts";
import { documented } from "../documented.ts";

/** Begins the name of a member of `info`, or of the client's, in a query. */
const MEMBER = /^(info|client_info)\.(.+)$/s;

/** The member of `info` that a query names: all after the first dot. */
export function memberNamed(name: string): MemberDimension | null {
  const [, of, member] = MEMBER.exec(name) ?? [];
  if (member === undefined) return null;
  return { of: of === "info" ? "info" : "client_info", member };
}

/** The dimension of a name; null for a name that none has. */
export const dimensionNamed = (name: string): Dimension | null =>
  DIMENSIONS.find((known) => known === name) ?? memberNamed(name);

/** A dimension as a query names it. */
export const dimensionText = (dimension: Dimension): string =>
  typeof dimension === "object" ? `${dimension.of}.${dimension.member}` : dimension;

/** Reads one dimension, or two by a comma. A member's name may have commas too: the first split that names two counts. */
function groupingNamed(text: string): Grouping | null {
  for (let comma = text.indexOf(","); comma >= 0; comma = text.indexOf(",", comma + 1)) {
    const [first, second] = [text.slice(0, comma), text.slice(comma + 1)].map(dimensionNamed);
    if (first && second) return text.slice(0, comma) === text.slice(comma + 1) ? null : [first, second];
  }
  const only = dimensionNamed(text);
  return only && [only];
}

export const DIMENSION_NAMES = `${DIMENSIONS.join(", ")}, info.<member>, client_info.<member>`;
const ONE_OR_TWO = `must be one of ${DIMENSION_NAMES}, or two different ones by a comma`;

/** The parameter `group_by` (docs/analytics.md#groups). */
export const groupBy = z
  .string({ error: ({ input }) => (Array.isArray(input) ? "must be given once" : ONE_OR_TWO) })
  .transform((text, context): Grouping => {
    const grouping = groupingNamed(text);
    if (grouping) return grouping;
    context.addIssue({ code: "custom", message: ONE_OR_TWO });
    return z.NEVER;
  })
  .meta(documented({ type: "string" }))
  .describe(
    `One of ${DIMENSION_NAMES}, or two by a comma. A member is one of the report_dimensions of the settings.`,
  );

const ONE = `must be one of ${DIMENSION_NAMES}`;

/** A parameter that names one dimension. */
export const oneDimension = z
  .string({ error: ({ input }) => (Array.isArray(input) ? "must be given once" : ONE) })
  .transform((text, context): Dimension => {
    const dimension = dimensionNamed(text);
    if (dimension) return dimension;
    context.addIssue({ code: "custom", message: ONE });
    return z.NEVER;
  })
  .meta(documented({ type: "string" }))
  .describe(`One of ${DIMENSION_NAMES}. A member is one of the report_dimensions of the settings.`);
