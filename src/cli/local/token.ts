import type { Scope } from "../../contract/scopes.ts";
import { EXIT, report } from "../failure.ts";
import { loadOrCreateKey, mintToken } from "./issuer.ts";
import { foreignIssuerSettings, localFiles, PROJECT_ROOT, readDevVars } from "./project.ts";

export interface TokenOptions {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly lifetimeS: number;
  readonly dataDirectory: string | undefined;
}

/** Prints only a token for the local service on standard output. Resolves with the exit code. */
export async function token(options: TokenOptions): Promise<number> {
  const { dataDirectory, ...request } = options;
  const key = await loadOrCreateKey(localFiles(dataDirectory).keyFile);
  if (!key.ok) return report(key.error);
  const own = foreignIssuerSettings(await readDevVars(PROJECT_ROOT));
  if (own.length > 0) {
    console.error(
      `Note: .dev.vars sets ${own.join(", ")}, so the local service trusts that issuer, not this token.`,
    );
  }
  console.log(await mintToken(key.value, { ...request, issuedAt: new Date() }));
  return EXIT.done;
}
