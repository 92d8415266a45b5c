import { h } from "../dom.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";

export function clientView(main: HTMLElement, _: Route, __: AbortSignal): void {
  main.append(h("div", { class: "heading" }, entitle("Client", true)));
}
