import uPlot from "uplot";
import { h } from "./dom.ts";
import { AXIS_STYLE, axisAmount, type ChartLine, colourOf, HEIGHT_PX, plotted } from "./plot.ts";

interface Bars {
  readonly label: string;
  /** What a column is; a month by default. */
  readonly column?: string;
  /** What the columns are called, in their order. */
  readonly columns: readonly string[];
  /** One or two bars of each column. Stacked ones stand on each other, the first one below. */
  readonly lines: readonly ChartLine[];
  readonly stacked?: boolean;
  /** The index of the column whose figures show while no pointer is over the picture. */
  readonly rest: number;
  /** Opens what is behind a column. */
  readonly open?: (index: number) => void;
}

/** Bars of a column are so wide, as a share of its width and at most in pixels. */
const WIDTH_SHARE = 0.76;
const WIDTH_PX_MAX = 44;
const EVERY = [1, 2, 3, 4, 6, 12, 24, 48];
/** Steps of heights: whole numbers, since there is no half of a loan. */
const STEPS = Array.from({ length: 18 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/** The numbers to draw of each line: its own, or of stacked ones its own and those below. */
function heights({ lines, stacked }: Bars): (number | null)[][] {
  const own = lines.map(({ values }) => [...values]);
  if (!stacked) return own;
  const below = (line: number, column: number) =>
    own.slice(0, line + 1).reduce((sum, values) => sum + (values[column] ?? 0), 0);
  return own.map((values, line) => values.map((_, column) => below(line, column)));
}

function seriesOf({ lines, stacked }: Bars, rest: number): uPlot.Series[] {
  const isPair = !stacked && lines.length === 2;
  const size: [number, number] = isPair ? [WIDTH_SHARE / 2, WIDTH_PX_MAX / 2] : [WIDTH_SHARE, WIDTH_PX_MAX];
  return lines.map((line, index): uPlot.Series => {
    const paths = uPlot.paths.bars?.({ size, align: isPair ? (index === 0 ? -1 : 1) : 0 });
    return {
      label: line.label,
      stroke: () => colourOf(line.colour),
      fill: () => colourOf(line.colour),
      width: 0,
      points: { show: false },
      value: (_, __, ___, at) => line.texts[at ?? rest] ?? "",
      ...(paths && { paths }),
    };
  });
}

function optionsOf(bars: Bars, width: number): uPlot.Options {
  const { columns, rest, stacked } = bars;
  const last = columns.length - 0.5;
  const series = seriesOf(bars, rest);
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 24, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: () => [-0.5, last] },
      y: { range: (_, min, max) => [Math.min(min, 0) * 1.06, max > 0 ? max * 1.06 : 1] },
    },
    axes: [
      {
        ...AXIS_STYLE,
        grid: { show: false },
        space: 64,
        size: 30,
        incrs: EVERY,
        values: (_, at) => at.map((index) => columns[index] ?? ""),
      },
      { ...AXIS_STYLE, size: 62, incrs: STEPS, values: (_, at) => at.map(axisAmount) },
    ],
    series: [
      { label: bars.column ?? "Month", value: (_, __, ___, index) => columns[index ?? rest] ?? "" },
      // What stands on others is drawn first, and they cover its lower part.
      ...(stacked ? series.toReversed() : series),
    ],
  };
}

/** Bars of columns that have a name. Their figures and links stand in a table of the same card, for those who need it. */
export function barChart(bars: Bars, page: AbortSignal): HTMLElement {
  const { label, columns, lines, rest, stacked, open } = bars;
  const drawnLines = heights(bars);
  const data: uPlot.AlignedData = [
    columns.map((_, index) => index),
    ...(stacked ? drawnLines.toReversed() : drawnLines),
  ];
  const place = plotted(
    label,
    {
      options: (width) => optionsOf(bars, width),
      data,
      columns,
      // The one that stands on the others comes first, as in the picture.
      lines: stacked ? lines.toReversed() : lines,
      rest,
      open,
    },
    page,
  );
  return h("figure", { class: "chart" }, h("figcaption", {}, h("h3", {}, label)), place);
}
