import { button, type Child, h } from "../dom.ts";
import { beginSignIn } from "./flow.ts";
import { reasonOf } from "./issuer.ts";
import { signInSettings } from "./settings.ts";

/** A button that goes to the issuer; null where the service has no sign-in. */
export function signInButton(label: (host: string) => string): Child {
  const settings = signInSettings();
  if (settings === null) return null;
  const fault = h("p", { class: "fault", role: "alert" });
  const made = button(
    label(new URL(settings.issuer).host),
    () => {
      made.disabled = true;
      beginSignIn(settings).catch((error: unknown) => {
        made.disabled = false;
        fault.replaceChildren(`The issuer cannot be reached: ${reasonOf(error)}`);
      });
    },
    { class: "primary" },
  );
  return [made, fault];
}
