import * as z from "zod";

/** WHATWG URL parsing has normalised the host by now: `127.1` and `0x7f000001` both read `127.0.0.1`. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

export const isBlank = (value: unknown): boolean =>
  value === undefined || (typeof value === "string" && value.trim() === "");

const blankAsMissing = (value: unknown): unknown => (isBlank(value) ? undefined : value);

/** A setting that may be missing; a blank one is missing. */
export const ifGiven = <T extends z.ZodType>(schema: T) => z.preprocess(blankAsMissing, schema.optional());

/** A stray space or line break, which a shell leaves easily, would refuse every token without a word about why. */
export const settingText = z.preprocess(
  blankAsMissing,
  z
    .string({ error: (issue) => (issue.input === undefined ? "is missing" : "must be a string") })
    .refine((value) => value === value.trim(), "must not begin or end with white space"),
);

/** Words separated by spaces. */
export const settingWords = settingText
  .refine((value) => !/[^\S ]/.test(value), "must be separated by spaces")
  .transform((value) => value.split(" ").filter((word) => word !== ""));

/** Where an issuer publishes its keys. */
export const keySetUrl = z.string("must be a string").transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const fault = (() => {
    if (url === null) return "is not a URL";
    if (url.username !== "" || url.password !== "") return "must not carry credentials";
    if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname))) return null;
    return "must be https, or http on loopback";
  })();
  if (url !== null && fault === null) return url.href;
  context.addIssue({ code: "custom", message: fault ?? "is not a URL" });
  return z.NEVER;
});
