/** The order of days and ids: below 0 where `a` comes first, 0 where they are equal. */
export const byText = (a: string, b: string): number => Number(a > b) - Number(a < b);
