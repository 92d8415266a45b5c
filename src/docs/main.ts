/** The global of Swagger UI's bundle; the package has no types of its own. */
declare const SwaggerUIBundle: (configuration: Readonly<Record<string, unknown>>) => unknown;

const dark = matchMedia("(prefers-color-scheme: dark)");
/** Swagger UI's style is dark below this class. */
const follow = (): boolean => document.documentElement.classList.toggle("dark-mode", dark.matches);
follow();
dark.addEventListener("change", follow);

// Nothing leaves this origin: no validator of others, and a token stays in the memory of the page.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  validatorUrl: null,
  persistAuthorization: false,
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: 0,
  requestSnippetsEnabled: true,
});
