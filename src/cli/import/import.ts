import { createWriteStream } from "node:fs";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, failed, report, wrongUsage } from "../failure.ts";
import { stopRequests } from "../local/stop-requests.ts";
import { Service } from "../service.ts";
import { Checkpoint, STATE } from "./checkpoint.ts";
import { csvHeader } from "./csv.ts";
import { checkLocally } from "./dry-run.ts";
import type { ImportOptions } from "./options.ts";
import { type SendingOptions, sendAll } from "./passes.ts";
import { fileHash, prepare, type Source } from "./prepare.ts";
import { startProgress } from "./progress.ts";
import { writeReport } from "./refusals.ts";

const count = (value: number): string => value.toLocaleString("en-US");

/** Sends files of events to the service, each line once. Resolves with the exit code. */
export async function importFiles(options: ImportOptions): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), "loan-ledger-import-"));
  try {
    const source = await openSource(options, scratch);
    if (!source.ok) return report(source.error);
    if (options.dryRun) return await checkLocally(source.value, options, scratch);
    const service = Service.from(options);
    if (!service.ok) return report(service.error);
    return await run(options, source.value, service.value, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Checks that every file is readable in its format. Standard input becomes a file. */
async function openSource(options: ImportOptions, scratch: string): Promise<Result<Source, CommandFailure>> {
  const { category, map } = options;
  const csv = category === undefined ? null : { category, map };
  const files: string[] = [];
  for (const name of options.files) {
    if (name === "-") {
      const spool = join(scratch, "standard-input");
      await pipeline(process.stdin, createWriteStream(spool));
      files.push(spool);
      continue;
    }
    const readable = await access(name).then(
      () => true,
      () => false,
    );
    if (!readable) return err(failed(`${name} cannot be read.`));
    if (csv === null && /\.csv$/i.test(name)) return err(wrongUsage(`${name} is CSV: name its --category.`));
    files.push(name);
  }
  for (const [index, file] of files.entries()) {
    const header = csv === null ? ok(null) : await csvHeader(file, csv);
    if (!header.ok) return err(wrongUsage(`${options.files[index]}: ${header.error}`));
  }
  return ok({ files, csv });
}

/** Identifies what a checkpoint belongs to: it continues only with the same lines for the same tenant. */
async function identityOf(options: ImportOptions, source: Source, service: Service): Promise<string> {
  const { category = null, map, inOrder } = options;
  const hashes = await Promise.all(source.files.map(fileHash));
  return JSON.stringify([hashes, service.url, service.tenant, category, [...map], inOrder]);
}

async function openCheckpoint(
  path: string,
  options: ImportOptions,
  source: Source,
  service: Service,
): Promise<Result<Checkpoint, CommandFailure>> {
  const opened = Checkpoint.open(path);
  if (!opened.ok) return err(failed(opened.error));
  const checkpoint = opened.value;
  const identity = await identityOf(options, source, service);
  const known = checkpoint.meta("identity");
  if (known !== null && known !== identity) {
    checkpoint.close();
    const other = "of other files, options, or another server or tenant";
    return err(failed(`${path} is the checkpoint ${other}. Delete it, or name another with --checkpoint.`));
  }
  checkpoint.setMeta("identity", identity);
  return ok(checkpoint);
}

async function run(
  options: ImportOptions,
  source: Source,
  service: Service,
  scratch: string,
): Promise<number> {
  const [first = "-"] = options.files;
  const spooled = options.files.includes("-");
  const checkpointPath =
    options.checkpoint ?? (spooled ? join(scratch, "checkpoint") : `${first}.checkpoint`);
  const reportPath = options.report ?? `${first === "-" ? "standard-input" : first}.refused.ndjson`;
  const opened = await openCheckpoint(checkpointPath, options, source, service);
  if (!opened.ok) return report(opened.error);
  const checkpoint = opened.value;
  const { inOrder, concurrency: lanes } = options;
  try {
    if (checkpoint.meta("prepared") === null) {
      checkpoint.clear();
      await prepare(
        source,
        checkpoint,
        { tenant: service.tenant, inOrder, checkAll: false },
        () => undefined,
      );
      checkpoint.setMeta("prepared", "true");
    } else checkpoint.retryRefused();
    const stop = stopRequests();
    const sent = await sendWithProgress({ service, source, checkpoint, inOrder, stop, lanes });
    const refused = await writeReport(reportPath, options.files, checkpoint);
    return conclude(checkpoint, sent, stop, refused > 0 ? reportPath : null);
  } finally {
    checkpoint.close();
  }
}

async function sendWithProgress(
  sending: Omit<SendingOptions, "settled">,
): Promise<Result<void, CommandFailure>> {
  const { checkpoint, stop } = sending;
  const total = checkpoint.count(Object.values(STATE));
  const waiting = checkpoint.count([STATE.waiting]);
  const progress = startProgress(total, total - waiting);
  try {
    return await sendAll({
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

function conclude(
  checkpoint: Checkpoint,
  sent: Result<void, CommandFailure>,
  stop: AbortSignal,
  reportPath: string | null,
): number {
  const total = checkpoint.count(Object.values(STATE));
  const done = checkpoint.count([STATE.done]);
  const waiting = checkpoint.count([STATE.waiting]);
  if (!sent.ok || waiting > 0) {
    const why = sent.ok ? `Stopped: ${stop.reason ?? "not all lines were sent"}.` : sent.error.message;
    const rest = `${count(done)} of ${count(total)} lines are in. The same command continues from here.`;
    return report(failed(`${why}\n${rest}`));
  }
  if (reportPath === null) {
    console.log(`Done: all ${count(total)} lines are in.`);
    return EXIT.done;
  }
  console.log(
    `Finished: ${count(done)} of ${count(total)} lines are in, ${count(total - done)} were refused.`,
  );
  console.log(`Each refused line and its reason: ${reportPath}`);
  return EXIT.refused;
}
