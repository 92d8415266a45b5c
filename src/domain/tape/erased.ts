import type { Stamp } from "../core/event.ts";
import { type Client, clientFields, type Fields } from "./fields.ts";
import type { Stored } from "./state.ts";

/** A record without the fields that say something about a person. */
function withoutPrivate<T extends object>(fields: Fields, record: T): T {
  const blank = Object.entries(fields).flatMap(([name, field]) => (field.private ? [[name, null]] : []));
  return { ...record, ...Object.fromEntries(blank) };
}

/** A client as its erasure leaves it; `info` is what is left of that. A live one is deleted. */
export function erased(
  { record, deleted_at, ...lifetime }: Stored<Client>,
  info: string | null,
  { sequence, now }: Pick<Stamp, "sequence" | "now">,
): Stored<Client> {
  return {
    ...lifetime,
    record: { ...withoutPrivate(clientFields, record), info, erased_at: now },
    updated_seq: sequence,
    updated_at: now,
    deleted_at: deleted_at ?? now,
  };
}
