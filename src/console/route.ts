/** The view of the address: the fragment, `#/tables/payments?status=paid`. It never holds the token. */
export interface Route {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

export function currentRoute(): Route {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const segments = path.split("/").filter((segment) => segment !== "");
  return { segments: segments.map(decoded), query: new URLSearchParams(query) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Goes to a view, as a link would. */
export function go(address: string): void {
  location.hash = address;
}

/** Shows the present view again, with what there is now. */
export function refresh(): void {
  dispatchEvent(new Event("hashchange"));
}
