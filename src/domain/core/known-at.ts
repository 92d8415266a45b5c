/** What the log knew: after the event with this sequence, or at this moment in milliseconds since 1970. */
export type KnownAt = { readonly sequence: number } | { readonly at: number };
