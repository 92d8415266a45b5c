import { DIMENSIONS } from "../../domain/analytics/dimensions.ts";
import { currentCaller } from "../caller.ts";
import type { Route } from "../route.ts";
import { groupingOf } from "./grouping.ts";

/** The dimensions that the tenant's settings name. */
export const memberDimensions = (): readonly string[] => currentCaller()?.dimensions ?? [];

/** All by which a report groups. */
export const allDimensions = (): readonly string[] => [...DIMENSIONS, ...memberDimensions()];

/** The dimensions by which the address groups. */
export const groupingAsked = ({ query }: Route): readonly string[] =>
  groupingOf(query.get("group_by") ?? "", allDimensions());
