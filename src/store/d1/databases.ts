/** Where Cloudflare keeps data and runs objects by contract; null is wherever it likes. */
const JURISDICTIONS = ["eu", "us", "fedramp"] as const;
export type Jurisdiction = (typeof JURISDICTIONS)[number];

/** A bound D1 database. `DB` is the first; the others are `DB_2`, `DB_3` and so on, without a gap. */
export interface NamedDatabase {
  readonly name: string;
  readonly binding: D1Database;
  /** As the variable `DB_JURISDICTION`, `DB_2_JURISDICTION`, … says; it must be the database's own. */
  readonly jurisdiction: Jurisdiction | null;
}

export function databasesOf(env: Cloudflare.Env): readonly [NamedDatabase, ...NamedDatabase[]] {
  const first = { name: "DB", binding: env.DB, jurisdiction: jurisdictionOf(env.DB_JURISDICTION) };
  const others: NamedDatabase[] = [];
  for (let number = 2; ; number += 1) {
    const name = `DB_${number}` as const;
    const binding = env[name];
    if (!binding) return [first, ...others];
    others.push({ name, binding, jurisdiction: jurisdictionOf(env[`${name}_JURISDICTION`]) });
  }
}

function jurisdictionOf(setting: string | undefined): Jurisdiction | null {
  if (setting === undefined || setting === "") return null;
  const known = JURISDICTIONS.find((one) => one === setting);
  if (known === undefined) throw new Error("a database's jurisdiction must be eu, us or fedramp");
  return known;
}
