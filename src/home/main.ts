/** What stands in the page for the origin of the service. */
const ORIGIN = "https://ledger.example.com";
const SAID_MS = 2_000;

/** Puts this service's origin into the requests, and a button beside each that copies it. */
function completeRequests(): void {
  for (const step of document.querySelectorAll(".steps > li")) {
    const code = step.querySelector("code");
    if (code === null) continue;
    code.textContent = code.textContent.replaceAll(ORIGIN, location.origin);
    const title = step.querySelector("h3")?.textContent ?? "";
    step.querySelector("h3")?.after(copyButton(code, title));
  }
}

function copyButton(code: HTMLElement, title: string): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${title}`);
  button.addEventListener("click", async () => {
    button.textContent = await navigator.clipboard.writeText(code.textContent).then(
      () => "Copied",
      () => "Select it and copy",
    );
    setTimeout(() => {
      button.textContent = "Copy";
    }, SAID_MS);
  });
  return button;
}

/** Whether the service is ready, as its readiness check says. */
async function showStatus(): Promise<void> {
  const status = document.getElementById("status");
  if (status === null) return;
  const say = (kind: string, text: string): void => {
    status.classList.add(kind);
    status.textContent = text;
  };
  try {
    const response = await fetch("/v1/health/ready", { cache: "no-store" });
    const { version } = await response.json();
    if (response.ok) say("ready", `Ready · version ${version}`);
    else say("away", "Not ready");
  } catch {
    say("away", "No answer");
  }
}

completeRequests();
void showStatus();
