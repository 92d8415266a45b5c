import { LosslessNumber } from "lossless-json";
import { type Child, h } from "./dom.ts";
import {
  amountText,
  differenceText,
  type Exact,
  exactPercentText,
  NONE,
  numberText,
  percentText,
  withSign,
} from "./format.ts";

export const ZERO: Exact = new LosslessNumber("0");

/** One figure with its label and a note. */
export function figure(label: string, value: Child, note: Child = null): HTMLElement {
  return h(
    "div",
    { class: "figure" },
    h("dt", {}, label),
    h("dd", {}, h("span", { class: "value" }, value), h("span", { class: "note" }, note)),
  );
}

/** A share with two decimals; all of its digits show on hover. */
export const percentView = (share: Exact | null): HTMLElement =>
  h("span", { title: share === null ? undefined : exactPercentText(share) }, percentText(share));

interface Compared {
  /** Null for a number without a currency. */
  readonly currency: string | null;
  /** The day of the other figure. */
  readonly day: string;
}

/** How much a figure differs from that of another day, exactly. */
export function changeText(now: Exact, then: Exact, { currency, day }: Compared): HTMLElement {
  const text = differenceText(now, then);
  const shown = currency === null ? numberText(text) : amountText(text, currency);
  return change(withSign(shown), day);
}

/** The same of a share, in percentage points. */
export function shareChangeText(now: Exact | null, then: Exact | null, day: string): HTMLElement {
  const points = now === null || then === null ? NONE : percentText(differenceText(now, then));
  const text = points === NONE ? NONE : `${withSign(points.slice(0, -1))} points`;
  return change(text, day);
}

/** The heading of a card names the other day to those who see it. */
function change(text: string, day: string): HTMLElement {
  const shown = text === NONE || /[1-9]/.test(text) ? text : "unchanged";
  const unseen = h("span", { class: "unseen" }, ` since ${day}`);
  return h("span", { class: "change", title: `since ${day}` }, shown, unseen);
}
