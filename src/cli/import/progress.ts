import { Presets, SingleBar } from "cli-progress";

const PLAIN_PERIOD_MS = 5_000;

/** Shows the progress of a long command on standard error. */
interface Progress {
  advance(lines: number, refused: number): void;
  stop(): void;
}

const count = (value: number): string => value.toLocaleString("en-US");

/** A bar with rate and remaining time on a terminal, a plain line every few seconds elsewhere. */
export function startProgress(total: number, done: number): Progress {
  const started = Date.now();
  let [settled, refused] = [done, 0];
  const rate = () => Math.round((settled - done) / Math.max(0.001, (Date.now() - started) / 1000));
  if (!process.stderr.isTTY) {
    let last = started;
    return {
      advance(lines, more) {
        settled += lines;
        refused += more;
        if (Date.now() - last < PLAIN_PERIOD_MS) return;
        last = Date.now();
        console.error(
          `${count(settled)} of ${count(total)} lines, ${count(rate())}/s, ${count(refused)} refused`,
        );
      },
      stop: () => undefined,
    };
  }
  const bar = new SingleBar(
    {
      format: "{bar} {value}/{total} lines, {rate}/s, {left} left, {refused} refused",
      barsize: 24,
      hideCursor: true,
      stream: process.stderr,
    },
    Presets.shades_classic,
  );
  bar.start(total, done, { rate: 0, left: "?", refused: 0 });
  return {
    advance(lines, more) {
      settled += lines;
      refused += more;
      const perSecond = rate();
      const left = perSecond > 0 ? `${Math.ceil((total - settled) / perSecond)}s` : "?";
      bar.update(settled, { rate: perSecond, left, refused });
    },
    stop: () => bar.stop(),
  };
}
