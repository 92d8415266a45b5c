/** Made by test/support/answer-validators.ts in vitest.config.ts. */
declare module "virtual:answer-validators" {
  interface Validator {
    (value: unknown): boolean;
    readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
  }
  /** By `<operationId> <status>`, by the name of a header, and `Problem`. */
  export const validators: Readonly<Record<string, Validator>>;
  /** By `<operationId> <status>`: the names of an answer's headers, each with whether the answer always has it. */
  export const headers: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}
