/**
 * Identifies a question for its memos and cursors. It holds the whole query, so that a parameter that is added later
 * cannot be forgotten here: two queries that differ would share one answer. The order of the members does not matter, and
 * one that is undefined counts as absent.
 */
export function questionText(name: string, query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return JSON.stringify([name, ...given.sort(([left], [right]) => (left < right ? -1 : 1))]);
}
