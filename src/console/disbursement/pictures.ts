import type { PositionJson } from "../../contract/position/answers.ts";
import { lineChart } from "../chart.ts";
import { h } from "../dom.ts";
import { drawn, minorText, NONE } from "../format.ts";
import type { ChartLine } from "../plot.ts";
import type { Life, LifeDay } from "./life.ts";
import { moments } from "./time-line.ts";

/** The staircase of scheduled against received, the outstanding principal, and the days that explain them. */
export function pictures(position: PositionJson, life: Life, page: AbortSignal): HTMLElement {
  const { currency } = position;
  const line = (
    label: string,
    colour: string,
    of: (day: LifeDay) => bigint | null,
    filled = false,
  ): ChartLine => {
    const values = life.days.map(of);
    const texts = values.map((value) => (value === null ? NONE : minorText(value, currency)));
    // Converted from decimal text: minor units may exceed what a number holds exactly.
    const numbers = values.map((value, index) => (value === null ? null : drawn(plain(texts[index] ?? "0"))));
    return { label, colour, filled, texts, values: numbers };
  };
  const timeLine = moments(position, life);
  const shared = {
    days: life.days.map(({ day }) => day),
    markers: timeLine.filter(({ letter }) => letter !== "").map(({ day, letter }) => ({ day, letter })),
    stepped: true,
    unit: "amount",
    rest: life.days.findIndex(({ day }) => day === position.as_of_date),
  } as const;
  const staircase = [
    line("Scheduled", "--muted", ({ scheduled }) => scheduled),
    line("Received", "--green", ({ received }) => received, true),
  ];
  const outstanding = [line("Outstanding principal", "--blue", ({ outstanding: one }) => one, true)];
  return h(
    "section",
    { class: "card pictures", "aria-label": "Pictures" },
    lineChart(
      { label: "Scheduled and received, running totals", lines: staircase, between: "--red", ...shared },
      page,
    ),
    lineChart({ label: "Outstanding principal", lines: outstanding, ...shared }, page),
    h(
      "ol",
      { class: "time-line", "aria-label": "Time line" },
      timeLine.map(({ letter, day, texts }) =>
        h(
          "li",
          {},
          h("span", { class: "letter" }, letter),
          h("time", { datetime: day }, day),
          ` ${texts.join("; ")}`,
        ),
      ),
    ),
  );
}

const plain = (text: string) => text.replaceAll(",", "");
