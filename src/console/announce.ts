import { h } from "./dom.ts";

/** Where a screen reader listens; each page holds it (shell.ts). */
export const announcer = h("p", { class: "unseen", role: "status", "aria-live": "polite" });

/** Tells a screen reader about a change that a sighted reader sees. */
export function announce(text: string): void {
  announcer.replaceChildren(text);
}
