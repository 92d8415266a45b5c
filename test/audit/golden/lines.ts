import type { LogLine } from "../../../src/domain/log/line.ts";
import { linesIn } from "../../support/verify-log.ts";
import text from "./log.ndjson?raw";

/** The golden log as the service exports it. */
export const GOLDEN_TEXT = text;

/** Its events before any of an erasure or a restore: what tests continue in their own ways. */
export const goldenLines = (): LogLine[] => linesIn(text).slice(0, 12);
