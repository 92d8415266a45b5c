/** Writes a line of a tenant's gate to the service's log; an error unless the entry names another level. */
export function logOf(tenant: string, entry: Record<string, unknown>): void {
  const line = JSON.stringify({ level: "error", tenant, ...entry });
  if (entry.level === "info") console.log(line);
  else console.error(line);
}
