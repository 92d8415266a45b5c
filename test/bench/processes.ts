/** What Linux says of processes in /proc; nothing elsewhere. */
import { readdirSync, readFileSync } from "node:fs";

/** The members of /proc/PID/stat after the command, which may hold spaces. */
function statOf(pid: number): { readonly command: string; readonly rest: readonly string[] } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = text.lastIndexOf(")");
    return { command: text.slice(text.indexOf("(") + 1, end), rest: text.slice(end + 2).split(" ") };
  } catch {
    return null;
  }
}

function all(): readonly number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** Processes of this command. */
export const processes = (command: string) => all().filter((pid) => statOf(pid)?.command === command);

/** Processes that this one has started. */
export const children = () => all().filter((pid) => statOf(pid)?.rest[1] === String(process.pid));

const TICK_MS = 10;

/** User and system time of a process, in milliseconds. */
export function cpuMsOf(pid: number): number | null {
  const stat = statOf(pid);
  return stat && (Number(stat.rest[11]) + Number(stat.rest[12])) * TICK_MS;
}
