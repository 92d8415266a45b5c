import type { oas31 } from "zod-openapi";

/** The issuer belongs to the operator, so its address is an example. */
export const clientCredentials = (scopes: Readonly<Record<string, string>>): oas31.SecuritySchemeObject => ({
  type: "oauth2",
  description:
    "A JWT of the operator's issuer, with the claim `tenant_id`. The token URL is the issuer's own.",
  flows: { clientCredentials: { tokenUrl: "https://issuer.invalid/oauth/token", scopes: { ...scopes } } },
});

export const apiKey: oas31.SecuritySchemeObject = {
  type: "http",
  scheme: "bearer",
  description: "An API key of the tenant, `ll_…`, in the place of a token.",
};

export const bearer: oas31.SecuritySchemeObject = {
  type: "http",
  scheme: "bearer",
  bearerFormat: "JWT",
  description: "The same token, pasted. Locally, `npm run token -- --tenant acme` prints one.",
};
