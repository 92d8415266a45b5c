import { announce } from "./announce.ts";
import { button, type Child, h } from "./dom.ts";

/** A secret that the service shows only once, with a button that copies it. It is nowhere but in this element. */
export function secretOnce(label: string, secret: string, note: Child): HTMLElement {
  const text = h("code", { class: "secret", tabindex: 0, "aria-label": label }, secret);
  const said = h("span", { class: "note" });
  const copy = async (): Promise<void> => {
    const copied = await navigator.clipboard?.writeText(secret).then(
      () => true,
      () => false,
    );
    if (!copied) getSelection()?.selectAllChildren(text);
    said.replaceChildren(copied ? "Copied." : "Selected: copy it with the keyboard.");
    announce(copied ? `${label}: copied.` : `${label}: selected.`);
  };
  return h(
    "div",
    { class: "once" },
    h("p", {}, h("strong", {}, `${label}, shown only now`)),
    h(
      "p",
      { class: "actions" },
      text,
      button("Copy", () => void copy()),
      said,
    ),
    h("p", { class: "note" }, note),
  );
}
