import type { RouteHandlers } from "../http/handler.ts";
import { analyticsHandlers } from "./analytics.ts";
import { baseHandlers } from "./base.ts";
import { bookkeepingHandlers } from "./bookkeeping.ts";
import { closingHandlers } from "./closing.ts";
import { credentialHandlers } from "./credentials.ts";
import { erasureHandlers } from "./erasure.ts";
import { facilityHandlers } from "./facilities.ts";
import { healthHandlers } from "./health.ts";
import { ingestHandlers } from "./ingest.ts";
import { ingestBatchHandlers } from "./ingest-batch.ts";
import { accountHandlers } from "./ledger-accounts.ts";
import { accrualHandlers } from "./ledger-accruals.ts";
import { ledgerReadHandlers } from "./ledger-reads.ts";
import { reconciliationHandlers } from "./ledger-reconciliation.ts";
import { summaryHandlers } from "./ledger-summary.ts";
import { ledgerWriteHandlers } from "./ledger-writes.ts";
import { logHandlers } from "./log.ts";
import { pageHandlers } from "./pages.ts";
import { portfolioHandlers } from "./portfolio.ts";
import { positionHandlers } from "./positions.ts";
import { problemHandlers } from "./problems.ts";
import { qualityHandlers } from "./quality.ts";
import { settingsHandlers } from "./settings.ts";
import { tableHandlers } from "./tables.ts";
import { webhookHandlers } from "./webhooks.ts";

/** The handler of each route. */
export const HANDLERS: RouteHandlers = {
  ...ingestHandlers,
  ...ingestBatchHandlers,
  ...tableHandlers,
  ...positionHandlers,
  ...portfolioHandlers,
  ...analyticsHandlers,
  ...qualityHandlers,
  ...ledgerWriteHandlers,
  ...accrualHandlers,
  ...ledgerReadHandlers,
  ...summaryHandlers,
  ...accountHandlers,
  ...reconciliationHandlers,
  ...bookkeepingHandlers,
  ...closingHandlers,
  ...erasureHandlers,
  ...settingsHandlers,
  ...facilityHandlers,
  ...baseHandlers,
  ...logHandlers,
  ...webhookHandlers,
  ...credentialHandlers,
  ...healthHandlers,
  ...problemHandlers,
  ...pageHandlers,
};
