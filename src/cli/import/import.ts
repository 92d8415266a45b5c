import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report } from "../failure.ts";
import { stopRequests } from "../local/stop-requests.ts";
import { Service } from "../service.ts";
import { Checkpoint } from "./checkpoint.ts";
import { checkLocally } from "./dry-run.ts";
import type { ImportOptions } from "./options.ts";
import { type SendingOptions, sendAll } from "./passes.ts";
import { fileHash, prepare, unsentText } from "./prepare.ts";
import { startProgress } from "./progress.ts";
import { writeReport } from "./refusals.ts";
import { type Reading, readingOf } from "./scheme.ts";
import { inputFiles, openSource, reading, type Source } from "./source.ts";
import { type Tally, tally } from "./tally.ts";

const count = (value: number): string => value.toLocaleString("en-US");

/** Where an import keeps what. */
interface Places {
  readonly scratch: string;
  readonly checkpoint: string;
  readonly report: string;
}

/** Where the lines go. */
interface Target {
  readonly service: Service;
  readonly tenant: string;
}

/** Sends files of events to the service, each line once. Resolves with the exit code. */
export async function importFiles(options: ImportOptions): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), "loan-ledger-import-"));
  try {
    const read = await readingOf(options);
    if (!read.ok) return report(read.error);
    const source = await sourceOf(options, read.value, scratch);
    if (!source.ok) return report(source.error);
    const places = placesOf(options, read.value, scratch);
    if (options.dryRun) return await checkLocally(source.value, options, places);
    const service = Service.from(options);
    if (!service.ok) return report(service.error);
    const caller = await service.value.whoAmI();
    if (!caller.ok) return report(failed(`${caller.error.message}\nNothing was sent.`));
    const target = { service: service.value, tenant: caller.value.tenant_id };
    return await run(options, source.value, target, places);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function sourceOf(
  options: ImportOptions,
  { scheme, files: notation }: Reading,
  scratch: string,
): Promise<Result<Source, CommandFailure>> {
  const files = await inputFiles(options.files, scratch);
  if (!files.ok) return files;
  const opened = await reading(() => openSource(files.value, scheme, { ...notation, scratch }));
  return opened.ok ? opened.value : opened;
}

function placesOf(options: ImportOptions, { scheme }: Reading, scratch: string): Places {
  const [first = "-"] = options.files;
  const own = scheme === null ? `${first}.checkpoint` : `${first}.${scheme.name}.checkpoint`;
  const isSpooled = options.files.includes("-");
  return {
    scratch,
    checkpoint: options.checkpoint ?? (isSpooled ? join(scratch, "checkpoint") : own),
    report: options.report ?? `${first === "-" ? "standard-input" : first}.refused.ndjson`,
  };
}

/** Identifies what a checkpoint belongs to: it continues only with the same lines for the same tenant. */
async function identityOf(options: ImportOptions, source: Source, target: Target): Promise<string> {
  const { category = null, map, inOrder, upsert, decimal = null, dateFormat = null } = options;
  const { scratch: _, ...notation } = source.notation;
  const hashes = await Promise.all(source.files.map(({ path }) => fileHash(path)));
  const mapping = source.scheme?.mapping ? JSON.stringify(source.scheme.mapping) : null;
  const how = [category, [...map], mapping, notation, decimal, dateFormat, inOrder, upsert];
  return JSON.stringify([hashes, target.service.url, target.tenant, ...how]);
}

async function openCheckpoint(
  path: string,
  options: ImportOptions,
  source: Source,
  target: Target,
): Promise<Result<Checkpoint, CommandFailure>> {
  const opened = Checkpoint.open(path);
  if (!opened.ok) return err(failed(opened.error));
  const checkpoint = opened.value;
  const identity = await identityOf(options, source, target);
  const known = checkpoint.meta("identity");
  if (known !== null && known !== identity) {
    checkpoint.close();
    const other = "of other files, options, or another server or tenant";
    return err(failed(`${path} is the checkpoint ${other}. Delete it, or name another with --checkpoint.`));
  }
  checkpoint.setMeta("identity", identity);
  return ok(checkpoint);
}

async function run(options: ImportOptions, source: Source, target: Target, places: Places): Promise<number> {
  const { service, tenant } = target;
  const opened = await openCheckpoint(places.checkpoint, options, source, target);
  if (!opened.ok) return report(opened.error);
  const checkpoint = opened.value;
  const { inOrder, upsert, concurrency: lanes } = options;
  try {
    const stop = stopRequests();
    if (checkpoint.meta("prepared") === null) {
      checkpoint.clear();
      const how = { tenant, inOrder, upsert, checkAll: false };
      const read = await reading(() => prepare(source, checkpoint, how, { service, stop }));
      const prepared = read.ok ? read.value : read;
      if (!prepared.ok) return report(prepared.error);
      checkpoint.setMeta("prepared", "true");
    } else checkpoint.retryRefused();
    const unsent = unsentText(checkpoint);
    if (unsent !== null) console.error(unsent);
    const sent = await sendWithProgress({ service, tenant, checkpoint, inOrder, upsert, stop, lanes });
    const summary = await writeReport(places.report, source.files, checkpoint);
    const { noun } = source;
    return conclude({ sent, stop, tally: tally(checkpoint), summary, noun, upsert, report: places.report });
  } finally {
    checkpoint.close();
  }
}

async function sendWithProgress(
  sending: Omit<SendingOptions, "settled">,
): Promise<Result<void, CommandFailure>> {
  const { checkpoint, stop } = sending;
  const { total, waiting } = checkpoint.counts();
  const progress = startProgress(total, total - [...waiting.values()].reduce((sum, more) => sum + more, 0));
  try {
    return await sendAll(waiting, {
      ...sending,
      settled: (lines, refused) => progress.advance(lines, refused),
    });
  } catch (error) {
    if (!stop.aborted) throw error;
    return err(failed(`Stopped: ${stop.reason}.`));
  } finally {
    progress.stop();
  }
}

interface Conclusion {
  readonly sent: Result<void, CommandFailure>;
  readonly stop: AbortSignal;
  readonly tally: Tally;
  readonly summary: readonly string[];
  readonly noun: Source["noun"];
  readonly upsert: boolean;
  readonly report: string;
}

function conclude({ sent, stop, tally, summary, noun, upsert, report: path }: Conclusion): number {
  const { total, done, refused, waiting } = tally;
  if (!sent.ok || waiting > 0) {
    const why = sent.ok ? `Stopped: ${stop.reason ?? `not all ${noun} were sent`}.` : sent.error.message;
    const rest = `${count(done)} of ${count(total)} ${noun} are in. The same command continues from here.`;
    return report(failed(`${why}\n${rest}`));
  }
  if (refused > 0) {
    for (const line of summary) console.log(line);
    if (tally.existing > 0 && !upsert) {
      console.log("With --upsert, records that exist get what the files say differently.");
    }
    console.log(`Each refused ${noun === "lines" ? "line" : "row"} and its reason: ${path}`);
  }
  const start = refused > 0 ? "Finished" : "Done";
  const deleted = tally.deleted > 0 ? [`${count(tally.deleted)} deleted`] : [];
  const parts = [
    `${count(tally.created)} created`,
    `${count(tally.updated)} updated`,
    ...deleted,
    `${count(tally.unchanged)} unchanged`,
    `${count(refused)} refused`,
  ];
  if (upsert) console.log(`${start}: ${parts.join(", ")}.`);
  else if (refused === 0) console.log(`Done: all ${count(total)} ${noun} are in.`);
  else
    console.log(
      `Finished: ${count(done)} of ${count(total)} ${noun} are in, ${count(refused)} were refused.`,
    );
  return refused > 0 ? EXIT.refused : EXIT.done;
}
