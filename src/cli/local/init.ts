import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, failed, report } from "../failure.ts";
import { applyMigrations } from "./dev.ts";
import { loadOrCreateKey, workerSettings } from "./issuer.ts";
import { localSettings } from "./local-settings.ts";
import { openLogFile } from "./log-file.ts";
import { localFiles, PROJECT_ROOT } from "./project.ts";

export interface InitOptions {
  readonly dataDirectory: string | undefined;
}

/** Writes `.dev.vars` unless it exists, and prepares the local database. Resolves with the exit code. */
export async function init({ dataDirectory }: InitOptions): Promise<number> {
  const { keyFile, stateDirectory, logFile } = localFiles(dataDirectory);
  const key = await loadOrCreateKey(keyFile);
  if (!key.ok) return report(key.error);
  const lines = Object.entries({ ...workerSettings(key.value), ...localSettings(key.value, "") }).map(
    ([name, value]) => `${name}='${value}'`,
  );
  const path = join(PROJECT_ROOT, ".dev.vars");
  try {
    await writeFile(path, `${lines.join("\n")}\n`, { flag: "wx" });
  } catch (error) {
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!exists) throw error;
    return report(failed(".dev.vars already exists. Nothing was written."));
  }
  const log = await openLogFile(logFile);
  const migrated = await applyMigrations(stateDirectory, new AbortController().signal, log);
  await log.end();
  if (!migrated.ok) return report(migrated.error);
  console.log(
    "Wrote .dev.vars. Start the service with: npx wrangler dev\nA token for it: npx loan-ledger token --tenant demo",
  );
  return EXIT.done;
}
