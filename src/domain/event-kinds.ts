import type { WebhookType } from "./core/webhook.ts";
import { LEDGER_STEPS } from "./ledger/decide.ts";
import { CATEGORY_NAMES, isCategory } from "./tape/categories.ts";
import { STEPS } from "./tape/fields.ts";

/** Events of the log that are read and reported in one way. */
export interface EventKind {
  readonly category: string;
  readonly steps: readonly string[];
  /** A token with one of these scopes sees the data of the events; to others it is null (docs/api.md#lookups). */
  readonly readableWith: readonly ("records:read" | "hpts:ledger:read")[];
  /** The webhook that reports the events themselves; null where only their journal entries are reported. */
  readonly webhook: WebhookType | null;
}

/** Every kind of event. A category of events that is no category of records has its lines here. */
const EVENT_KINDS: readonly EventKind[] = [
  ...CATEGORY_NAMES.map(
    (category): EventKind => ({
      category,
      steps: STEPS,
      readableWith: ["records:read"],
      webhook: "recordChanged",
    }),
  ),
  { category: "client", steps: ["erase"], readableWith: ["records:read"], webhook: "recordChanged" },
  { category: "settings", steps: ["put"], readableWith: ["records:read"], webhook: "settingsChanged" },
  {
    category: "facility",
    steps: ["put", "delete"],
    readableWith: ["records:read"],
    webhook: "facilityChanged",
  },
  {
    category: "ledger",
    steps: [...LEDGER_STEPS, "opening"],
    readableWith: ["hpts:ledger:read"],
    webhook: null,
  },
  {
    category: "ledger",
    steps: ["switched", "closed", "reopened", "account_named", "erase"],
    readableWith: ["hpts:ledger:read"],
    webhook: "booksChanged",
  },
  {
    category: "log",
    steps: ["restored"],
    readableWith: ["records:read", "hpts:ledger:read"],
    webhook: "logRestored",
  },
];

const KINDS_OF = Map.groupBy(EVENT_KINDS, ({ category }) => category);

/** The kind of an event of the log; undefined for an event that this version does not know. */
export const eventKind = (category: string, step: string): EventKind | undefined =>
  KINDS_OF.get(category)?.find(({ steps }) => steps.includes(step));

/** True for an event that `POST /ingest` took: a change of a record. */
export const isOfRecords = (category: string, step: string): boolean =>
  isCategory(category) && STEPS.some((known) => known === step);
