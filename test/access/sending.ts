import { type Asked, fill, inPlace, leadsToSignIn, plain } from './answers.ts';
import { changingRoutes, type Row } from './changing-routes-table.ts';
import { type Answer, isNode, type Place, type Sent, type Visitor, visitors } from './closed-world.ts';
import { answerOfRule, type SendingRule, type SentAnswer, sending } from './sending-table.ts';

/** Where something is sent to that is about something in a group, its place is part of the question. */
const isAboutGroup = (route: string): boolean =>
  [...route.matchAll(/([^/]*)\/:/g)].some(([, part = '']) => part !== 'conversations' && inPlace[part]);
export const sentPlaces = ['hidden', 'listed'] as const satisfies readonly Place[];

/** What the row says is sent. */
function sentBy(row: Row, { world }: Asked): Sent {
  const fields = typeof row.send === 'function' ? row.send(world.seed.things) : (row.send ?? {});
  return { fields, bytes: row.bytes ?? (row.headers ? '' : undefined), headers: row.headers };
}

/** The address about something of the node, as its row fills it. */
function addressOf(route: string, row: Row, { world }: Asked): string {
  const places = [...(row.at ?? [])];
  return route.slice(route.indexOf(' ') + 1).replace(/:\w+/g, () => world.seed.things[places.shift() ?? 'closed']);
}

/** Let past who may: done, or something of what was sent does not fit, or something that it names is not there. */
const lets = ({ status }: Answer, row: Row, alike: boolean): boolean =>
  status < 400 || status === row.answers || [409, 410, 422].includes(status) || (status === 404 && !alike);

function answerOf(answer: Answer, row: Row, alike: boolean): SentAnswer {
  if (leadsToSignIn(answer)) return 'signed out';
  if (lets(answer, row, alike)) return 'may';
  if (answer.status === 404) return 'as missing';
  if (answer.status === 403) return 'refused';
  throw new Error(`Nobody should be answered ${answer.status}: ${answer.body.slice(0, 300)}`);
}

/** What a visitor may not come upon in any answer, and whether they may know that there is something. */
export type Bounds = {
  secret: (visitor: Visitor) => string[];
  knows: (visitor: Visitor, place: Place) => boolean;
  /** Forgets what was counted of those before. */
  forget: () => void;
};

/** What an address answers otherwise than the table says, or tells or stores for who may not; what was done is put back. */
export async function sentWrongly(asked: Asked, route: string, bounds: Bounds): Promise<string[]> {
  const [row, rule] = [changingRoutes[route], ruleOfSending(route)];
  if (!row || !rule) return ['there is no row'];
  const { seed } = asked.world;
  const wrong: string[] = [];
  const everybody = Object.keys(visitors) as Visitor[];
  const lets = (visitor: Visitor) => [0, 1].some((place) => rule.cells[visitor][place] === 'y');
  const begun = seed.changes();
  const asNobody = new Map<string, string>();
  for (const visitor of everybody.filter((one) => !lets(one)))
    wrong.push(...(await wrongFor(asked, route, row, rule, visitor, bounds, asNobody)));
  if (seed.changes() !== begun && seed.changed().length > 0) wrong.push(`stored for who may not: ${seed.changed()}`);
  for (const visitor of everybody.filter(lets)) {
    wrong.push(...(await wrongFor(asked, route, row, rule, visitor, bounds, asNobody)));
    // What proves who somebody is holds once.
    if (route.includes(':token')) await seed.restore();
  }
  if (seed.changes() !== begun) await seed.restore();
  return wrong;
}

async function wrongFor(
  asked: Asked,
  route: string,
  row: Row,
  rule: SendingRule,
  visitor: Visitor,
  bounds: Bounds,
  asNobody: Map<string, string>,
): Promise<string[]> {
  const { world } = asked;
  bounds.forget();
  const [method = ''] = route.split(' ');
  const sent = sentBy(row, asked);
  const isPlaced = isAboutGroup(route);
  const none = isPlaced ? fill(asked, route, '', 'hidden', true) : null;
  const missing = none && plain(world, await world.send(visitor, method, none.path, sent), none.asked);
  const wrong: string[] = [];
  for (const [index, place] of (isPlaced ? sentPlaces : [null]).entries()) {
    const there = place ? fill(asked, route, '', place, false) : { path: addressOf(route, row, asked), asked: [] };
    const answer = await world.send(visitor, method, there.path, sent);
    const text = plain(world, answer, there.asked);
    const alike = missing === null || text === missing;
    if (visitor === 'nobody') asNobody.set(there.path, text);
    // To the byte: what a node signs with, and what it was given by a group, get it nothing here.
    const isOther = isNode(visitor) && text !== asNobody.get(there.path);
    const [told, expected] = [answerOf(answer, row, alike), answerOfRule(rule, visitor, index)];
    const said = bounds.secret(visitor).filter((word) => answer.body.includes(word));
    const leaks = place !== null && !alike && !bounds.knows(visitor, place);
    if (told !== expected || leaks || isOther || said.length > 0)
      wrong.push(
        `${visitor}${place ? `, ${place}` : ''}: ${told}${leaks ? ', unlike what is missing' : ''}${isOther ? ', unlike nobody' : ''} (${answer.status}) in place of ${expected}${said.length > 0 ? `, says ${said}` : ''}`,
      );
  }
  return wrong;
}

const ruleOfSending = (route: string) => Object.values(sending).find(({ routes }) => routes.includes(route));
