import { readFileSync } from "node:fs";

const LAUNCHER_POLL_MS = 250;

/** Name and parent of a process, from proc(5); undefined where there is no /proc. */
function processStatus(pid: number): { name: string; parent: string } | undefined {
  try {
    const [, name = "", parent = ""] =
      /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { name, parent };
  } catch {
    // Not Linux, or the process has just ended: its id alone must do.
    return undefined;
  }
}

/**
 * Whoever launched this process, as a value that changes when they die (an orphan gets a new parent). npm may put
 * a shell in between, which outlives a killed npm, so then the shell's parent counts too.
 */
function launcher(): string {
  const shell = processStatus(process.ppid);
  return shell?.name.endsWith("sh") ? `${process.ppid} ${shell.parent}` : String(process.ppid);
}

/**
 * Aborts when somebody asks this process to end. Under npm that includes the end of npm itself: killed, it passes
 * no signal on, and the service would keep its port with nobody watching.
 */
export function stopRequests(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort());
  }
  if (process.env.npm_lifecycle_event !== undefined) {
    const first = launcher();
    setInterval(() => launcher() !== first && controller.abort(), LAUNCHER_POLL_MS).unref();
  }
  return controller.signal;
}
