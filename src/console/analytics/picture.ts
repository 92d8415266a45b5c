import { announce } from "../announce.ts";
import { button, h } from "../dom.ts";
import { save } from "../download.ts";

/** What a picture leaves out: controls, and what only a screen reader gets. */
const LEFT_OUT = "form, .card-actions, .unseen, details, dialog";
const MARGIN_PX = 16;
/** Browsers refuse canvases that are much larger. */
const SIDE_MAX_PX = 8000;

type Rect = Pick<DOMRect, "left" | "top" | "width" | "height">;

interface Brush {
  readonly context: CanvasRenderingContext2D;
  /** The corner of the picture, in the window. */
  readonly from: Pick<DOMRect, "left" | "top">;
}

/** The elements of a part that a picture shows, in the order in which they lie upon each other. */
function shownIn(root: Element): readonly HTMLElement[] {
  const isShown = (one: Element) =>
    one instanceof HTMLElement && one.checkVisibility() && !one.closest(LEFT_OUT);
  return [root, ...root.querySelectorAll("*")].filter(isShown) as HTMLElement[];
}

function paintBox({ context, from }: Brush, element: HTMLElement, style: CSSStyleDeclaration): void {
  const { left, top, width, height } = element.getBoundingClientRect();
  const [x, y] = [left - from.left, top - from.top];
  context.fillStyle = style.backgroundColor;
  context.fillRect(x, y, width, height);
  const [over, right, below, before] = [
    style.borderTopWidth,
    style.borderRightWidth,
    style.borderBottomWidth,
    style.borderLeftWidth,
  ].map(Number.parseFloat) as [number, number, number, number];
  const edge = (colour: string, ...rect: [number, number, number, number]): void => {
    context.fillStyle = colour;
    context.fillRect(...rect);
  };
  edge(style.borderTopColor, x, y, width, over);
  edge(style.borderRightColor, x + width - right, y, right, height);
  edge(style.borderBottomColor, x, y + height - below, width, below);
  edge(style.borderLeftColor, x, y, before, height);
  if (element instanceof HTMLCanvasElement) context.drawImage(element, x, y, width, height);
}

/** Draws a text word by word, each where the browser has put it. */
function paintText({ context, from }: Brush, text: Text, style: CSSStyleDeclaration): void {
  context.fillStyle = style.color;
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = "middle";
  for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
    const { left, top, height } = placeOf(text, index, word.length);
    context.fillText(word, left - from.left, top - from.top + height / 2);
  }
}

function placeOf(text: Text, start: number, length: number): Rect {
  const range = document.createRange();
  range.setStart(text, start);
  range.setEnd(text, start + length);
  return range.getBoundingClientRect();
}

/** A canvas with all of a part, also what its window has scrolled away. Nothing of it is fetched or parsed. */
function canvasOf(root: HTMLElement): HTMLCanvasElement {
  const shown = shownIn(root);
  const rects = shown.map((one) => one.getBoundingClientRect());
  const { left, top } = root.getBoundingClientRect();
  const width = Math.max(...rects.map(({ right }) => right - left)) + 2 * MARGIN_PX;
  const height = Math.max(...rects.map(({ bottom }) => bottom - top)) + 2 * MARGIN_PX;
  const scale = Math.min(2, SIDE_MAX_PX / width, SIDE_MAX_PX / height);
  const canvas = h("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser draws no pictures");
  context.scale(scale, scale);
  context.fillStyle = getComputedStyle(root).backgroundColor;
  context.fillRect(0, 0, width, height);
  const brush = { context, from: { left: left - MARGIN_PX, top: top - MARGIN_PX } };
  for (const element of shown) {
    const style = getComputedStyle(element);
    if (element !== root) paintBox(brush, element, style);
    for (const child of element.childNodes) if (child instanceof Text) paintText(brush, child, style);
  }
  return canvas;
}

/** A button that saves a part of the page as a picture. */
export function pictureButton(part: () => HTMLElement, name: string): HTMLElement {
  const run = async (): Promise<void> => {
    const root = part();
    const scrolled = [...root.querySelectorAll(".scroll")].map((one) => [one, one.scrollLeft] as const);
    for (const [one] of scrolled) one.scrollLeft = 0;
    root.classList.add("pictured");
    const canvas = canvasOf(root);
    root.classList.remove("pictured");
    for (const [one, left] of scrolled) one.scrollLeft = left;
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
    if (blob) save(blob, name);
    announce(blob ? `Saved ${name}.` : "This browser could not make the picture.");
  };
  return button("Save as picture", () => void run());
}
