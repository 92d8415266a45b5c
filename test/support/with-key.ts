import { exports } from "cloudflare:workers";
import { Api, newTenant } from "./api.ts";

type Fetch = typeof exports.default.fetch;

/** The service as a back end with an API key sees it. `fetch` reaches the service; the worker under test by default. */
export function apiWithKey(
  key: string,
  tenant = newTenant(),
  fetch: Fetch = (...args) => exports.default.fetch(...args),
): Api {
  const send = (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init);
    request.headers.set("Authorization", `Bearer ${key}`);
    return fetch(request);
  };
  return new Api(tenant, undefined, send as Fetch);
}
