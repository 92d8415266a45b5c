/** The values on the first screen after a start. */
interface Welcome {
  readonly url: string;
  readonly token: string;
  readonly tenant: string;
  readonly expiresAt: Date;
  /** New on every start, because the data of earlier starts is kept. */
  readonly clientId: string;
  readonly idempotencyKey: string;
  /** The file that gets the log instead of the screen. */
  readonly logFile: string | null;
}

/** The last line of the first screen; the requests follow it. */
const requestsLine = (logFile: string | null): string =>
  logFile === null ? "Requests:" : `Requests: logged in ${logFile}`;

/** The smallest complete request of the documentation, with an id of its own. */
function exampleClient(clientId: string): string {
  return JSON.stringify({
    category: "client",
    data: {
      step: "create",
      client_id: clientId,
      name: "John Doe",
      email: "john.doe@example.com",
      phone: "+1234567890",
      address: "123 Main St, New York, NY 10001",
      country: "US",
      is_company: false,
      registration_number: "ID-1234567890",
      gender: "male",
    },
  });
}

/** Two lines for `sh` that work as they are, token included: create a client, look it up. */
function curlLines(welcome: Welcome): readonly [create: string, lookUp: string] {
  const authorization = `-H 'Authorization: Bearer ${welcome.token}'`;
  const key = `-H 'Idempotency-Key: ${welcome.idempotencyKey}' -H 'Content-Type: application/json'`;
  return [
    `curl -sS -w '\\n%{http_code}\\n' ${welcome.url}/ingest ${authorization} ${key} -d '${exampleClient(welcome.clientId)}'`,
    `curl -sS -w '\\n%{http_code}\\n' ${welcome.url}/api/tables/clients/${welcome.clientId} ${authorization}`,
  ];
}

/** The whole first screen. */
export function welcomeText(welcome: Welcome): string {
  const [create, lookUp] = curlLines(welcome);
  return `
Loan Ledger is running on ${welcome.url}

Bearer token for tenant ${welcome.tenant}, all scopes, valid until ${welcome.expiresAt.toISOString().slice(0, 10)}:

${welcome.token}

Create a client (201; paste it again and it is a duplicate, 200):

${create}

Look it up:

${lookUp}

More tokens:  npm run token -- --tenant acme --scope "ingest:write records:read"
More to do:   export LOAN_LEDGER_URL=${welcome.url}; then the tour in README.md, or npx loan-ledger --help
Stop:         Ctrl-C. The data stays.

${requestsLine(welcome.logFile)}`;
}

/** The first screen when the developer's `.dev.vars` names an issuer of its own. */
export function ownIssuerText(url: string, settings: readonly string[], logFile: string | null): string {
  return `
Loan Ledger is running on ${url}

.dev.vars sets ${settings.join(", ")}: tokens come from that issuer, so none is printed here.
Stop: Ctrl-C. The data stays.

${requestsLine(logFile)}`;
}
