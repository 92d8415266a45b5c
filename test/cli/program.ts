import { expect, vi } from "vitest";
import { type Handlers, run } from "../../src/cli/program.ts";

/** How a command line was understood: the command and its options, or the exit code and what was printed. */
export interface Understood {
  readonly command?: string;
  readonly options?: unknown;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Parses a command line and records what the command would get, without doing it. */
export async function understand(argv: readonly string[]): Promise<Understood> {
  const calls: { command: string; options: unknown }[] = [];
  const recording = new Proxy({} as Handlers, {
    get: (_, command: string) => async (options: unknown) => {
      calls.push({ command, options });
      return 0;
    },
  });
  const printed = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    }),
  );
  const listeners = process.stdout.listeners("error");
  try {
    const exitCode = await run(argv, recording);
    expect(calls.length).toBeLessThan(2);
    return { ...calls[0], exitCode, ...printed };
  } finally {
    for (const one of process.stdout.listeners("error")) {
      if (!listeners.includes(one)) process.stdout.removeListener("error", one as () => void);
    }
    for (const spy of spies) spy.mockRestore();
  }
}
