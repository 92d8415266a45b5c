import { type Answer, answerTo } from "./api.ts";

/** Sends any request, however wrong, to the service. */
export async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  return answerTo(init.method ?? "GET", path, init);
}
