import uPlot from "uplot";
import { h, scrolling } from "./dom.ts";
import { AXIS_STYLE, axisAmount, axisPercent, type ChartLine, colourOf, HEIGHT_PX, plotted } from "./plot.ts";

/** A day that the picture marks with a letter; a list beside the picture explains it. */
interface Marker {
  readonly day: string;
  readonly letter: string;
}

interface Picture {
  readonly label: string;
  /** UTC calendar days in order. */
  readonly days: readonly string[];
  /** What stands on the axis, if not days: then `days` are numbers from 0 on. */
  readonly axis?: string;
  readonly lines: readonly ChartLine[];
  readonly markers?: readonly Marker[];
  /** True for steps that hold their value until the next day with one; otherwise lines run from day to day. */
  readonly stepped?: boolean;
  readonly unit: "amount" | "percent";
  /** Fills the space below the first line and above the second in this colour. */
  readonly between?: string;
  /** The index of the day whose figures show while no pointer is over the picture; the last by default. */
  readonly rest?: number;
}

const DAY_S = 86_400;

const month = new Intl.DateTimeFormat("en", { month: "short", year: "numeric", timeZone: "UTC" });
const dayOfMonth = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });

const restOf = ({ rest, days }: Picture) => rest ?? days.length - 1;
const seconds = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;

/** The label of a tick: as much of the date as the distance between ticks needs. */
function tick(at: number, increment: number): string {
  const date = new Date(at * 1000);
  if (increment >= 360 * DAY_S) return String(date.getUTCFullYear());
  return increment >= 27 * DAY_S ? month.format(date) : dayOfMonth.format(date);
}

function axes({ unit, axis }: Picture): uPlot.Axis[] {
  const shown = unit === "percent" ? axisPercent : axisAmount;
  return [
    {
      ...AXIS_STYLE,
      space: 76,
      size: 30,
      ...(axis !== undefined && { incrs: [1, 2, 3, 6, 12, 24] }),
      values: (_, at, ...[, , increment]) =>
        at.map((one) => (axis === undefined ? tick(one, increment) : String(one))),
    },
    { ...AXIS_STYLE, size: 62, values: (_, at) => at.map(shown) },
  ];
}

const band = (colour: string): uPlot.Band => ({ series: [1, 2], fill: () => `${colourOf(colour)}40` });

/** Draws a letter and a dashed line on each marked day. */
function drawMarkers(plot: uPlot, markers: readonly Marker[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colourOf("--muted");
  ctx.fillStyle = colourOf("--text");
  ctx.lineWidth = uPlot.pxRatio;
  ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  ctx.font = `600 ${11 * uPlot.pxRatio}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  for (const { day, letter } of markers) {
    const x = Math.round(plot.valToPos(seconds(day), "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(letter, x, bbox.top - 5 * uPlot.pxRatio);
  }
  ctx.restore();
}

/** Colours alone do not tell many lines apart for everybody. */
const isDashed = ({ lines }: Picture, line: number) => lines.length > 2 && line % 2 === 1;

function options(picture: Picture, width: number): uPlot.Options {
  const { lines, days, markers = [], stepped = false } = picture;
  const paths = stepped ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  const rest = restOf(picture);
  return {
    width,
    height: HEIGHT_PX,
    padding: [markers.length > 0 ? 18 : 8, 28, 0, 0],
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: picture.axis === undefined },
      y: { range: (_, min, max) => [Math.min(0, min * 1.06), max > 0 ? max * 1.06 : 1] },
    },
    axes: axes(picture),
    legend: { markers: { dash: (_, series) => (isDashed(picture, series - 1) ? "dashed" : "solid") } },
    series: [
      { label: picture.axis ?? "Day", value: (_, __, ___, index) => days[index ?? rest] ?? "" },
      ...lines.map(
        (line, index): uPlot.Series => ({
          label: line.label,
          stroke: () => colourOf(line.colour),
          width: 2,
          value: (_, __, ___, index) => line.texts[index ?? rest] ?? "",
          points: { show: !stepped && days.length <= 13, size: 5 },
          ...(isDashed(picture, index) && { dash: [6, 3] }),
          ...(line.filled && { fill: () => `${colourOf(line.colour)}1f` }),
          ...(paths && { paths }),
        }),
      ),
    ],
    ...(picture.between && { bands: [band(picture.between)] }),
    hooks: { draw: [(plot) => drawMarkers(plot, markers)] },
  };
}

/** A picture, with its figures as a table. */
export function lineChart(picture: Picture, page: AbortSignal): HTMLElement {
  const { label, days, lines, axis } = picture;
  const data: uPlot.AlignedData = [
    days.map(axis === undefined ? seconds : Number),
    ...lines.map(({ values }) => [...values]),
  ];
  const place = plotted(
    label,
    {
      options: (width) => options(picture, width),
      data,
      columns: days,
      counted: axis,
      lines,
      rest: restOf(picture),
    },
    page,
  );
  const table = h(
    "table",
    {},
    h("caption", { class: "unseen" }, picture.label),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, picture.axis ?? "Day"),
        picture.lines.map(({ label }) => h("th", { scope: "col", class: "number" }, label)),
      ),
    ),
    h(
      "tbody",
      {},
      picture.days.map((day, index) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, day),
          picture.lines.map(({ texts }) => h("td", { class: "number" }, texts[index] ?? "")),
        ),
      ),
    ),
  );
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, h("h3", {}, picture.label)),
    place,
    h(
      "details",
      { class: "figures-table" },
      h("summary", {}, "Figures"),
      scrolling(`Figures: ${picture.label}`, table),
    ),
  );
}
