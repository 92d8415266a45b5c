import { dayControl } from "../day-control.ts";
import { momentOf } from "../moment.ts";
import type { Route } from "../route.ts";
import { facilitiesOfDay } from "./list.ts";
import { facilityPage } from "./one.ts";

/** The facilities of a day, or one of them: `#/analytics/facilities/harbour-usd`. The API has no filters here. */
export const facilitiesPart = {
  days: (route: Route): HTMLElement => dayControl(route.segments, momentOf(route)),
  body: (route: Route, page: AbortSignal): readonly HTMLElement[] => {
    const [, , id] = route.segments;
    return id === undefined ? facilitiesOfDay(route, page) : facilityPage(id, route, page);
  },
  filters: false,
};
