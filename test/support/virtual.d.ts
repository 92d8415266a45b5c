/** Made by test/support/answer-validators.ts in vitest.config.ts. */
declare module "virtual:answer-validators" {
  interface Validator {
    (value: unknown): boolean;
    readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
  }
  /** By `<operationId> <status>`, and `Problem`. */
  export const validators: Readonly<Record<string, Validator>>;
}
