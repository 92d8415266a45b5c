import type { ApiOperation } from "./operation.ts";
import { ANALYTICS_OPERATIONS } from "./operations/analytics.ts";
import { BOOKKEEPING_OPERATIONS } from "./operations/bookkeeping.ts";
import { CLOSING_OPERATIONS } from "./operations/closing.ts";
import { CREDENTIAL_OPERATIONS } from "./operations/credentials.ts";
import { ERASURE_OPERATIONS } from "./operations/erasure.ts";
import { FACILITY_OPERATIONS } from "./operations/facilities.ts";
import { INGEST_OPERATIONS } from "./operations/ingest.ts";
import { LEDGER_OPERATIONS } from "./operations/ledger.ts";
import { LOG_OPERATIONS } from "./operations/log.ts";
import { POSITION_OPERATIONS } from "./operations/positions.ts";
import { POSTING_OPERATIONS } from "./operations/postings.ts";
import { SERVICE_OPERATIONS } from "./operations/service.ts";
import { SETTINGS_OPERATIONS } from "./operations/settings.ts";
import { TABLE_OPERATIONS } from "./operations/tables.ts";
import { WEBHOOK_OPERATIONS } from "./operations/webhooks.ts";

/** Every operation of the reference, in the order of the table of routes. */
export const OPERATIONS: readonly ApiOperation[] = [
  ...INGEST_OPERATIONS,
  ...TABLE_OPERATIONS,
  ...POSITION_OPERATIONS,
  ...ANALYTICS_OPERATIONS,
  ...FACILITY_OPERATIONS,
  ...POSTING_OPERATIONS,
  ...LEDGER_OPERATIONS,
  ...BOOKKEEPING_OPERATIONS,
  ...CLOSING_OPERATIONS,
  ...ERASURE_OPERATIONS,
  ...SETTINGS_OPERATIONS,
  ...LOG_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...CREDENTIAL_OPERATIONS,
  ...SERVICE_OPERATIONS,
];
