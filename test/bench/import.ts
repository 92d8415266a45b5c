import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { sampleTape } from "../../src/cli/sample/tape.ts";
import { PROJECT_ROOT } from "../support/built-worker.ts";
import type { Measured } from "./load.ts";
import { tokenOf } from "./requests.ts";

/** As many as the command line has by default. */
const LANES = 4;
const BATCH_LINES = 100;

export interface Tape {
  readonly path: string;
  readonly size: number;
  /** The batches of each pass, those of a lane in their order: parents come before their children. */
  readonly passes: readonly (readonly (readonly string[])[])[];
}

/** A tape as a file, and as batches that are ready to be sent. */
export async function makeTape(folder: string, loans: number): Promise<Tape> {
  const lines: string[] = [];
  const lanes = [0, 1, 2].map(() => Array.from({ length: LANES }, () => [] as string[]));
  for (const envelope of sampleTape({ loans, seed: 1, asOf: "2026-11-20" })) {
    const { category, data } = envelope as { category: string; data: Record<string, unknown> };
    const pass = category === "client" ? 0 : category === "disbursement" ? 1 : 2;
    // The first digits of an id are those of the client or of the loan, whose events stay in one lane.
    const id = data.disbursement_id ?? data.payment_id ?? data.operation_id ?? data.client_id;
    const digits = /\d+/.exec(String(id));
    const line = JSON.stringify({ idempotency_key: `tape-${lines.length}-key`, ...envelope });
    lines.push(JSON.stringify(envelope));
    lanes[pass]?.[Number(digits?.[0] ?? 0) % LANES]?.push(line);
  }
  const path = join(folder, "tape.ndjson");
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  const batched = (lane: readonly string[]) =>
    Array.from({ length: Math.ceil(lane.length / BATCH_LINES) }, (_, n) =>
      lane.slice(n * BATCH_LINES, (n + 1) * BATCH_LINES).join("\n"),
    );
  return { path, size: lines.length, passes: lanes.map((pass) => pass.map(batched)) };
}

async function timed(requests: number, work: () => Promise<void>): Promise<Measured> {
  const begin = performance.now();
  await work();
  const ms = performance.now() - begin;
  return { requests, perSecond: requests / (ms / 1000), p50: ms, p99: ms };
}

/** The batches alone. */
export async function sendBatches(port: number, tape: Tape, tenant: string): Promise<Measured> {
  const headers = {
    Authorization: `Bearer ${await tokenOf(tenant)}`,
    "Content-Type": "application/x-ndjson",
  };
  return timed(tape.size, async () => {
    for (const pass of tape.passes) {
      await Promise.all(
        pass.map(async (batches) => {
          for (const body of batches) {
            const answer = await fetch(`http://127.0.0.1:${port}/ingest/batch`, {
              method: "POST",
              headers,
              body,
            });
            const refused = (await answer.text()).split("\n").find((line) => /"status":[45]/.test(line));
            if (!answer.ok || refused) throw new Error(`A batch was refused: ${refused ?? answer.status}`);
          }
        }),
      );
    }
  });
}

/** The whole command: from its start until its end. */
export async function importTape(port: number, tape: Tape, tenant: string): Promise<Measured> {
  const settings = { LOAN_LEDGER_URL: `http://127.0.0.1:${port}`, LOAN_LEDGER_TOKEN: await tokenOf(tenant) };
  const args = ["import", tape.path, "--checkpoint", `${tape.path}.${tenant}`];
  return timed(tape.size, async () => {
    const child = spawn(process.execPath, [join(PROJECT_ROOT, "src/cli/main.mjs"), ...args], {
      env: { ...process.env, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [output, errors, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "exit"),
    ]);
    if (code !== 0) throw new Error(`The import ended with ${code}: ${output}${errors}`);
  });
}
