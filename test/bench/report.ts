/** `rate`: events a second. `time`: the median time. `cpu`: the project's own CPU time an event, not a ratio. */
export type Measure = "rate" | "p99" | "time" | "cpu";

export interface Aim {
  /** A side of the scenario; none for a figure of this project. */
  readonly to?: string;
  readonly against: string;
  readonly measure: Measure;
  readonly aim: number;
}

export interface Figures {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the service's CPU an event; not a number where the system does not say. */
  readonly cpuUs: number;
}

/** One line of the report. */
export interface Row {
  readonly name: string;
  readonly aim: Aim;
  readonly value: number;
  /** Of the rounds. */
  readonly range: readonly [least: number, most: number];
  readonly ours: Figures;
  readonly other: Figures | null;
}

export const rounded = (value: number) =>
  value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
const reached = ({ value, aim: { measure, aim } }: Row) => (measure === "rate" ? value >= aim : value <= aim);

const WHAT: Readonly<Record<Measure, string>> = {
  rate: "",
  p99: ", p99",
  time: ", time",
  cpu: ", CPU µs an event",
};
const whatOf = ({ name, aim: { measure } }: Row) => `${name}${WHAT[measure]}`;
const aimOf = (row: Row) =>
  `${row.aim.measure === "rate" ? "" : "at most "}${row.aim.aim}${reached(row) ? "" : " (missed)"}`;
const pair = ({ ours, other }: Row, figure: keyof Figures) =>
  [ours, ...(other ? [other] : [])].map((side) => rounded(side[figure])).join(" : ");

export function line(row: Row): string {
  const [least, most] = row.range.map(rounded);
  const to = row.aim.against && ` to ${row.aim.against}`;
  return (
    `${`${whatOf(row)}${to}`.padEnd(90)} ${rounded(row.value).padStart(5)} (${least}-${most}), aimed at ${aimOf(row)}` +
    `\n    ${pair(row, "perSecond")} /s   p50 ${pair(row, "p50")}   p99 ${pair(row, "p99")} ms   CPU ${pair(row, "cpuUs")} µs`
  );
}

const cells = (row: Row) => [
  whatOf(row),
  row.aim.against,
  `**${rounded(row.value)}**`,
  aimOf(row),
  `${pair(row, "perSecond")} /s`,
  `${pair(row, "p99")} ms`,
  Number.isNaN(row.ours.cpuUs) ? "" : `${pair(row, "cpuUs")} µs`,
];

export interface Run {
  readonly rounds: number;
  readonly seconds: number;
  /** Which machine and when. */
  readonly machine: string;
  readonly load: string;
  readonly hasPeers: boolean;
}

const PEERS = `
- **PostgreSQL** ([peer](../test/bench/peer/server.ts)): Hono on Node, a pool of 20 connections, the check and the schema of the
  usual way, the server's defaults; a transaction of five statements, or one statement that does it all. It has a core for
  Node and one for PostgreSQL, where this project runs in one thread of the local runtime.`;

export function markdown(rows: readonly Row[], run: Run): string {
  return `# Benchmark

Written by \`npm run bench -- --write\`. The services, each built and in a local runtime of its own, take turns on one machine, and
${run.load} A figure is the median of ${run.rounds} rounds of ${run.seconds} s, a ratio the median of the
rounds' ratios. Machines differ, so only ratios compare. Reads are measured first, while both sides hold the same rows.
${run.machine}

- **This project**: the bundle that \`wrangler deploy\` uploads.
- **The usual way** ([usual.ts](../test/bench/usual.ts)): Hono, the same claims checked by jose on each request, a zod schema, a
  table of idempotency keys in D1 that is asked first, and one Drizzle batch that stores key, event and record.
- **Bare Workers** ([bare.ts](../test/bench/bare.ts)): a Hono route with that token check that reads and stores nothing, or one D1
  query.${run.hasPeers ? PEERS : ""}

\`npm run bench -- --against REVISION\` runs another state of this project beside it, and ends with 1 if this one is worse.
\`--only TEXT\` chooses rows, \`--list\` names them, \`--database-url\` adds the peers on PostgreSQL.

![Ratios as bars](benchmark.svg)

| what | against | ratio | aimed at | both sides | p99 | CPU an event |
|---|---|---|---|---|---|---|
${rows.map((row) => `| ${cells(row).join(" | ")} |`).join("\n")}
`;
}

const WIDTH = 960;
const LABEL = 520;
const BAR = 22;
const TOP = 34;

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The ratios as bars on a logarithmic scale, with a line at 1 and a mark at what was aimed at. */
export function chart(all: readonly Row[]): string {
  const rows = all.filter(({ aim }) => aim.measure !== "cpu");
  const values = rows.flatMap(({ value, aim }) => [value, aim.aim, 1]);
  const [least, most] = [Math.log10(Math.min(...values) / 1.3), Math.log10(Math.max(...values) * 1.6)];
  const x = (value: number) => LABEL + ((Math.log10(value) - least) / (most - least)) * (WIDTH - LABEL - 60);
  const height = TOP + rows.length * (BAR + 8) + 16;
  const bars = rows.map((row, index) => {
    const y = TOP + index * (BAR + 8);
    const [from, to] = [x(1), x(row.value)].sort((a, b) => a - b) as [number, number];
    const aimed = x(row.aim.aim).toFixed(1);
    const label = `${whatOf(row)}, to ${row.aim.against}`;
    const fill = reached(row) ? "#2f7d4f" : "#b0641c";
    return [
      `<text x="${LABEL - 10}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(to - from, 1).toFixed(1)}" height="${BAR}" fill="${fill}"/>`,
      `<line x1="${aimed}" x2="${aimed}" y1="${y - 2}" y2="${y + BAR + 2}" stroke="#888" stroke-dasharray="3 2"/>`,
      `<text x="${(Math.max(to, x(1)) + 6).toFixed(1)}" y="${y + 15}" font-weight="bold">${rounded(row.value)}</text>`,
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
