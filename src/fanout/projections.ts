import type { NewEvent, Projection } from "../store/projections/projection.ts";
import { history } from "./projections/history.ts";

/** Everything that is derived from the tenants' logs and kept in D1. A new projection is a file and a line here. */
export const PROJECTIONS: readonly Projection[] = [history];

/** True for an event that some projection waits for. */
export const isWanted = (event: NewEvent): boolean => PROJECTIONS.some(({ wants }) => wants(event));
