import { vi } from "vitest";

/** Everything that is logged while `work` runs. The caller restores the mocks. */
export async function logged(work: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...parts) => {
      lines.push(parts.join(" "));
    });
  }
  await work();
  return lines;
}

export const requestLines = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.includes('"message":"request"'));
