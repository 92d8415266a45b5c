/** Query parameters; empty ones are omitted. */
type Query = Readonly<Record<string, string | undefined>>;

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, value] satisfies [string, string]],
  );
  const text = new URLSearchParams(given).toString();
  return text === "" ? path : `${path}?${text}`;
}

const joined = (segments: readonly string[]) => `/${segments.map(encodeURIComponent).join("/")}`;

/** The path of a request to this origin; each segment is encoded. */
export const pathOf = (segments: readonly string[], query: Query = {}): string =>
  withQuery(joined(segments), query);

/** The address of a view. */
export const href = (segments: readonly string[], query: Query = {}): string =>
  `#${withQuery(joined(segments), query)}`;
