import type { NewEvent, Projection } from "../store/projections/projection.ts";
import { history } from "./projections/history.ts";

/** Everything that is made of the tenants' logs and kept in D1. A further projection is a file and a line here. */
export const PROJECTIONS: readonly Projection[] = [history];

/** True for an event that some projection waits for. */
export const isWanted = (event: NewEvent): boolean => PROJECTIONS.some(({ wants }) => wants(event));
