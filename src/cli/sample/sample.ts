import { once } from "node:events";
import { EXIT } from "../failure.ts";
import { type SampleOptions, sampleTape } from "./tape.ts";

/** Prints a sample tape as NDJSON, one `POST /ingest` body per line. Resolves with the exit code. */
export async function sample(options: SampleOptions): Promise<number> {
  for (const envelope of sampleTape(options)) {
    if (!process.stdout.write(`${JSON.stringify(envelope)}\n`)) await once(process.stdout, "drain");
  }
  return EXIT.done;
}
