import { join } from "node:path";
import { EXIT, failed, report } from "../failure.ts";
import { Checkpoint, STATE } from "./checkpoint.ts";
import { readEnvelope } from "./envelope.ts";
import type { ImportOptions } from "./options.ts";
import { hasParentsHere, prepare, type Source, sourceLines } from "./prepare.ts";
import { writeReport } from "./refusals.ts";

const count = (value: number): string => value.toLocaleString("en-US");

/** Applies the service's schemas to every line locally and sends nothing. Resolves with the exit code. */
export async function checkLocally(source: Source, options: ImportOptions, scratch: string): Promise<number> {
  const opened = Checkpoint.open(join(scratch, "dry-run"));
  if (!opened.ok) return report(failed(opened.error));
  const checkpoint = opened.value;
  try {
    await prepare(
      source,
      checkpoint,
      { tenant: "", inOrder: options.inOrder, checkAll: true },
      () => undefined,
    );
    const elsewhere = await linesWithParentsElsewhere(source, checkpoint);
    const [first = "-"] = options.files;
    const path = options.report ?? `${first === "-" ? "standard-input" : first}.refused.ndjson`;
    const total = checkpoint.count(Object.values(STATE));
    const refused = await writeReport(path, options.files, checkpoint);
    console.log(
      `Dry run: nothing was sent. ${count(total - refused)} of ${count(total)} lines fit the schemas.`,
    );
    if (elsewhere > 0) {
      console.log(
        `${count(elsewhere)} lines refer to records that these files do not create; only the service knows them.`,
      );
    }
    console.log("Not checked here: what is stored already, and the rules of an update's merged record.");
    if (refused === 0) return EXIT.done;
    console.log(`${count(refused)} lines would be refused. Each with its reason: ${path}`);
    return EXIT.refused;
  } finally {
    checkpoint.close();
  }
}

async function linesWithParentsElsewhere(source: Source, checkpoint: Checkpoint): Promise<number> {
  let found = 0;
  for await (const line of sourceLines(source)) {
    const read = "text" in line ? readEnvelope(line.text) : null;
    if (read?.ok && !hasParentsHere(read.value, checkpoint)) found += 1;
  }
  return found;
}
