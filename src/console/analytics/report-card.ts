import { type Child, h } from "../dom.ts";
import { csvButton } from "../download.ts";
import { pictureButton } from "./picture.ts";

interface Report {
  /** The id of the heading. */
  readonly id: string;
  readonly title: string;
  /** What a print or a picture of it must say besides; on the page the controls say it. */
  readonly about?: string;
  /** The path of the same figures as CSV. */
  readonly csv: string;
  /** The name of the files, without its extension. */
  readonly file: string;
}

/** Figures or a chart with their title, which can be saved as CSV and as a picture. */
export function reportCard(
  { id, title, about, csv, file }: Report,
  content: readonly Child[],
  page: AbortSignal,
): HTMLElement {
  const card: HTMLElement = h(
    "section",
    { class: "card report", "aria-labelledby": id },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id }, title),
      h(
        "div",
        { class: "card-actions" },
        csvButton(() => csv, `${file}.csv`, page, "Save as CSV"),
        pictureButton(() => card, `${file}.png`),
      ),
    ),
    about !== undefined && h("p", { class: "about" }, about),
    content,
  );
  return card;
}
