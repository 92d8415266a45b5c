import { ANALYTICS_ROUTES } from "./routes/analytics.ts";
import { BOOKKEEPING_ROUTES } from "./routes/bookkeeping.ts";
import { CLOSING_ROUTES } from "./routes/closing.ts";
import { CREDENTIAL_ROUTES } from "./routes/credentials.ts";
import { ERASURE_ROUTES } from "./routes/erasure.ts";
import { FACILITY_ROUTES } from "./routes/facility.ts";
import { LEDGER_ROUTES } from "./routes/ledger.ts";
import { LOG_ROUTES } from "./routes/log.ts";
import { LOOKUP_ROUTES } from "./routes/lookup.ts";
import { POSITION_ROUTES } from "./routes/position.ts";
import { POSTING_ROUTES } from "./routes/postings.ts";
import { SERVICE_ROUTES } from "./routes/service.ts";
import { SETTINGS_ROUTES } from "./routes/settings.ts";
import { TAPE_ROUTES } from "./routes/tape.ts";
import { WEBHOOK_ROUTES } from "./routes/webhooks.ts";

/** Every route of the service, in the order of the reference. */
export const ROUTES = {
  ...TAPE_ROUTES,
  ...LOOKUP_ROUTES,
  ...POSITION_ROUTES,
  ...ANALYTICS_ROUTES,
  ...FACILITY_ROUTES,
  ...POSTING_ROUTES,
  ...LEDGER_ROUTES,
  ...BOOKKEEPING_ROUTES,
  ...CLOSING_ROUTES,
  ...ERASURE_ROUTES,
  ...SETTINGS_ROUTES,
  ...LOG_ROUTES,
  ...WEBHOOK_ROUTES,
  ...CREDENTIAL_ROUTES,
  ...SERVICE_ROUTES,
};

export type RouteKey = keyof typeof ROUTES;
