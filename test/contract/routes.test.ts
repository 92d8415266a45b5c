import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BODIES } from "../../src/contract/ledger/bodies.ts";
import { type ApiRoute, sentParameters } from "../../src/contract/routes/route.ts";
import { ROUTES } from "../../src/contract/routes.ts";
import { isScope, SCOPES, type Scope } from "../../src/contract/scopes.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const API = readFileSync(join(DOCS, "api.md"), "utf8");
const BOOKKEEPING = readFileSync(join(DOCS, "bookkeeping.md"), "utf8");
const routes = Object.values<ApiRoute>(ROUTES);
const nameOf = ({ method, path }: ApiRoute) => `${method} ${path}`;
const guarded = routes.filter(({ scope }) => scope !== null);

const codeIn = (text: string): readonly string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

/** A route as a page writes it: a trailing `…` stands for all below, a leading one for the webhook endpoints. */
interface Mention {
  readonly code: string;
  readonly parameters: readonly string[];
  readonly matches: (route: ApiRoute) => boolean;
}

function mentionOf(code: string): Mention | null {
  const written = code.replace(/^([A-Z]+) …\//, "$1 /v1/webhook-endpoints/");
  const [, method, path = "", , query = ""] =
    /^(?:(GET|POST|PUT|PATCH|DELETE) )?(\/[^ ?…]*(…)?)(?:\?(\S+))?$/.exec(written) ?? [];
  if (path === "") return null;
  const segments = path.replace(/…$/, "").replace(/\{\w+\}/g, "[^/]+");
  const pattern = new RegExp(`^${segments}${path.endsWith("…") ? "" : "$"}`);
  return {
    code,
    parameters: query === "" ? [] : query.split("&").map((one) => one.split("=")[0] ?? ""),
    matches: (route) => (method === undefined || route.method === method) && pattern.test(route.path),
  };
}

const mentionsIn = (text: string): readonly Mention[] =>
  codeIn(text).flatMap((code) => mentionOf(code) ?? []);

/** The rows of the table of scopes, docs/api.md#tokens. */
const SCOPE_ROWS = new Map(
  [...API.matchAll(/^\| `([a-z:]+)` \| (.+) \|$/gm)]
    .map(([, scope = "", cell = ""]) => [scope, cell] as const)
    .filter((row): row is readonly [Scope, string] => isScope(row[0])),
);

describe("the table of scopes in docs/api.md", () => {
  it("has one row for each scope", () => {
    expect([...SCOPE_ROWS.keys()].sort()).toEqual([...SCOPES].sort());
  });

  it.each(SCOPES)("gives %s the routes that need it", (scope) => {
    const mentions = mentionsIn(SCOPE_ROWS.get(scope) ?? "");
    const documented = guarded.filter((route) => mentions.some(({ matches }) => matches(route)));
    const needing = guarded.filter((route) => route.scope === scope || route.also?.includes(scope));
    expect(documented.map(nameOf)).toEqual(needing.map(nameOf));
    expect(mentions.filter(({ matches }) => !needing.some(matches)).map(({ code }) => code)).toEqual([]);
  });

  it.each(SCOPES)("says which other scopes %s covers", (scope) => {
    const covered = codeIn(SCOPE_ROWS.get(scope) ?? "").filter(isScope);
    const wider = guarded.filter((route) => route.wider?.includes(scope));
    expect(wider.map(nameOf)).toEqual(
      guarded.filter((route) => covered.some((one) => one === route.scope)).map(nameOf),
    );
  });
});

describe("the routes in docs/api.md and docs/bookkeeping.md", () => {
  const mentions = [API, BOOKKEEPING].flatMap(mentionsIn).filter(({ code }) => /^[A-Z]+ /.test(code));

  it("exist", () => {
    expect(mentions.length).toBeGreaterThan(60);
    expect(mentions.filter(({ matches }) => !routes.some(matches)).map(({ code }) => code)).toEqual([]);
  });

  it("are all routes with a scope", () => {
    const missing = guarded.filter((route) => !mentions.some(({ matches }) => matches(route)));
    expect(missing.map(nameOf)).toEqual([]);
  });

  it.each(guarded.flatMap((route) => (route.query ? [[nameOf(route), route, route.query] as const] : [])))(
    "%s takes the parameters that are named",
    (_, route, query) => {
      const named = mentions.filter(({ matches }) => matches(route)).flatMap((one) => one.parameters);
      const taken = Object.keys(sentParameters(query).shape);
      expect(named.filter((parameter) => !taken.includes(parameter))).toEqual([]);
      // The parameters of a lookup are in a table of their own, and its columns are parameters too.
      if (!route.table) expect([...new Set(named)].sort()).toEqual(taken.sort());
    },
  );
});

it("every command of the ledger has a route", () => {
  expect(routes.flatMap(({ command }) => command ?? []).sort()).toEqual(Object.keys(BODIES).sort());
});
