import { nodeAddresses } from '@joinery/federation';
import { type Asked, fill, leadsToSignIn } from './answers.ts';
import { isNode, type Place, places, type Visitor, visitors } from './closed-world.ts';

/** What whoever delivers something is answered. */
export const receipts = {
  taken:
    'taken: what it does is decided by who sent it, about what, and in which group; the sender is told the same whatever there is',
  refused: 'refused before its body is read: there is no agreement',
  'signed out': 'asked for a signature',
  malformed: 'told that this is no proposal of an agreement: anybody may make one',
} as const;
export type Receipt = keyof typeof receipts;

/** Whose deliveries are taken, at every address of an inbox. */
const takenFrom: Visitor[] = ['allowed', 'thief', 'left', 'members'];
export const posted = nodeAddresses.posted;

export function receiptOf(path: string, visitor: Visitor): Receipt {
  if (path === '/node/proposals') return 'malformed';
  if (!isNode(visitor)) return 'signed out';
  return takenFrom.includes(visitor) ? 'taken' : 'refused';
}

const context = 'https://www.w3.org/ns/activitystreams';

/** What a node could send about a group: all that would change something, if it were let. */
function activities(asked: Asked, visitor: Visitor, place: Place): Record<string, unknown>[] {
  const node = visitor === 'thief' ? 'allowed' : isNode(visitor) ? visitor : 'unlisted';
  const origin = `https://${node}.example`;
  const actor = `${origin}/people/1`;
  const { things } = asked.world;
  const { uri } = things[place];
  const post = `http://localhost:3000/posts/${things[place].post}`;
  const to = [uri];
  const made: Record<string, unknown>[] = [
    { type: 'Like', object: post },
    {
      type: 'Create',
      object: {
        id: `${origin}/posts/${visitor}-${place}`,
        type: 'Note',
        attributedTo: actor,
        content: 'Zebrafirm',
        inReplyTo: post,
        audience: uri,
        to,
      },
    },
    { type: 'Delete', object: post },
    { type: 'Update', object: { id: uri, type: 'Group', name: 'Zebrafirm', inbox: `${uri}/inbox` } },
    {
      type: 'Update',
      object: {
        id: post,
        type: 'Article',
        attributedTo: actor,
        name: 'Zebrafirm',
        content: 'Zebrafirm',
        audience: uri,
        to,
      },
    },
    {
      type: 'Remove',
      object: `http://localhost:3000/people/${asked.world.seed.things.member}`,
      target: `${uri}/followers`,
    },
    { type: 'Flag', object: post, content: 'Zebrafirm' },
  ];
  return made.map((one, index) => ({
    '@context': context,
    id: `${actor}/${visitor}/${place}/${index}`,
    actor,
    to,
    ...one,
  }));
}

/** What an address for deliveries answers otherwise than it should, to some visitors about some places. */
export async function deliveredWrongly(
  asked: Asked,
  path: string,
  from: (visitor: Visitor, place: Place) => boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const visitor of Object.keys(visitors) as Visitor[])
    for (const place of places.filter((one) => from(visitor, one))) {
      const { path: address } = fill(asked, `POST ${path}`, '', place, false);
      for (const activity of activities(asked, visitor, place)) {
        const type = 'application/activity+json';
        const sent = { ...activity, id: `${activity.id}${path}` };
        const answer = await asked.world.ask(visitor, {
          method: 'POST',
          path: address,
          accept: type,
          type,
          body: JSON.stringify(sent),
        });
        const told =
          answer.status === 202
            ? 'taken'
            : leadsToSignIn(answer)
              ? 'signed out'
              : answer.status === 403
                ? 'refused'
                : 'malformed';
        const expected = receiptOf(path, visitor);
        if (told !== expected)
          wrong.push(
            `${visitor}, ${place}, ${activity.type}: ${told} (${answer.status} ${answer.body.slice(0, 160)}) in place of ${expected}`,
          );
        // One is enough where nothing of the body is read.
        if (expected !== 'taken') break;
      }
    }
  return wrong;
}
