import type { Scope } from "../../contract/scopes.ts";
import { may } from "../caller.ts";
import { h } from "../dom.ts";
import { missingScope } from "../problem.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { tabs } from "../tabs.ts";
import { bookkeepingPart } from "./bookkeeping.ts";
import { endpointPart } from "./endpoint.ts";
import { keysPart } from "./keys.ts";
import { tenantPart } from "./tenant.ts";
import { webhooksPart } from "./webhooks.ts";

interface Named {
  readonly label: string;
  readonly scope: Scope;
  readonly part: (page: AbortSignal) => readonly HTMLElement[];
}

const PARTS: Readonly<Record<string, Named>> = {
  tenant: { label: "Tenant", scope: "settings:write", part: tenantPart },
  webhooks: { label: "Webhooks", scope: "webhooks:manage", part: webhooksPart },
  bookkeeping: { label: "Bookkeeping", scope: "hpts:adjustments:write", part: bookkeepingPart },
  keys: { label: "API keys", scope: "keys:manage", part: keysPart },
};

/** What a tenant sets up: settings, webhook endpoints, bookkeeping, API keys. Only parts that the token may change are offered. */
export function settingsView(main: HTMLElement, { segments }: Route, page: AbortSignal): void {
  const offered = Object.entries(PARTS).filter(([, { scope }]) => may(scope));
  const [, name = offered[0]?.[0] ?? "tenant", id] = segments;
  const known = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  const links = offered.map(([one, { label }]) => [one, label] as const);
  main.append(
    h("div", { class: "heading" }, entitle(known?.label ?? "No such settings", true)),
    tabs("Settings", "settings", links, { name }),
  );
  if (known === undefined) return;
  if (!may(known.scope)) {
    main.append(missingScope(known.label, known.scope));
    return;
  }
  main.append(...(name === "webhooks" && id !== undefined ? endpointPart(id, page) : known.part(page)));
}
