import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { anasLines, bob, found, VALUES } from "../erasure/ana.ts";
import { TEST_AUTH_BINDINGS, TEST_WEBHOOK_KEY } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { until } from "../support/until.ts";
import { tokenOf } from "./import/service.ts";

const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** The values that some file holds, after each database is written anew without what was deleted. */
async function foundIn(folder: string): Promise<readonly string[]> {
  for (const path of await filesIn(folder)) {
    if (!path.endsWith(".sqlite")) continue;
    const database = new DatabaseSync(path);
    database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
    database.close();
  }
  const texts = await Promise.all((await filesIn(folder)).map((path) => readFile(path, "latin1")));
  const bytesOf = (text: string) => Buffer.from(text, "utf8").toString("latin1");
  const values = Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [name, bytesOf(value)]));
  return found(texts.join("\n"), values);
}

/** The service with its state in a folder, and what it logs. */
class LocalService {
  readonly logged: string[] = [];
  readonly #tenant = `erased-${crypto.randomUUID().slice(0, 8)}`;
  readonly #folder: string;
  #worker: Awaited<ReturnType<typeof startBuiltWorker>> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(script: string): Promise<void> {
    this.#worker = await startBuiltWorker(script, {
      bindings: { ...TEST_AUTH_BINDINGS, WEBHOOK_KEY: TEST_WEBHOOK_KEY },
      directory: this.#folder,
      onLog: (line) => this.logged.push(line),
    });
  }

  async stop(): Promise<void> {
    await this.#worker?.dispose();
    this.#worker = null;
  }

  /** Sends a request, and answers its JSON; a refusal fails the test. */
  async ask(method: string, path: string, body?: unknown): Promise<{ readonly status?: string }> {
    const text = typeof body === "string";
    const response = await fetch(new URL(path, await this.#worker?.ready), {
      method,
      headers: {
        Authorization: `Bearer ${await tokenOf(this.#tenant)}`,
        "Content-Type": text ? "application/x-ndjson" : "application/json",
        "Idempotency-Key": crypto.randomUUID(),
      },
      ...(body !== undefined && { body: text ? body : JSON.stringify(body) }),
    });
    const answer = await response.text();
    expect(response.ok, `${method} ${path}: ${answer}`).toBe(true);
    return text ? {} : JSON.parse(answer);
  }
}

it("after an erasure no file of the local state holds a value of the person, and no line of the logs ever did", async () => {
  const folder = await mkdtemp(join(tmpdir(), "loan-ledger-erasure-"));
  const service = new LocalService(folder);
  onTestFinished(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  const script = await buildWorker();
  await service.start(script);
  await service.ask("PUT", "/v1/bookkeeping", { mode: "records" });
  await service.ask("POST", "/v1/webhook-endpoints", {
    url: "https://receiver.invalid/hooks",
    from_sequence: 1,
  });
  await service.ask("POST", "/ingest/batch", anasLines());
  await service.ask("POST", "/ingest", { category: "client", data: bob });
  const reads = [
    "/api/portfolio?group_by=client_id",
    "/api/positions?as_of_date=2025-01-01",
    "/api/quality",
    "/v1/journal-entries",
    "/api/tables/clients?search=garcia",
    "/api/tables/events",
  ];
  for (const path of reads) await service.ask("GET", path);
  await service.stop();
  expect(await foundIn(folder)).toEqual(Object.keys(VALUES));

  await service.start(script);
  await service.ask("POST", "/api/clients/C-1/erasure", { reason: "error" });
  await until(async () => (await service.ask("GET", "/api/clients/C-1/erasure")).status === "complete");
  for (const path of reads) await service.ask("GET", path);
  await service.stop();
  expect(await foundIn(folder)).toEqual([]);
  expect(service.logged.length).toBeGreaterThan(0);
  expect(found(service.logged.join("\n"))).toEqual([]);
});
