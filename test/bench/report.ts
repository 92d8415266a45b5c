/** One line of the report: a ratio of this project to what it is held against, and both sides' medians. */
export interface Row {
  readonly name: string;
  readonly against: "usual" | "bare" | "ours";
  /** The ratio to reach; for a time the ratio not to exceed. */
  readonly target: number;
  readonly ratio: number;
  readonly ours: Side;
  readonly other: Side;
}

export interface Side {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the runtime's CPU an event. */
  readonly cpuUs: number;
}

export function markdown(_rows: readonly Row[], _rounds: number): string {
  return "";
}
export function chart(_rows: readonly Row[]): string {
  return "";
}
