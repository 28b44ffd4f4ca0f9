import {
  type Answer,
  type ClosedWorld,
  nothing,
  type Place,
  places,
  type Things,
  type Visitor,
  words,
} from './closed-world.ts';
import type { Outcome } from './rules.ts';
import type { Things as SeedThings } from './seed.ts';

/** What stands for a parameter, by the part of the path before it: something in the place, or something of the node. */
export const inPlace: Record<string, keyof Things> = {
  ...{
    groups: 'group',
    conversations: 'group',
    posts: 'post',
    folders: 'folder',
    documents: 'document',
    files: 'file',
    reports: 'report',
    outgoing: 'held',
  },
  ...{ notifications: 'notification', activities: 'activity', streams: 'stream' },
};
const ofNode: Record<string, keyof SeedThings> = {
  ...{ people: 'colleague', members: 'colleague', guests: 'guest', register: 'registrationToken', partners: 'partner' },
  ...{ mute: 'muteToken', with: 'provider', 'sign-in': 'draft', links: 'identity', link: 'link', passkeys: 'passkey' },
  ...{ uploads: 'upload', emergency: 'emergency', topics: 'topic' },
};
/** Parameters that are words. */
const said: Record<string, string> = {
  number: '1',
  part: 'activity',
  version: '2.1',
  kind: 'assets',
  file: 'x',
  person: 'x',
  until: 'x',
  mac: 'x',
};

export type Filled = {
  path: string;
  /** What of a place was asked for, in each spelling: it may be said again. */
  asked: string[];
};

/** A world, and what the pages of its groups carry for those who may listen. */
export type Asked = { world: ClosedWorld; marks: Record<Place, string> };

/** The address as it is asked for, about a place or about nothing. */
export function fill({ world, marks }: Asked, route: string, ask: string, place: Place, missing: boolean): Filled {
  const asked: string[] = [];
  const naming = (word: string) => {
    asked.push(word, word.toLowerCase(), encodeURIComponent(word));
    return word;
  };
  const things = world.things[place];
  const uri = missing ? things.uri.replace(/[^/]*$/, nothing.id) : things.uri;
  const pattern = route.slice(route.indexOf(' ') + 1);
  const path = pattern.replace(/([^/]*)\/:(\w+)(\{[^}]*\})?/g, (_all, part: string, name: string) => {
    // What is marked as an answer is one.
    const thing = part === 'posts' && pattern.endsWith('answered') ? 'reply' : inPlace[part];
    if (part === 'tags') return `${part}/${naming((missing ? nothing.text : words[place].text[0]).toLowerCase())}`;
    if (thing) return `${part}/${naming(missing ? nothing.id : things[thing])}`;
    const stands = ofNode[part] ? world.seed.things[ofNode[part]] : said[name];
    if (stands === undefined)
      throw new Error(`${route}: say in inPlace or ofNode what stands for :${name} after ${part}/`);
    return `${part}/${stands}`;
  });
  const query = ask
    .replace('{name}', () => naming(missing ? nothing.name : words[place].name[0]))
    .replace('{text}', () => naming(missing ? nothing.text : words[place].text[0]))
    .replace('{id}', () => naming(missing ? nothing.id : things.group))
    .replace('{mark}', () => naming(missing ? marks[place].replace(/^[^.]*/, nothing.id) : marks[place]))
    .replace('{uri}', () => {
      naming(uri);
      naming(uri.split('/').at(-1) ?? '');
      return encodeURIComponent(uri);
    });
  return { path: path + query, asked };
}

export const accepts = (route: string) => {
  if (route.startsWith('NODES ')) return 'application/activity+json';
  return route.includes(' /api/') ? 'application/json' : 'text/html';
};
export const lookAt = (world: ClosedWorld, visitor: Visitor, route: string, path: string) =>
  world.ask(visitor, { method: 'GET', path, accept: accepts(route) });

/** All of an answer that could tell something, without what is another each time. */
export function plain(world: ClosedWorld, { status, headers, body }: Answer, asked: string[]): string {
  const { date: _date, 'set-cookie': _cookie, 'content-length': _length, 'x-request-id': request, ...rest } = headers;
  let text = JSON.stringify([status, rest, body]);
  for (const word of [...asked].sort((one, other) => other.length - one.length))
    text = text.replaceAll(word, '<asked>');
  if (request) text = text.replaceAll(request, '<request>');
  // Forms carry ids and tokens of their own, and papers the second at which they were made.
  return text
    .replace(/(?:\/|%2F)\d{10}(?:\/|%2F)[A-Za-z0-9_-]{43}/g, '/<pass>')
    .replace(/D:\d{14}Z|\/ID \[[^\]]*|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '<second>')
    .replace(/[A-Za-z0-9_-]{43}/g, '<token>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) =>
      isOfPlace(world, id) ? id : '<id>',
    );
}

const isOfPlace = (world: ClosedWorld, id: string) =>
  places.some((place) => Object.values(world.things[place]).includes(id));

/** Words of a place in an answer, other than those that were asked for. */
function isIn(text: string, pair: [string, string], asked: string[]): boolean {
  return pair.some((word) => !asked.includes(word) && text.toLowerCase().includes(word.toLowerCase()));
}

export const leadsToSignIn = ({ status, headers }: Answer) =>
  status === 401 || (status === 303 && /^\/sign-in(\?|$)/.test(headers.location ?? ''));

/** What an answer tells. `alike`: it is the same as for what is missing. */
export function read(
  answer: Answer,
  text: string,
  place: Place,
  asked: string[],
  missing: string,
): { told: Outcome; alike: boolean } {
  const alike = text === missing;
  const told = (): Outcome => {
    if (isIn(text, words[place].text, asked)) return 'content';
    if (isIn(text, words[place].name, asked)) return 'profile';
    if (leadsToSignIn(answer)) return 'signed out';
    if (answer.status === 403) return 'refused';
    if (alike) return 'as missing';
    return answer.status >= 400 ? 'refused' : 'facts';
  };
  return { told: told(), alike };
}
