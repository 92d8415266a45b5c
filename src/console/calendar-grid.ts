import { isCalendarDate } from "../domain/core/dates.ts";
import { type CalendarMove, daysShown, monthName, moved } from "./calendar-days.ts";
import { today } from "./caller.ts";
import { button, h, on } from "./dom.ts";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const KEYS: Readonly<Record<string, CalendarMove>> = {
  ArrowLeft: { days: -1 },
  ArrowRight: { days: 1 },
  ArrowUp: { days: -7 },
  ArrowDown: { days: 7 },
  PageUp: { months: -1 },
  PageDown: { months: 1 },
  "Shift+PageUp": { months: -12 },
  "Shift+PageDown": { months: 12 },
  Home: { weekEnd: -1 },
  End: { weekEnd: 1 },
};

/** The days of a month as a grid, with the keys of the ARIA date picker; `choose` gets the day as YYYY-MM-DD. */
export function calendarGrid(value: string, choose: (day: string) => void): HTMLElement {
  const chosen = isCalendarDate(value) ? value : "";
  const now = today();
  const element = h("div", {});
  const show = (active: string, focus: boolean): void => {
    const step = (label: string, text: string, months: number) =>
      button(text, () => show(moved(active, { months }), false), { class: "quiet", "aria-label": label });
    const title = h("span", { class: "calendar-title", "aria-live": "polite" }, monthName(active));
    const head = h(
      "div",
      { class: "calendar-head" },
      step("Previous year", "«", -12),
      step("Previous month", "‹", -1),
      title,
      step("Next month", "›", 1),
      step("Next year", "»", 12),
    );
    element.replaceChildren(
      head,
      grid({ active, chosen, now }, choose, (day) => show(day, true)),
    );
    if (focus) element.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  };
  show(chosen || now, false);
  return element;
}

interface Shown {
  /** The day that has the focus, in the month that is shown. */
  readonly active: string;
  readonly chosen: string;
  readonly now: string;
}

function grid(
  { active, chosen, now }: Shown,
  choose: (day: string) => void,
  move: (day: string) => void,
): HTMLElement {
  const month = active.slice(0, 7);
  const cell = (day: string) =>
    h(
      "td",
      { role: "gridcell", "aria-selected": String(day === chosen) },
      button(String(Number(day.slice(8))), () => choose(day), {
        class: day.startsWith(month) ? "day" : "day other",
        tabindex: day === active ? 0 : -1,
        "aria-label": day,
        "aria-current": day === now ? "date" : undefined,
      }),
    );
  const heads = WEEKDAYS.map((name) => h("th", { scope: "col", abbr: name }, name.slice(0, 2)));
  const rows = daysShown(active).map((week) => h("tr", {}, week.map(cell)));
  const table = h(
    "table",
    { role: "grid", "aria-label": monthName(active) },
    h("thead", {}, h("tr", {}, heads)),
    h("tbody", {}, rows),
  );
  return on(table, {
    keydown: (event) => {
      const way = KEYS[event.shiftKey ? `Shift+${event.key}` : event.key];
      if (way === undefined) return;
      event.preventDefault();
      move(moved(active, way));
    },
  });
}
