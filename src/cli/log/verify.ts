import { readFile } from "node:fs/promises";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { LoggedClaims } from "../../domain/log/claims.ts";
import type { Gap } from "../../domain/log/gaps.ts";
import { readReceipt } from "../../domain/log/receipt.ts";
import { LogVerifier, type Verified } from "../../domain/log/verify.ts";
import { type CommandFailure, EXIT, report, wrongUsage } from "../failure.ts";
import { type Checkpoint, openCheckpoint, readKeys } from "./checkpoints.ts";
import { isReadFailure, readLine, textLines } from "./lines.ts";
import {
  claimFault,
  faultText,
  fitText,
  gapText,
  type Outcomes,
  statementFault,
  summary,
  verdictText,
} from "./report.ts";
import { Scratch } from "./scratch.ts";

export interface VerifyOptions {
  readonly file: string;
  readonly checkpoints: readonly string[];
  readonly receipts: string | undefined;
  /** A file or a URL. */
  readonly jwks: string | undefined;
}

/** How many claims that do not fit are named one by one. */
const NAMED_MAX = 20;

/** A checkpoint file, or why it proves nothing. */
interface Statement {
  readonly path: string;
  readonly checkpoint: Result<Checkpoint, string>;
}

/** Compares an exported log with itself and with what was kept of it. Resolves with the exit code: 1 where it does not fit. */
export async function verify(options: VerifyOptions): Promise<number> {
  const scratch = new Scratch();
  try {
    const statements = await readStatements(options);
    if (!statements.ok) return report(statements.error);
    for (const { path, checkpoint } of statements.value) {
      if (checkpoint.ok) scratch.addClaim({ ...checkpoint.value, source: `checkpoint ${path}` });
    }
    const receipts = await readReceipts(options.receipts, scratch);
    if (!receipts.ok) return report(receipts.error);
    return await compare(options.file, scratch, statements.value);
  } finally {
    scratch.close();
  }
}

async function readStatements({
  checkpoints,
  jwks,
}: VerifyOptions): Promise<Result<readonly Statement[], CommandFailure>> {
  if (checkpoints.length === 0) return ok([]);
  if (jwks === undefined) {
    return err(wrongUsage("A checkpoint is verified with the service's public keys: --jwks <file or URL>."));
  }
  const keys = await readKeys(jwks);
  if (!keys.ok) return keys;
  const statements: Statement[] = [];
  for (const path of checkpoints) {
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) return err(unreadable(path));
    statements.push({ path, checkpoint: await openCheckpoint(text, keys.value) });
  }
  return ok(statements);
}

/** Keeps the receipts of a file for the comparison. */
async function readReceipts(
  path: string | undefined,
  scratch: Scratch,
): Promise<Result<void, CommandFailure>> {
  let count = 0;
  if (path === undefined) return ok(undefined);
  try {
    for await (const lines of textLines(path)) {
      for (const line of lines) {
        count += 1;
        const receipt = readReceipt(line);
        if (!receipt)
          return err(wrongUsage(`${path} has no receipt in its line ${count} that is not blank.`));
        scratch.addClaim({ ...receipt, source: "receipt" });
      }
    }
  } catch (error) {
    if (isReadFailure(error)) return err(unreadable(path));
    throw error;
  }
  return ok(undefined);
}

const unreadable = (path: string): CommandFailure => wrongUsage(`${path} cannot be read.`);

async function compare(file: string, scratch: Scratch, statements: readonly Statement[]): Promise<number> {
  const settled: Outcomes = { fitting: 0, unfit: 0, first: null, latest: null };
  const claims = new LoggedClaims(scratch.claims(), (claim, outcome) => {
    if (outcome === "fits") {
      settled.fitting += 1;
      settled.latest = claim.sequence;
    } else {
      const fault = claimFault(claim, outcome);
      settled.unfit += 1;
      settled.first ??= fault;
      if (settled.unfit <= NAMED_MAX) console.log(faultText(fault));
    }
  });
  const read = await readLog(file, scratch, claims);
  if (!read.ok) return report(read.error);
  const verified = read.value;
  const broken = statements.flatMap(({ path, checkpoint }) =>
    statementFault(path, checkpoint, verified.tenant),
  );
  if (settled.unfit > NAMED_MAX) console.log(`${settled.unfit - NAMED_MAX} more receipts do not fit.`);
  for (const text of broken) console.log(text);
  for (const text of summary(verified)) console.log(text);
  const fits = verified.fault === null && settled.unfit === 0 && broken.length === 0;
  if (verified.fault) console.log(faultText(verified.fault));
  console.log(fits ? fitText(verified, settled) : verdictText(verified.fault, settled));
  return fits ? EXIT.done : EXIT.stopped;
}

/** Reads the log to its end, and compares the claims on the way. */
async function readLog(
  file: string,
  scratch: Scratch,
  claims: LoggedClaims,
): Promise<Result<Verified, CommandFailure>> {
  let gap: Gap | null = null;
  const log = new LogVerifier(scratch, (found) => {
    gap = found;
    console.log(gapText(found));
  });
  try {
    for await (const lines of textLines(file)) {
      for (const text of lines) {
        const line = readLine(text);
        if (!line.ok) {
          log.addUnreadable(line.error);
          claims.end();
          return ok(log.verified);
        }
        gap = null;
        log.add(line.value);
        claims.add(line.value, gap);
      }
    }
  } catch (error) {
    if (isReadFailure(error)) return err(unreadable(file));
    throw error;
  }
  claims.end();
  return ok(log.verified);
}
