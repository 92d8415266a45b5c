import type { EventFacts } from "../core/event.ts";
import { joinedMembers, type Member, membersOf } from "../core/members.ts";

/** Which members of an event's data say something about a person. */
export interface Marks {
  readonly isPrivate: (name: string) => boolean;
  /** The members of `info` that are not private: reports group by them. */
  readonly open: readonly string[];
}

/** The two texts of an event that the log keeps. */
export interface EventTexts {
  /** `{"data": …, "facts": …}` without what is private. */
  readonly data: string;
  /** The same object with only what is private; null where nothing is. */
  readonly private: string | null;
}

/** Facts that the data often says in the same words: then they are not kept twice. */
const SAID_TWICE = ["currency", "disbursement_id", "asset_id"] as const;

/** Where the private members stood among all, so that reading puts them back there. Absent where they were the last ones. */
interface Places {
  readonly places?: readonly number[];
  readonly info_places?: readonly number[];
}

type PrivateFacts = Pick<EventFacts, "change_reason" | "changes"> & Places;

/** Takes an event's data, as JSON text, and its facts apart. */
export function splitEvent(data: string, facts: EventFacts, marks: Marks): EventTexts {
  const parts = splitMembers(membersOf(data), marks);
  const kept = splitFacts(facts, parts, marks);
  if (parts.hidden.length === 0 && Object.keys(kept.hidden).length === 0) {
    return { data: textOf(data, kept.shown), private: null };
  }
  return {
    data: textOf(joinedMembers(parts.shown), kept.shown),
    private: textOf(joinedMembers(parts.hidden), kept.hidden),
  };
}

const textOf = (data: string, facts: object): string => `{"data":${data},"facts":${JSON.stringify(facts)}}`;

interface Split extends Places {
  readonly shown: readonly Member[];
  readonly hidden: readonly Member[];
}

function splitMembers(members: readonly Member[], { isPrivate, open }: Marks): Split {
  const shown: Member[] = [];
  const hidden: Member[] = [];
  const places: number[] = [];
  let info_places: readonly number[] | undefined;
  for (const [place, member] of members.entries()) {
    const [name, value] = member;
    const info = name === "info" && open.length > 0 && value.startsWith("{") ? splitInfo(value, open) : null;
    if (info && info.shown.length > 0) {
      shown.push([name, joinedMembers(info.shown)]);
      if (info.hidden.length > 0) hidden.push([name, joinedMembers(info.hidden)]);
      info_places = info.places;
    } else if (isPrivate(name)) {
      hidden.push(member);
      places.push(place);
    } else shown.push(member);
  }
  return {
    shown,
    hidden,
    ...(areLast(places, members) ? {} : { places }),
    ...(info_places ? { info_places } : {}),
  };
}

const splitInfo = (info: string, open: readonly string[]): Split =>
  splitMembers(membersOf(info), { isPrivate: (name) => !open.includes(name), open: [] });

const areLast = (places: readonly number[], { length }: readonly Member[]): boolean =>
  places.length === 0 || places[0] === length - places.length;

function splitFacts(
  facts: EventFacts,
  { shown, places, info_places }: Split,
  { isPrivate }: Marks,
): { readonly shown: EventFacts; readonly hidden: PrivateFacts } {
  const { change_reason, changes, ...others } = facts;
  const open: { -readonly [N in keyof typeof others]: EventFacts[N] } = { ...others };
  for (const name of SAID_TWICE) {
    const fact = JSON.stringify(others[name]);
    if (shown.some(([own, value]) => own === name && value === fact)) delete open[name];
  }
  const changed = Object.entries(changes ?? {});
  const openChanges = changed.filter(([name]) => !isPrivate(name));
  const ownChanges = changed.filter(([name]) => isPrivate(name));
  return {
    shown: { ...open, ...(changes ? { changes: Object.fromEntries(openChanges) } : {}) },
    hidden: {
      ...(change_reason === undefined ? {} : { change_reason }),
      ...(ownChanges.length > 0 ? { changes: Object.fromEntries(ownChanges) } : {}),
      ...(places ? { places } : {}),
      ...(info_places ? { info_places } : {}),
    },
  };
}

const DATA = '{"data":';
const FACTS = ',"facts":';

/** The two members of a stored text. No member of the facts is named `facts`, so its last mention begins them. */
function sectionsOf(text: string): readonly [data: string, facts: string] {
  const end = text.lastIndexOf(`${FACTS}{`);
  if (!text.startsWith(DATA) || end < 0) throw new SyntaxError("an event's text is not as the log writes it");
  return [text.slice(DATA.length, end), text.slice(end + FACTS.length, -1)];
}

/** An event's data as it was sent, as JSON text: both texts put together. */
export function dataOf(texts: EventTexts): string {
  const [data] = sectionsOf(texts.data);
  if (texts.private === null) return data;
  const [own, ownFacts] = sectionsOf(texts.private);
  const { places, info_places }: Places = JSON.parse(ownFacts);
  const hidden = membersOf(own);
  const shown = membersOf(data);
  const info = new Map(shown).get("info");
  const rest = hidden.find(([name]) => name === "info");
  if (info === undefined || rest === undefined) return joinedMembers(woven(shown, hidden, places));
  const whole: Member = ["info", joinedMembers(woven(membersOf(info), membersOf(rest[1]), info_places))];
  return joinedMembers(
    woven(
      shown.map((member) => (member[0] === "info" ? whole : member)),
      hidden.filter((member) => member !== rest),
      places,
    ),
  );
}

/** Puts the hidden members to their places among the shown ones. */
function woven(
  shown: readonly Member[],
  hidden: readonly Member[],
  places: readonly number[] = [],
): readonly Member[] {
  const all = [...shown];
  for (const [index, member] of hidden.entries()) all.splice(places[index] ?? all.length, 0, member);
  return all;
}

/** An event's facts: both texts put together. Throws for a text that the log did not write. */
export function factsOf(texts: EventTexts): EventFacts {
  const [data, shown] = sectionsOf(texts.data);
  const facts: EventFacts = JSON.parse(shown);
  const said = new Map(membersOf(data));
  const missing = SAID_TWICE.filter((name) => facts[name] === undefined && said.has(name));
  const again = missing.map((name) => [name, JSON.parse(said.get(name) ?? "null")]);
  const own: PrivateFacts = texts.private === null ? {} : JSON.parse(sectionsOf(texts.private)[1]);
  const { change_reason, changes } = own;
  return {
    ...Object.fromEntries(again),
    ...facts,
    ...(change_reason === undefined ? {} : { change_reason }),
    ...(changes ? { changes: { ...facts.changes, ...changes } } : {}),
  };
}
