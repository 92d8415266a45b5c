import { exports } from "cloudflare:workers";
import { type Answer, answerOf } from "./api.ts";

/** Sends any request, however wrong, to the service. */
export async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  return answerOf(await exports.default.fetch(`http://ledger.test${path}`, init));
}
