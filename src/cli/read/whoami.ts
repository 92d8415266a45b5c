import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { listText, print } from "./format.ts";

/** Prints whom the service takes the token or key for. Resolves with the exit code. */
export async function whoAmI({
  json,
  ...options
}: ServiceOptions & { readonly json: boolean }): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const caller = await service.value.whoAmI();
  if (!caller.ok) return report(caller.error);
  print(caller.value, json, ({ tenant_id, actor, scopes, expires_at, issuer, key_id, jurisdiction }) =>
    listText([
      ["tenant", tenant_id],
      ["actor", actor ?? "none"],
      key_id === undefined ? ["issuer", issuer ?? ""] : ["key", key_id],
      ["expires", expires_at ?? "never"],
      ["jurisdiction", jurisdiction ?? "none"],
      ["scopes", scopes.join(" ")],
    ]),
  );
  return EXIT.done;
}
