import { pipeline } from "node:stream/promises";
import { EXIT, failed, report } from "../failure.ts";
import { Service, type ServiceOptions, sentenceOf } from "../service.ts";

/** Prints the tenant's whole journal in hledger's text format. Resolves with the exit code. */
export async function journal(options: ServiceOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const response = await service.value.request("/v1/journal-entries?format=hledger");
  if (!(response instanceof Response)) return report(failed(sentenceOf(response)));
  if (response.body) await pipeline(response.body, process.stdout, { end: false });
  return EXIT.done;
}
