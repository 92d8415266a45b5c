import type { Placement } from "./placement.ts";

/** A tenant's Durable Object runs in the jurisdiction of its database. */
export function objectOf<T extends Rpc.DurableObjectBranded>(
  objects: DurableObjectNamespace<T>,
  tenant: string,
  { jurisdiction }: Placement,
): DurableObjectStub<T> {
  return (jurisdiction === null ? objects : objects.jurisdiction(jurisdiction)).getByName(tenant);
}
