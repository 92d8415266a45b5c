/** Query parameters; empty ones are omitted. An array gives the parameter once for each value, the empty ones too. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

function withQuery(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): string[][] => {
    if (value === undefined || value === "") return [];
    return [value].flat().map((one) => [name, one]);
  });
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

const VIEW_NAMES = [
  "portfolio",
  "disbursement",
  "client",
  "analytics",
  "quality",
  "books",
  "tables",
  "settings",
  "search",
] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

/** The view of that name; undefined for any other text. Anyone can write an address. */
export const viewNamed = (name: string): ViewName | undefined => VIEW_NAMES.find((one) => one === name);
