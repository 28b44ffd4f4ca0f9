/**
 * What the rules say of a closed group, written once more in as few words as possible, and nothing of how the node decides: who may come upon which word. Where the node
 * shows less than this, that is its right; where it shows more, the test fails.
 */

export const peopleHere = [
  'owner',
  'facilitator',
  'member',
  'joiner',
  'stranger',
  'administrator',
  'officer',
  'guest',
] as const;
export type PersonHere = (typeof peopleHere)[number];
/** One person at B and one at C. */
export type PersonThere = 'writer' | 'reader';
export type Person = PersonHere | PersonThere;

/** `members` is allowed and has members here; `second` may get some; `bystanding` is allowed and never has any. */
export const peers = ['members', 'second', 'bystanding', 'suspended', 'unlisted'] as const;
export type Peer = (typeof peers)[number];
export type Visitor = PersonHere | Peer | 'nobody';

export const peerOf: Record<PersonThere, Peer> = { writer: 'members', reader: 'second' };

export type State = 'none' | 'requested' | 'invited' | 'member' | 'banned';
export type Kind = 'listed' | 'hidden' | 'open' | 'listed elsewhere' | 'hidden elsewhere';

export type Post = {
  id: string;
  uri: string;
  author: Person;
  /** The topic it is in; itself for a topic. */
  topic: Post | null;
  audience: 'group' | 'facilitators' | 'agency';
  /** Removed by those who run the group. */
  removed: boolean;
  deleted: boolean;
  /** The group elsewhere has taken it in. */
  taken: boolean;
  /** Id of what told of it last. */
  event: string | null;
  file: string | null;
};

export type Group = {
  kind: Kind;
  id: string;
  uri: string;
  handle: string;
  here: boolean;
  closed: boolean;
  listed: boolean;
  /** Whether any partner's people may ask to join, which means that it is known there. */
  asking: boolean;
  label: number;
  /** Copies of a group elsewhere that are not shown any more. */
  withheld: boolean;
  standing: Map<Person, State>;
  posts: Post[];
};

/** What a peer's agreement covers. */
export type Agreement = { allowed: boolean; closedGroups: boolean; ceiling: number };

/** Where a word stands: in what the group says of itself or in its address, in a post or the id of one, or in a reason that only those who run the group and its writer read. */
export type Place =
  | { group: Group; in: 'profile' | 'address' }
  | { group: Group; in: 'post' | 'id'; post: Post }
  | { group: Group; in: 'reason'; by: Person };

export const isPeer = (visitor: Visitor): visitor is Peer => (peers as readonly string[]).includes(visitor);

const runs = (person: Person) => person === 'owner' || person === 'facilitator';
const has = (group: Group, person: Person, ...states: State[]) => states.includes(group.standing.get(person) ?? 'none');
const someoneThere = (group: Group, peer: Peer, ...states: State[]) =>
  (Object.keys(peerOf) as PersonThere[]).some((person) => peerOf[person] === peer && has(group, person, ...states));

function covers(group: Group, { allowed, closedGroups, ceiling }: Agreement): boolean {
  return allowed && (!group.closed || closedGroups) && ceiling >= group.label;
}

/** Whether somebody may read a group. */
function reads(group: Group, visitor: Visitor, agreement: Agreement): boolean {
  if (visitor === 'nobody') return false;
  if (isPeer(visitor))
    return group.here && covers(group, agreement) && (!group.closed || someoneThere(group, visitor, 'member'));
  if (!group.closed) return visitor !== 'guest';
  return !group.withheld && has(group, visitor, 'member', ...(group.here ? (['invited'] as const) : []));
}

/** Whether somebody may know that there is such a group. */
export function knows(group: Group, visitor: Visitor, agreement: Agreement): boolean {
  if (reads(group, visitor, agreement)) return true;
  if (visitor === 'nobody' || visitor === 'guest') return false;
  if (!isPeer(visitor)) return group.listed || !has(group, visitor, 'none');
  // Whoever may read a post in a group elsewhere has its address from the group itself.
  if (!group.here) return group.posts.some((post) => mayReadPost(group, post, visitor, agreement));
  return (
    covers(group, agreement) && (someoneThere(group, visitor, 'member', 'invited') || (group.listed && group.asking))
  );
}

/** @param evenGone whether what was deleted or removed counts as well: that there was something, whoever could read it may know */
function mayReadPost(group: Group, post: Post, visitor: Visitor, agreement: Agreement, evenGone = false): boolean {
  const topic = post.topic ?? post;
  // What was answered to a deleted topic stays.
  if (post.deleted && !evenGone) return false;
  const removed = (post.removed || topic.removed) && !evenGone;
  if (isPeer(visitor)) {
    if (topic.audience !== 'group' || removed) return false;
    if (group.here) return reads(group, visitor, agreement);
    // Its own node is told everything; another one needs the group's token, which one brings along and one has stolen. It names what others wrote as well.
    if (!covers(group, agreement) || (visitor !== 'members' && visitor !== 'second')) return false;
    const isOurs = (peopleHere as readonly string[]).includes(post.author);
    return isOurs ? visitor === 'members' || post.taken : evenGone;
  }
  if (!reads(group, visitor, agreement)) return false;
  if (visitor === 'nobody' || !has(group, visitor, 'member')) return topic.audience === 'group' && !removed;
  const narrow = topic.audience === 'facilitators' && !runs(visitor) && topic.author !== visitor;
  return !narrow && (!removed || runs(visitor) || post.author === visitor || topic.author === visitor);
}

/** Whether somebody may come upon a word that stands in this place. */
export function mayCome(place: Place, visitor: Visitor, agreement: Agreement): boolean {
  const { group } = place;
  if (place.in === 'profile') return knows(group, visitor, agreement);
  // Two nodes compare who takes part where, and whose people they are, whatever else the agreement covers.
  if (place.in === 'address')
    return (
      knows(group, visitor, agreement) ||
      (isPeer(visitor) && agreement.allowed && someoneThere(group, visitor, 'member'))
    );
  if (place.in === 'post' || place.in === 'id')
    return mayReadPost(group, place.post, visitor, agreement, place.in === 'id');
  if (place.in !== 'reason' || visitor === 'nobody' || isPeer(visitor)) return false;
  return visitor === place.by || (runs(visitor) && has(group, visitor, 'member'));
}
