const WAIT_MAX_S = 30;

/** RFC 9110, 5.6.2 and 5.6.4: a token, a quoted string, or neither. */
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const SPACE = /[ \t]*/y;

/**
 * Seconds that a request prefers to wait (RFC 7240, 4.3), 1 to 30, or null. Of several `wait` preferences the first
 * counts (RFC 7240, 2); a preference that is not one of ours, or malformed, is ignored.
 */
export function waitPreference(header: string | undefined): number | null {
  for (const preference of splitOutsideQuotes(header ?? "", ",")) {
    const [own = ""] = splitOutsideQuotes(preference, ";");
    const parsed = nameAndValue(own);
    if (parsed?.name !== "wait") continue;
    const seconds = /^[0-9]{1,9}$/.test(parsed.value) ? Number(parsed.value) : 0;
    return seconds >= 1 && seconds <= WAIT_MAX_S ? seconds : null;
  }
  return null;
}

function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < text.length; ) {
    QUOTED.lastIndex = at;
    const [quoted] = QUOTED.exec(text) ?? [];
    const piece = quoted ?? text[at] ?? "";
    at += piece.length;
    if (piece === separator) {
      parts.push(part);
      part = "";
    } else part += piece;
  }
  return [...parts, part];
}

function nameAndValue(text: string): { readonly name: string; readonly value: string } | null {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  match(SPACE);
  const name = match(TOKEN)?.[0].toLowerCase();
  match(SPACE);
  if (name === undefined) return null;
  if (at === text.length) return { name, value: "" };
  if (text[at] !== "=") return null;
  at += 1;
  match(SPACE);
  const quoted = match(QUOTED);
  const value = quoted ? (quoted[1] ?? "").replace(/\\(.)/g, "$1") : (match(TOKEN)?.[0] ?? "");
  match(SPACE);
  return at === text.length ? { name, value } : null;
}
