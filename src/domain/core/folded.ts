/** A text without its case and its accents, as `search` compares texts: `garcía` and `GARCIA` are equal. */
export const folded = (text: string): string => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
