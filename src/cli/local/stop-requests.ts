import { readFileSync } from "node:fs";

const LAUNCHER_POLL_MS = 250;

/** Name and parent of a process, from proc(5); undefined where there is no /proc. */
function processStatus(pid: number): { name: string; parent: string } | undefined {
  try {
    const [, name = "", parent = ""] =
      /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { name, parent };
  } catch {
    // Not Linux, or the process has just ended: only its id is known.
    return undefined;
  }
}

/**
 * Identifies the process that launched this one. The value changes when that process ends, because an orphan gets a new
 * parent. npm may put a shell in between, which outlives a killed npm, so then the shell's parent counts too.
 */
function launcher(): string {
  const shell = processStatus(process.ppid);
  return shell?.name.endsWith("sh") ? `${process.ppid} ${shell.parent}` : String(process.ppid);
}

/** Each signal in words, for the line that says why the service stopped. */
const SIGNALS = {
  SIGINT: "Ctrl-C (SIGINT)",
  SIGTERM: "asked to end (SIGTERM)",
  SIGHUP: "the terminal was closed (SIGHUP)",
};
const ORPHANED = "the command that started it has ended";

/**
 * Aborts when this process is asked to end; the signal's reason is a text that says by whom. Under npm that includes the
 * end of npm itself: when npm is killed, it passes no signal on, and the service would keep its port.
 */
export function stopRequests(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, words] of Object.entries(SIGNALS)) {
    process.on(signal, () => controller.abort(words));
  }
  if (process.env.npm_lifecycle_event !== undefined) {
    const first = launcher();
    setInterval(() => launcher() !== first && controller.abort(ORPHANED), LAUNCHER_POLL_MS).unref();
  }
  return controller.signal;
}
