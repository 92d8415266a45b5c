/** A member of a JSON object: its name, and its value as JSON text. */
export type Member = readonly [name: string, value: string];

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;
const [OPENING_BRACKET, OPENING_BRACE] = [91, 123];
const [CLOSING_BRACKET, CLOSING_BRACE] = [93, 125];

/**
 * The members of a JSON object in their order, each value as the text that it is: numbers keep every digit. The text is
 * one that this service wrote, without white space between its tokens; throws for another one, and always ends.
 */
export function membersOf(object: string): readonly Member[] {
  const members: Member[] = [];
  const end = object.length - 1;
  if (!object.startsWith("{") || !object.endsWith("}")) throw strangeText();
  for (let start = 1; start < end; ) {
    const colon = endOfString(object, start);
    if (object.charCodeAt(colon) !== COLON) throw strangeText();
    let depth = 0;
    let at = colon + 1;
    for (; at < end; at += 1) {
      const code = object.charCodeAt(at);
      if (code === QUOTE) at = endOfString(object, at) - 1;
      else if (code === COMMA && depth === 0) break;
      else if (code === OPENING_BRACKET || code === OPENING_BRACE) depth += 1;
      else if (code === CLOSING_BRACKET || code === CLOSING_BRACE) depth -= 1;
    }
    members.push([textIn(object.slice(start, colon)), object.slice(colon + 1, at)]);
    start = at + 1;
  }
  return members;
}

/** The place behind the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) throw strangeText();
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  throw strangeText();
}

/** The text that a JSON string stands for. */
const textIn = (string: string): string => (string.includes("\\") ? JSON.parse(string) : string.slice(1, -1));

const strangeText = () => new SyntaxError("an object's text is not as the log writes it");

export const joinedMembers = (members: readonly Member[]): string =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
