import { type Child, h } from "../dom.ts";
import { amountText, plural } from "../format.ts";
import { type BaseAnswer, covenantLabel, isNegative } from "./terms.ts";

type Figures = BaseAnswer["data"];

const tag = (good: boolean, text: string) => h("span", { class: good ? "tag good" : "tag bad" }, text);

/** Says that more is drawn than the pool bears. */
export const overdrawnSignal = ({ headroom }: Figures): Child =>
  isNegative(headroom) && tag(false, "overdrawn");

/** What can still be drawn; below 0, more is drawn than the pool bears. */
export function headroomSignal(data: Figures): HTMLElement {
  const signal = overdrawnSignal(data);
  return h("span", {}, signal && [signal, " "], amountText(data.headroom, data.currency));
}

/** Whether the covenants hold, and which do not. */
export function covenantSignal({ covenants }: Figures): HTMLElement {
  if (covenants.length === 0) return h("span", { class: "note" }, "none asked for");
  const broken = covenants.filter(({ holds }) => !holds);
  if (broken.length === 0) return tag(true, `${plural(String(covenants.length), "covenant")} held`);
  const tags = broken.map(({ code }) => [tag(false, `broken: ${covenantLabel(code)}`), " "]);
  return h("span", {}, tags);
}

export const holdsSignal = (holds: boolean): HTMLElement => tag(holds, holds ? "holds" : "broken");
