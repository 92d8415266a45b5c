import { setTimeout as pause } from "node:timers/promises";
import { EXIT, report } from "../failure.ts";
import { type OperatedService, operatedDatabases } from "./database.ts";
import { beginWalk, placesOfWalk, rebuildPlacements } from "./placements.ts";

const LOOK_AGAIN_MS = 5_000;

/**
 * Rebuilds the placements, and makes the service call every tenant's gate; then waits until it has. It can be stopped and
 * run again. Resolves with the exit code.
 */
export async function afterRestore(options: OperatedService): Promise<number> {
  const databases = operatedDatabases(options);
  const rebuilt = await rebuildPlacements(databases);
  if (!rebuilt.ok) return report(rebuilt.error);
  for (const line of rebuilt.value) console.log(line);
  const begun = await beginWalk(databases);
  if (!begun.ok) return report(begun.error);
  console.log(
    "The service calls every tenant's gate, 400 a minute. You may stop this command: the service continues.",
  );
  for (let said = ""; ; await pause(LOOK_AGAIN_MS)) {
    const left = await placesOfWalk(databases);
    if (!left.ok) return report(left.error);
    if (left.value.length === 0) break;
    const text = `Left: ${left.value.join(", ")}.`;
    if (text !== said) console.log(text);
    said = text;
  }
  console.log("Every gate was called.");
  return EXIT.done;
}
