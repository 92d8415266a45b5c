import type { Operation } from "./operation.ts";
import { BOOKKEEPING_OPERATIONS } from "./operations/bookkeeping.ts";
import { INGEST_OPERATIONS } from "./operations/ingest.ts";
import { LEDGER_OPERATIONS } from "./operations/ledger.ts";
import { POSITION_OPERATIONS } from "./operations/positions.ts";
import { RECONCILIATION_OPERATIONS } from "./operations/reconciliation.ts";
import { SERVICE_OPERATIONS } from "./operations/service.ts";
import { TABLE_OPERATIONS } from "./operations/tables.ts";
import { WEBHOOK_OPERATIONS } from "./operations/webhooks.ts";

/** Every route of app.ts, in the order of the reference; a test names a route that is missing here. */
export const OPERATIONS: readonly Operation[] = [
  ...INGEST_OPERATIONS,
  ...TABLE_OPERATIONS,
  ...POSITION_OPERATIONS,
  ...LEDGER_OPERATIONS,
  ...RECONCILIATION_OPERATIONS,
  ...BOOKKEEPING_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...SERVICE_OPERATIONS,
];
