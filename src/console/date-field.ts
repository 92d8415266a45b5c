import { isCalendarDate } from "../domain/core/dates.ts";
import { calendarGrid } from "./calendar-grid.ts";
import { button, h, on } from "./dom.ts";

interface DateFieldOptions {
  readonly required?: boolean;
  /** Other texts that the field takes, and what to say of them: `a sequence`. */
  readonly also?: { readonly pattern: RegExp; readonly meaning: string };
  readonly placeholder?: string;
}

interface DateField {
  /** The input, for its label. */
  readonly input: HTMLInputElement;
  /** Input and calendar. */
  readonly element: HTMLElement;
  readonly value: () => string;
}

/** A day as YYYY-MM-DD, typed or chosen from a calendar: a browser's own field shows it in the form of its locale. */
export function dateField(value: string, options: DateFieldOptions = {}): DateField {
  const { required = false, also, placeholder = "YYYY-MM-DD" } = options;
  const input = h("input", {
    type: "text",
    value,
    required,
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    inputmode: also === undefined ? "numeric" : undefined,
    maxlength: also === undefined ? 10 : 40,
    class: "date",
  });
  const check = (): void => {
    const text = input.value.trim();
    const isFine = text === "" || isCalendarDate(text) || also?.pattern.test(text) === true;
    const others = also === undefined ? "" : `, or ${also.meaning}`;
    input.setCustomValidity(isFine ? "" : `A real day, written YYYY-MM-DD${others}.`);
  };
  check();
  on(input, { input: check });
  const choose = (day: string): void => {
    input.value = day;
    check();
    sheet.hidePopover();
    input.focus();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const sheet = h("div", { class: "calendar", popover: "auto", role: "dialog", "aria-label": "Calendar" });
  const toggle = (): void => {
    // The day has the focus before the next key comes.
    if (sheet.togglePopover()) sheet.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  };
  const opener = button("", toggle, {
    class: "calendar-button",
    "aria-label": "Calendar",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
  });
  on(sheet, {
    beforetoggle: (event) => {
      if (event.newState === "open") place(sheet, input, calendarGrid(input.value.trim(), choose));
    },
    toggle: (event) => opener.setAttribute("aria-expanded", String(event.newState === "open")),
  });
  const element = h("div", { class: "date-field" }, input, opener, sheet);
  return { input, element, value: () => input.value.trim() };
}

const GAP_PX = 4;
const WIDTH_PX = 272;

/** Shows the grid below the input, within the window. */
function place(sheet: HTMLElement, input: HTMLElement, grid: HTMLElement): void {
  const { left, bottom } = input.getBoundingClientRect();
  const most = document.documentElement.clientWidth - WIDTH_PX - 2 * GAP_PX;
  // Set through the CSSOM, because the policy refuses style attributes.
  sheet.style.insetInlineStart = `${Math.max(GAP_PX, Math.min(left, most))}px`;
  sheet.style.insetBlockStart = `${bottom + GAP_PX}px`;
  sheet.replaceChildren(grid);
}
