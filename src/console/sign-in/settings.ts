import type { ParsedOf } from "../../contract/answer-types.ts";
import type { consoleSignIn } from "../../contract/service/answers.ts";

export type SignInSettings = NonNullable<ParsedOf<typeof consoleSignIn>["sign_in"]>;

let known: SignInSettings | null = null;
let asked: Promise<string | null> | null = null;

/** Where to sign in; null before it is known, and where the service has no sign-in. */
export const signInSettings = (): SignInSettings | null => known;

/** Asks once. Answers null, or why it is not known. */
export function learnSignIn(): Promise<string | null> {
  asked ??= ask().catch((error: unknown) => {
    // The next one who needs it asks again.
    asked = null;
    return error instanceof Error ? error.message : String(error);
  });
  return asked;
}

async function ask(): Promise<string | null> {
  const response = await fetch("/console/sign-in", { cache: "no-store", credentials: "omit" });
  if (!response.ok) throw new Error(`the service answered ${response.status}`);
  ({ sign_in: known } = await response.json());
  return null;
}
