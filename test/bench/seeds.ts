/** Clients and their events, as so many creates would have left them. The ids count from 0. */
export function seeds(tenant: string, from: number, to: number): readonly string[] {
  const numbers = `WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})`;
  return [
    `INSERT INTO clients (tenant_id, client_id, name, email, phone, address, country, is_company, registration_number,
       gender, created_seq, updated_seq, created_at, updated_at)
     ${numbers} SELECT '${tenant}', printf('s%012d', i - 1), 'John Doe', 'john.doe@example.com', '+1234567890', '123 Main St', 'US', 0,
       'ID-' || i, 'male', i, i, 1700000000000 + i, 1700000000000 + i FROM n`,
    `INSERT INTO events (tenant_id, sequence, event_id, category, step, record_id, key_hash, data, makes_history, trace_id,
       created_at, hash)
     ${numbers} SELECT '${tenant}', i, printf('%08x-0000-7000-8000-%012x', i, i), 'client', 'create', printf('s%012d', i - 1),
       randomblob(32), '{"data":{},"facts":{}}', 0, zeroblob(16), 1700000000000 + i, zeroblob(32) FROM n`,
  ];
}
