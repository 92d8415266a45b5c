import { createReadStream } from "node:fs";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as pause } from "node:timers/promises";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { firstHash } from "../../domain/log/hash.ts";
import { hashFault } from "../../domain/log/verify.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { stopRequests } from "../local/stop-requests.ts";
import { type Away, Service, type ServiceOptions, sentenceOf } from "../service.ts";
import { readLine } from "./lines.ts";

const PATH = "/v1/log/events";
const STARTS_MAX = 3;
const TRIES_MAX = 5;
/** How long a try waits that the service does not give a time for; it doubles with each one. */
const WAIT_S = 1;
/** How long a reader that follows the log waits between two reads of its end. */
const FOLLOW_PAUSE_MS = 1_000;

export interface LogOptions extends ServiceOptions {
  /** Prints new events, too, until it is stopped. */
  readonly follow: boolean;
}

/**
 * Prints the tenant's whole log, as the service has it at the end of the export. Resolves with the exit code. The lines
 * wait in a file until the log is whole: where the database is restored meanwhile, the export starts again.
 */
export async function exportLog(options: LogOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const folder = await mkdtemp(join(tmpdir(), "loan-ledger-log-"));
  try {
    const path = join(folder, "log.ndjson");
    const caller = await service.value.whoAmI();
    if (!caller.ok) return report(caller.error);
    const exported = await writeWhole({ service: service.value, tenant: caller.value.tenant_id }, path);
    if (!exported.ok) return report(exported.error);
    await pipeline(createReadStream(path), process.stdout, { end: false });
    return options.follow ? await printNewEvents(service.value, exported.value) : EXIT.done;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whose log is exported, and from where. */
interface Origin {
  readonly service: Service;
  readonly tenant: string;
}

/** Prints new events until it is stopped. Resolves with the exit code. */
async function printNewEvents(service: Service, after: number): Promise<number> {
  const stop = stopRequests();
  const followed = await followLog(service, after, stop, (text) => void process.stdout.write(text));
  return followed.ok ? EXIT.done : report(followed.error);
}

/** Passes the lines of the events after a sequence on, page by page, as they come, until `stop`. */
export async function followLog(
  service: Service,
  after: number,
  stop: AbortSignal,
  take: (text: string) => void | Promise<void>,
): Promise<Result<void, CommandFailure>> {
  for (let last = after; !stop.aborted; ) {
    const page = await pageOf(service, `${PATH}?after=${last}`);
    if (stop.aborted) break;
    if (!page.ok) return page;
    const { text } = page.value;
    const end = readLine(lastLine(text));
    if (end.ok) {
      await take(text);
      last = end.value.sequence;
    } else await pause(FOLLOW_PAUSE_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return ok(undefined);
}

/** Writes the log into a file, from the first event again where a page does not continue the one before. */
async function writeWhole(origin: Origin, path: string): Promise<Result<number, CommandFailure>> {
  for (let start = 1; ; start += 1) {
    const file = await open(path, "w");
    try {
      // What does not fit again and again is no restore but a fault of the log, which `verify` names.
      const written = await writePages(origin, file, start < STARTS_MAX);
      if (!written.ok) return written;
      if ("last" in written.value) return ok(written.value.last);
      console.error(`The event ${written.value.stray} does not continue the page before it. Starting again.`);
    } finally {
      await file.close();
    }
  }
}

/**
 * Writes page after page. Resolves with the last event (0 for none), or with the first event that does not continue the page
 * before where that ends the export.
 */
async function writePages(
  { service, tenant }: Origin,
  file: FileHandle,
  isStrict: boolean,
): Promise<Result<{ readonly last: number } | { readonly stray: number }, CommandFailure>> {
  let previous = firstHash(tenant);
  let end = 0;
  for (let path: string | null = PATH; path !== null; ) {
    const page = await pageOf(service, path);
    if (!page.ok) return page;
    const { text, next } = page.value;
    const [first, last] = [readLine(text.slice(0, text.indexOf("\n"))), readLine(lastLine(text))];
    if (text !== "" && (!first.ok || !last.ok)) return err(failed(`${service.url}${path} answers no log.`));
    if (isStrict && first.ok && hashFault(first.value, previous) !== null) {
      return ok({ stray: first.value.sequence });
    }
    await file.write(text);
    if (last.ok) [previous, end] = [last.value.hash, last.value.sequence];
    path = next;
  }
  return ok({ last: end });
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n", text.length - 2) + 1);

interface Page {
  readonly text: string;
  /** Path of the next page; null for none. */
  readonly next: string | null;
}

/** Asks for a page, and again where the service is away for a moment, or asks to wait. */
async function pageOf(service: Service, path: string): Promise<Result<Page, CommandFailure>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await attempt(service, path);
    if (!("kind" in answer)) return ok(answer);
    if (answer.kind === "refused" || tries === TRIES_MAX) return err(failed(sentenceOf(answer)));
    const seconds = answer.retryAfterS ?? WAIT_S * 2 ** (tries - 1);
    await pause(seconds * 1_000);
  }
}

async function attempt(service: Service, path: string) {
  const response = await service.request(path);
  if (!(response instanceof Response)) return response;
  const [, next] = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("Link") ?? "") ?? [];
  try {
    const { pathname, search } = new URL(next ?? "/", service.url);
    return { text: await response.text(), next: next === undefined ? null : `${pathname}${search}` };
  } catch (error) {
    return { kind: "away", reason: `the answer was cut off (${error})`, retryAfterS: null } satisfies Away;
  }
}
