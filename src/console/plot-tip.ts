import type uPlot from "uplot";
import { announce } from "./announce.ts";
import { h } from "./dom.ts";

/** What a picture says of one of its columns. */
interface Said {
  readonly title: string;
  /** The label, the exact text and the colour of each line, which is drawn in this colour. */
  readonly lines: readonly (readonly [label: string, text: string, colour: string])[];
}

interface Tips {
  /** The element that holds the picture. */
  readonly place: HTMLElement;
  readonly columns: number;
  /** The column where the keyboard begins. */
  readonly rest: number;
  readonly said: (index: number) => Said;
  /** Opens what is behind a column. */
  readonly open?: ((index: number) => void) | undefined;
}

const GAP_PX = 12;
/** Where a cursor is that is not over the picture. */
const AWAY = { left: -10, top: -10 };

/** Shows the figures of the column below the pointer beside it; the arrow keys, Home and End go through the columns. */
export function tips(of: Tips): uPlot.Plugin {
  const box = h("div", { class: "tip", "aria-hidden": "true", hidden: true });
  return {
    hooks: {
      init: [
        (plot) => {
          of.place.append(box);
          listenToKeys(plot, of);
          listenToClicks(plot, of, () => (box.hidden ? null : (plot.cursor.idx ?? null)));
        },
      ],
      setCursor: [(plot) => show(plot, box, of)],
    },
  };
}

function show(plot: uPlot, box: HTMLElement, { place, rest, said }: Tips): void {
  const { idx, left = -1, top = -1 } = plot.cursor;
  // The legend keeps the figures at rest: it would jump below the pointer.
  plot.setLegend({ idx: rest }, false);
  box.hidden = left < 0 || typeof idx !== "number";
  if (box.hidden || typeof idx !== "number") return;
  const { title, lines } = said(idx);
  const row = ([label, text, colour]: Said["lines"][number]) => {
    const key = h("span", { class: "tip-key" });
    // Set through the CSSOM, because the policy refuses style attributes.
    key.style.background = `var(${colour})`;
    return h("div", {}, h("dt", {}, key, label), h("dd", {}, text));
  };
  box.replaceChildren(h("p", {}, title), h("dl", {}, lines.map(row)));
  const at = plot.over.offsetLeft + plot.valToPos(plot.data[0][idx] ?? 0, "x");
  const isRight = at + GAP_PX + box.offsetWidth <= place.clientWidth;
  const beside = isRight ? at + GAP_PX : Math.max(0, at - GAP_PX - box.offsetWidth);
  const below = Math.min(Math.max(0, top - box.offsetHeight / 2), plot.height - box.offsetHeight);
  box.style.translate = `${Math.round(beside)}px ${Math.round(Math.max(0, below))}px`;
}

function listenToKeys(plot: uPlot, { place, columns, rest, said, open }: Tips): void {
  let at = rest;
  const go = (index: number): void => {
    at = Math.min(Math.max(0, index), columns - 1);
    plot.setCursor({ left: plot.valToPos(plot.data[0][at] ?? 0, "x"), top: plot.over.clientHeight / 2 });
  };
  const tell = (): void => {
    const { title, lines } = said(at);
    announce(`${title}: ${lines.map(([label, text]) => `${label} ${text}`).join(", ")}.`);
  };
  const to: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => at - 1,
    ArrowRight: () => at + 1,
    Home: () => 0,
    End: () => columns - 1,
  };
  place.addEventListener("keydown", (event) => {
    const next = to[event.key];
    if (next) {
      event.preventDefault();
      go(next());
      tell();
    } else if (event.key === "Escape") plot.setCursor(AWAY);
    else if (event.key === "Enter") open?.(at);
  });
  place.addEventListener("focus", () => {
    if (place.matches(":focus-visible")) go(at);
  });
  place.addEventListener("blur", () => plot.setCursor(AWAY));
}

/** A click opens what is behind a column. A finger has no pointer to look with: its first touch of a column shows the figures. */
function listenToClicks(plot: uPlot, { open }: Tips, shown: () => number | null): void {
  let touched: number | null | undefined;
  plot.over.addEventListener("pointerdown", ({ pointerType }) => {
    touched = pointerType === "touch" ? shown() : undefined;
  });
  plot.over.addEventListener("click", () => {
    const { idx } = plot.cursor;
    if (typeof idx === "number" && (touched === undefined || touched === idx)) open?.(idx);
  });
}
