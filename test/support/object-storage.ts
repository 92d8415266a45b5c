import { DatabaseSync } from "node:sqlite";

/** The SQLite of a Durable Object in Node, as far as a gate's keys need it. */
export function objectStorage(): DurableObjectStorage {
  const database = new DatabaseSync(":memory:");
  const exec = (text: string, ...values: string[]) => {
    if (values.length === 0 && text.includes(";")) {
      database.exec(text);
      return { toArray: () => [] };
    }
    const rows = database.prepare(text).all(...values);
    return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
  };
  const storage = { sql: { exec }, transactionSync: (work: () => void) => work(), sync: async () => {} };
  return storage as unknown as DurableObjectStorage;
}
