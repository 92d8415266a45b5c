/** A bigint in JSON. No other saved value has this shape. */
interface Big {
  readonly n: string;
}

const isBig = (value: unknown): value is Big =>
  typeof (value as Big | null)?.n === "string" && Object.keys(value as Big).length === 1;

/** Writes figures as JSON text; each bigint keeps all its digits. */
export const saved = (value: unknown): string =>
  JSON.stringify(value, (_, member) => (typeof member === "bigint" ? { n: member.toString() } : member));

/** Reads what `saved` wrote. The caller names the type; only `saved` writes such texts. */
export const restored = <T>(text: string): T =>
  JSON.parse(text, (_, member) => (isBig(member) ? BigInt(member.n) : member));
