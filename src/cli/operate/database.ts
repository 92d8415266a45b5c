import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";
import { localFiles, PROJECT_ROOT } from "../local/project.ts";
import { wranglerOutput } from "./wrangler-output.ts";

/** The service whose databases a command reaches through wrangler. */
export interface OperatedService {
  /** An environment of wrangler.toml; undefined means the local service. */
  readonly environment: string | undefined;
  readonly dataDirectory: string | undefined;
}

/** A database of the service. */
export interface OperatedDatabase {
  /** The binding's name: `DB`, `DB_2`, … */
  readonly binding: string;
  /** As the variable `<binding>_JURISDICTION` says; null for none. */
  readonly jurisdiction: string | null;
  /** Runs one statement, and resolves with its rows. */
  readonly run: <Row>(sql: string) => Promise<Result<readonly Row[], CommandFailure>>;
}

/** The databases of a service, the first one first. */
export function operatedDatabases({
  environment,
  dataDirectory,
}: OperatedService): readonly OperatedDatabase[] {
  const config = unstable_readConfig({ config: join(PROJECT_ROOT, "wrangler.toml"), env: environment });
  const place =
    environment === undefined
      ? ["--local", "--persist-to", localFiles(dataDirectory).stateDirectory]
      : ["--remote", "--env", environment];
  const vars: Readonly<Record<string, unknown>> = config.vars;
  const bindings: readonly { readonly binding: string }[] = config.d1_databases;
  return bindings.map(({ binding }) => {
    const jurisdiction = vars[`${binding}_JURISDICTION`];
    return {
      binding,
      jurisdiction: typeof jurisdiction === "string" && jurisdiction !== "" ? jurisdiction : null,
      run: <Row>(sql: string) => execute<Row>(binding, place, sql),
    };
  });
}

async function execute<Row>(
  binding: string,
  place: readonly string[],
  sql: string,
): Promise<Result<readonly Row[], CommandFailure>> {
  const command = sql.replace(/\s*\n\s*/g, " ");
  const printed = await wranglerOutput(["d1", "execute", binding, ...place, "--json", "--command", command]);
  if (!printed.ok) return printed;
  const [answer] = JSON.parse(printed.value) as readonly { readonly results?: readonly Row[] }[];
  return answer?.results
    ? ok(answer.results)
    : err(failed(`wrangler d1 execute answered without results for ${binding}.`));
}
