/** The values on the first screen after a start. */
interface Welcome {
  readonly url: string;
  readonly token: string;
  readonly tenant: string;
  readonly expiresAt: Date;
  /** New on every start, because the data of earlier starts is kept. */
  readonly clientId: string;
  readonly idempotencyKey: string;
  /** As it was given: other commands for the same service need it, too. */
  readonly dataDirectory: string | undefined;
  /** The console's address for the sample; null without a sample. */
  readonly sampleLink: string | null;
  readonly logFile: string;
}

/** The last line of the first screen. */
const requestsLine = (logFile: string): string => `Requests: logged in ${logFile}`;

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

/** Two lines for `sh` that work after the two exports: create a client, look it up. */
function curlLines({ clientId, idempotencyKey }: Welcome): readonly [create: string, lookUp: string] {
  const authorization = '-H "Authorization: Bearer $LOAN_LEDGER_TOKEN"';
  const key = `-H 'Idempotency-Key: ${idempotencyKey}' -H 'Content-Type: application/json'`;
  const curl = "curl -sS -w '\\n%{http_code}\\n'";
  return [
    `${curl} "$LOAN_LEDGER_URL/ingest" ${authorization} ${key} -d '${exampleClient(clientId)}'`,
    `${curl} "$LOAN_LEDGER_URL/api/tables/clients/${clientId}" ${authorization}`,
  ];
}

/** A word of a command line, in quotes where the shell would split or change it. */
const word = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const sampleText = (link: string): string => `
The sample is there: 100 loans and purchases of the tenant "sample", with their books. In the console (the link reads only,
for 12 hours):

${link}

On the command line, after the two lines above:

npx loan-ledger portfolio
`;

/** The whole first screen. */
export function welcomeText(welcome: Welcome): string {
  const [create, lookUp] = curlLines(welcome);
  const { url, token, tenant, expiresAt, dataDirectory, sampleLink, logFile } = welcome;
  const folder = dataDirectory === undefined ? "" : ` --data-dir ${word(dataDirectory)}`;
  return `
Loan Ledger is running on ${url}

Paste these lines into another terminal: the token is for the tenant ${tenant}, has all scopes, and is valid until ${expiresAt.toISOString().slice(0, 10)}.

export LOAN_LEDGER_URL=${url}
export LOAN_LEDGER_TOKEN=${token}
${sampleLink === null ? "" : sampleText(sampleLink)}
Create a client (201; paste it again and it is a duplicate, 200):

${create}

Look it up:

${lookUp}

More tokens:  npx loan-ledger token --tenant acme --scope "ingest:write records:read"${folder}
More to do:   the tour in README.md, and npx loan-ledger --help
Stop:         Ctrl-C. The data stays.

${requestsLine(logFile)}`;
}

/** The first screen when the developer's `.dev.vars` names an issuer of its own. */
export function ownIssuerText(url: string, settings: readonly string[], logFile: string): string {
  return `
Loan Ledger is running on ${url}

.dev.vars sets ${settings.join(", ")}: tokens come from that issuer, so none is printed here.
Stop: Ctrl-C. The data stays.

${requestsLine(logFile)}`;
}
