import { button, h } from "../dom.ts";
import { objectView } from "./columns.ts";

let close: (() => void) | null = null;

/** Shows an object beside the table, in full. Escape closes it, and the focus goes back to where it was opened. */
export function openBeside(title: string, value: unknown, page: AbortSignal): void {
  close?.();
  const opener = document.activeElement;
  const shut = (): void => {
    panel.remove();
    close = null;
    if (opener instanceof HTMLElement) opener.focus();
  };
  const shutButton = button("Close", shut);
  const panel = h(
    "aside",
    { class: "beside", "aria-label": title },
    h("div", { class: "card-head" }, h("h2", {}, title), shutButton),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": `${title}, in full` },
      objectView(value),
    ),
  );
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
  });
  page.addEventListener("abort", () => panel.remove());
  close = shut;
  document.querySelector("main")?.append(panel);
  shutButton.focus();
}
