import { type Child, h, on } from "./dom.ts";
import { go } from "./route.ts";

/** A control that waits for the button or Enter, because its choice alone means nothing. */
export const WAITS = "data-waits";

/**
 * A form that leads to an address. What is chosen, from a list or a calendar, counts at once; what is typed counts on Enter, so
 * that a click elsewhere still finds its target. The control that has the focus keeps it in the view that follows.
 */
export function addressForm(
  label: string | undefined,
  controls: Child,
  address: () => string,
): HTMLFormElement {
  const form = h("form", { class: "controls", "aria-label": label }, controls);
  return on(form, {
    submit: (event) => {
      event.preventDefault();
      go(address());
    },
    change: ({ target, isTrusted }) => {
      if (!(target instanceof HTMLElement) || target.hasAttribute(WAITS)) return;
      // The calendar sends an event of its own; the browser's comes after typing.
      const isChosen = target instanceof HTMLSelectElement || !isTrusted;
      if (isChosen && form.checkValidity()) go(address());
    },
  });
}

const CONTROLS = "main form.controls :is(input, select)";

const labelOf = (control: Element): string =>
  document.querySelector(`label[for="${CSS.escape(control.id)}"]`)?.textContent ?? "";

/** Gives the focus back to the control that has it now, in the next view, if that has a control of the same label. */
export function holdFocus(): () => void {
  const held = document.activeElement;
  if (held === null || !held.matches(CONTROLS)) return () => undefined;
  const label = labelOf(held);
  return () => {
    const controls = document.querySelectorAll<HTMLElement>(CONTROLS);
    const same = [...controls].find((control) => labelOf(control) === label);
    // On a phone the controls are folded.
    same?.closest("details")?.setAttribute("open", "");
    same?.focus({ preventScroll: true });
  };
}
