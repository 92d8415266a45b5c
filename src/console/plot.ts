import uPlot from "uplot";
import { h } from "./dom.ts";
import { NONE } from "./format.ts";
import { tips } from "./plot-tip.ts";

/** One line of a picture: numbers to draw, and the exact text of each to read. */
export interface ChartLine {
  readonly label: string;
  /** The custom property that holds the colour. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly texts: readonly string[];
  readonly filled?: boolean;
}

export const HEIGHT_PX = 220;
/** What fits between the margins of A4, upright. */
const SHEET_PX = 680;
const FONT = "12px system-ui, sans-serif";

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });

/** The value of a custom property that holds a colour. */
export const colourOf = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The colours of lines of one kind, of which none says more than another (style/colours.css). */
export const SERIES_COLOURS = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `--series-${number}`);

/** How axes look, in the colours of the page. */
export const AXIS_STYLE = {
  font: FONT,
  stroke: () => colourOf("--muted"),
  grid: { stroke: () => colourOf("--line"), width: 1 },
  ticks: { stroke: () => colourOf("--line"), width: 1, size: 4 },
};

/** An amount of an axis. */
export const axisAmount = (value: number): string => compact.format(value);

/** A share of an axis: two decimals, as everywhere. */
export const axisPercent = (value: number): string => `${(value * 100).toFixed(2)}%`;

/** What a place draws: for each width its options, the numbers, and the columns that it tells of. */
interface Plotted {
  readonly options: (width: number) => uPlot.Options;
  readonly data: uPlot.AlignedData;
  readonly columns: readonly string[];
  /** What the names of the columns count, if they do not say it: months on book. */
  readonly counted?: string | undefined;
  readonly lines: readonly ChartLine[];
  /** The index whose figures the legend shows. */
  readonly rest: number;
  readonly open?: ((index: number) => void) | undefined;
}

/** A picture that draws once it has a width. It redraws on a new width or other colours, and stops with the page. */
export function plotted(label: string, of: Plotted, page: AbortSignal): HTMLElement {
  const { columns, lines, rest } = of;
  const said = (index: number) => ({
    title: [of.counted, columns[index]].filter((one) => one !== undefined).join(" "),
    lines: lines
      .map((line) => [line.label, line.texts[index] ?? NONE, line.colour] as const)
      .filter(([, text]) => text !== NONE),
  });
  const figures = lines.map((line) => `${line.label} ${line.texts[rest] ?? ""}`).join(", ");
  const place = h("div", {
    class: of.open ? "picture opens" : "picture",
    role: "img",
    tabindex: 0,
    "aria-label": `${label}, ${columns[0] ?? ""} to ${columns.at(-1) ?? ""}. ${said(rest).title}: ${figures}. The arrow keys read the others${of.open ? ", Enter opens what is behind one" : ""}.`,
  });
  const plugin = tips({ place, columns: columns.length, rest, said, open: of.open });
  mount(place, of, plugin, page);
  return place;
}

/** The marks of a legend follow the colours of the page, also on a sheet. Bars have no outline. */
function markersOf({ series }: uPlot.Options, lines: readonly ChartLine[]): uPlot.Legend.Markers {
  const colour = (index: number) => `var(${lines[index - 1]?.colour ?? "--text"})`;
  const isBar = (index: number) => series[index]?.width === 0;
  return {
    stroke: (_, index) => (isBar(index) ? "transparent" : colour(index)),
    fill: (_, index) => (isBar(index) ? colour(index) : "transparent"),
  };
}

/** The line below the pointer stands on the column whose figures are said. */
const onColumn = (plot: uPlot, left: number, top: number): [number, number] => {
  const at = left < 0 ? undefined : plot.data[0][plot.posToIdx(left)];
  return [at === undefined ? left : plot.valToPos(at, "x"), top];
};

function mount(
  place: HTMLElement,
  { options, data, lines, rest }: Plotted,
  plugin: uPlot.Plugin,
  page: AbortSignal,
) {
  let plot: uPlot | null = null;
  const draw = (width: number): void => {
    const own = options(width);
    // uPlot takes a pointer whose line stands on a column to have dragged, and would keep its click.
    const drag = { ...own.cursor?.drag, click: () => undefined };
    const cursor = { ...own.cursor, drag, move: onColumn };
    const markers = { ...own.legend?.markers, ...markersOf(own, lines) };
    plot = new uPlot({ ...own, cursor, legend: { markers }, plugins: [plugin] }, data, (made, init) => {
      place.append(made.root);
      init();
    });
    plot.setLegend({ idx: rest }, false);
  };
  const watcher = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === 0) return;
    if (plot === null) draw(width);
    else if (plot.width !== width) plot.setSize({ width, height: HEIGHT_PX });
  });
  watcher.observe(place);
  const redraw = (): void => plot?.redraw(false, true);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal: page });
  // A sheet is narrower than a window, and always light.
  const fit = ({ matches }: MediaQueryListEvent): void => {
    const width = matches ? Math.min(place.clientWidth, SHEET_PX) : place.clientWidth;
    plot?.setSize({ width, height: HEIGHT_PX });
    redraw();
  };
  matchMedia("print").addEventListener("change", fit, { signal: page });
  page.addEventListener("abort", () => {
    watcher.disconnect();
    plot?.destroy();
  });
}
