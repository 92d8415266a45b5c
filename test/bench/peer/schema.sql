CREATE TABLE idempotency_keys (tenant_id text NOT NULL, key text NOT NULL, fingerprint text NOT NULL, answer text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, key));
CREATE TABLE events (event_id uuid PRIMARY KEY, tenant_id text NOT NULL, category text NOT NULL, step text NOT NULL, record_id text NOT NULL, idempotency_key text NOT NULL, data jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX events_by_tenant ON events (tenant_id, created_at);
CREATE TABLE clients (tenant_id text NOT NULL, client_id text NOT NULL, name text NOT NULL, email text NOT NULL, phone text NOT NULL, address text NOT NULL, country text NOT NULL, is_company boolean NOT NULL, registration_number text NOT NULL, gender text NOT NULL, contact_person text, created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, client_id));
CREATE INDEX clients_by_tenant ON clients (tenant_id, created_at);
