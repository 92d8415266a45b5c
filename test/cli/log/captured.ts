import { vi } from "vitest";
import { run } from "../../../src/cli/program.ts";

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function captured(...argv: readonly string[]): Promise<Ended> {
  const printed = { stdout: "", stderr: "" };
  const line =
    (name: keyof typeof printed) =>
    (...texts: readonly unknown[]) => {
      printed[name] += `${texts.join(" ")}\n`;
    };
  const write = (name: keyof typeof printed) =>
    ((chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
      printed[name] += Buffer.from(chunk as Uint8Array).toString();
      const done = rest.find((one) => typeof one === "function") as (() => void) | undefined;
      done?.();
      return true;
    }) as typeof process.stdout.write;
  const spies = [
    vi.spyOn(console, "log").mockImplementation(line("stdout")),
    vi.spyOn(console, "error").mockImplementation(line("stderr")),
    vi.spyOn(process.stdout, "write").mockImplementation(write("stdout")),
    vi.spyOn(process.stderr, "write").mockImplementation(write("stderr")),
  ];
  const listeners = process.stdout.listeners("error");
  try {
    return { exitCode: await run(argv), ...printed };
  } finally {
    // Each command line is for a process of its own.
    for (const one of process.stdout.listeners("error")) {
      if (!listeners.includes(one)) process.stdout.removeListener("error", one as () => void);
    }
    for (const spy of spies) spy.mockRestore();
  }
}
