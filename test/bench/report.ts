/** What a row is held against: the usual way, bare Workers, or this project doing something else. */
export type Against = "usual" | "bare" | "ours";

/** One line of the report: a ratio of this project to what it is held against, and both sides' medians. */
export interface Row {
  readonly name: string;
  readonly against: Against;
  /** The ratio that was aimed at; for a time the ratio not to exceed. */
  readonly target: number;
  readonly ratio: number;
  /** True where the ratio is one of times. */
  readonly lessIsBetter: boolean;
  readonly ours: Side;
  readonly other: Side;
}

export interface Side {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the runtime's CPU an event; not a number where the system does not say. */
  readonly cpuUs: number;
}

const AGAINST: Readonly<Record<Against, string>> = {
  usual: "the usual way",
  bare: "bare Workers",
  ours: "itself",
};

const rounded = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));
const reached = ({ ratio, target, lessIsBetter }: Row) => (lessIsBetter ? ratio <= target : ratio >= target);

export function markdown(rows: readonly Row[], rounds: number, machine: string): string {
  const lines = rows.map((row) => {
    const { ours, other } = row;
    const unit = row.lessIsBetter ? "ms" : "/s";
    const pair = (a: number, b: number) => `${rounded(a)} : ${rounded(b)}`;
    const cells = [
      row.name,
      AGAINST[row.against],
      `**${rounded(row.ratio)}**`,
      `${row.lessIsBetter ? "at most " : ""}${row.target}${reached(row) ? "" : " (missed)"}`,
      `${pair(ours.perSecond, other.perSecond)} ${unit}`,
      `${pair(ours.p99, other.p99)} ms`,
      Number.isNaN(ours.cpuUs) ? "" : `${pair(ours.cpuUs, other.cpuUs)} µs`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `# Benchmark

Written by \`npm run bench -- --write\`. Three services, each built and in a local runtime of its own (workerd below wrangler's
proxy), take turns on one machine; a figure is the median of ${rounds} rounds, a ratio the median of the rounds' ratios. Machines
differ, so only ratios compare. Reads are measured first, while both sides hold the same 2,000 rows. ${machine}

- **This project**: the bundle that \`wrangler deploy\` uploads.
- **The usual way** ([usual.ts](../test/bench/usual.ts)): Hono, the same claims checked by jose on each request, a zod schema, a
  table of idempotency keys in D1 that is asked first, and one Drizzle batch that stores key, event and record.
- **Bare Workers** ([bare.ts](../test/bench/bare.ts)): a Hono route with that token check that stores nothing, or one D1 query.

![Ratios as bars](benchmark.svg)

| what | against | ratio | aimed at | both sides | p99 | CPU an event |
|---|---|---|---|---|---|---|
${lines.join("\n")}
`;
}

const WIDTH = 860;
const LABEL = 400;
const BAR = 22;
const TOP = 34;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The ratios as bars on a logarithmic scale, with a line at 1 and a mark at what was aimed at. */
export function chart(rows: readonly Row[]): string {
  const values = rows.flatMap(({ ratio, target }) => [ratio, target, 1]);
  const [least, most] = [Math.log10(Math.min(...values) / 1.3), Math.log10(Math.max(...values) * 1.6)];
  const x = (value: number) => LABEL + ((Math.log10(value) - least) / (most - least)) * (WIDTH - LABEL - 60);
  const height = TOP + rows.length * (BAR + 8) + 16;
  const bars = rows.map((row, index) => {
    const y = TOP + index * (BAR + 8);
    const [from, to] = [x(1), x(row.ratio)].sort((a, b) => a - b) as [number, number];
    const label = `${row.name}, to ${AGAINST[row.against]}`;
    const fill = reached(row) ? "#2f7d4f" : "#b0641c";
    return [
      `<text x="${LABEL - 10}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(to - from, 1).toFixed(1)}" height="${BAR}" fill="${fill}"/>`,
      `<line x1="${x(row.target).toFixed(1)}" x2="${x(row.target).toFixed(1)}" y1="${y - 2}" y2="${y + BAR + 2}" stroke="#888" stroke-dasharray="3 2"/>`,
      `<text x="${(Math.max(to, x(1)) + 6).toFixed(1)}" y="${y + 15}" font-weight="bold">${rounded(row.ratio)}</text>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Ratios of this project to what it is held against" font-family="system-ui, sans-serif" font-size="12">
<style>text { fill: #222 } @media (prefers-color-scheme: dark) { text { fill: #ddd } }</style>
<text x="${LABEL - 10}" y="18" text-anchor="end">ratio, logarithmic; dashed: aimed at</text>
<line x1="${x(1).toFixed(1)}" x2="${x(1).toFixed(1)}" y1="24" y2="${height - 10}" stroke="#888"/>
<text x="${x(1).toFixed(1)}" y="18" text-anchor="middle">1</text>
${bars.join("\n")}
</svg>
`;
}
