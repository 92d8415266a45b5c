import { join } from "node:path";
import { EXIT, failed, report } from "../failure.ts";
import { Checkpoint } from "./checkpoint.ts";
import type { ImportOptions } from "./options.ts";
import { hasParentsHere, PASSES, prepare, unsentText } from "./prepare.ts";
import { Records } from "./records.ts";
import { writeReport } from "./refusals.ts";
import { reading, type Source } from "./source.ts";
import { tally } from "./tally.ts";

const count = (value: number): string => value.toLocaleString("en-US");

/** Applies the service's schemas to every line locally and sends nothing. Resolves with the exit code. */
export async function checkLocally(
  source: Source,
  options: ImportOptions,
  places: { readonly scratch: string; readonly report: string },
): Promise<number> {
  const opened = Checkpoint.open(join(places.scratch, "dry-run"));
  if (!opened.ok) return report(failed(opened.error));
  const checkpoint = opened.value;
  const { inOrder, upsert } = options;
  try {
    const read = await reading(() =>
      prepare(source, checkpoint, { tenant: "", inOrder, upsert, checkAll: true }, null),
    );
    if (!read.ok) return report(read.error);
    const unsent = unsentText(checkpoint);
    if (unsent !== null) console.error(unsent);
    const { noun } = source;
    const summary = await writeReport(places.report, source.files, checkpoint);
    const { total, refused } = tally(checkpoint);
    console.log(
      `Dry run: nothing was sent. ${count(total - refused)} of ${count(total)} ${noun} fit the schemas.`,
    );
    const elsewhere = eventsWithParentsElsewhere(checkpoint);
    if (elsewhere > 0) {
      console.log(
        `${count(elsewhere)} ${noun === "lines" ? "lines" : "events"} refer to records that these files do not create; only the service knows them.`,
      );
    }
    console.log("Not checked here: what is stored already, and the rules of an update's merged record.");
    if (refused === 0) return EXIT.done;
    for (const line of summary) console.log(line);
    console.log(`Each of the refused ${noun} with its reason: ${places.report}`);
    console.log(
      `${count(total - refused)} of ${count(total)} ${noun} would be in, ${count(refused)} refused.`,
    );
    return EXIT.refused;
  } finally {
    checkpoint.close();
  }
}

function eventsWithParentsElsewhere(checkpoint: Checkpoint): number {
  const records = new Records(checkpoint);
  let found = 0;
  for (const pass of Object.values(PASSES)) {
    for (const event of checkpoint.waiting(pass, false)) {
      if (!hasParentsHere(event, records)) found += 1;
    }
  }
  return found;
}
