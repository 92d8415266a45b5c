/** The global of Scalar's standalone bundle; it has no types of its own. */
declare const Scalar: {
  createApiReference(selector: string, configuration: Readonly<Record<string, unknown>>): unknown;
};

// Scalar takes a filled element for its own output, rendered before.
document.querySelector("#reference")?.replaceChildren();

// Nothing leaves this origin: no fonts of a CDN, no telemetry, no proxy, no service of Scalar's.
Scalar.createApiReference("#reference", {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  documentDownloadType: "none",
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  hideTestRequestButton: false,
  persistAuth: false,
  authentication: { preferredSecurityScheme: "bearer" },
});
