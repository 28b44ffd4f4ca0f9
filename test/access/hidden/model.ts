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
export type Kind = 'listed' | 'hidden' | 'open' | 'listed elsewhere' | 'hidden elsewhere' | 'conversation';

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
  /** Of the library, which has a bin: its author and those who run the group see there what was deleted. */
  document: boolean;
  /** Nodes that could read it some time, and have its address since. */
  shown: readonly Peer[];
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
  /** Of its library. */
  folder: string | null;
  /** A conversation that was begun meanwhile. */
  begun: Group | null;
};

/** What a peer's agreement covers. */
export type Agreement = { allowed: boolean; closedGroups: boolean; ceiling: number };

/** Where a word stands: in what the group says of itself or in its address, in its library, in a post or the id of one, or in a reason that only those who run the group and its writer read. */
export type Place =
  | { group: Group; in: 'profile' | 'address' | 'folder' }
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

/** Whether a node was ever told of a group, with somebody of its own who had a part in it: it has the address from then. */
const wasTold = (group: Group, peer: Peer) =>
  (Object.keys(peerOf) as PersonThere[]).some((person) => peerOf[person] === peer && group.standing.has(person));

/** Whether somebody may read a group. */
export function reads(group: Group, visitor: Visitor, agreement: Agreement): boolean {
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
  const binned =
    post.document && !isPeer(visitor) && visitor !== 'nobody' && (runs(visitor) || visitor === post.author);
  if (post.deleted && !evenGone && !binned) return false;
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

/** Notes which nodes may read what is in a group now. */
export function noteShown(group: Group, agreementOf: (peer: Peer) => Agreement): void {
  for (const post of group.posts)
    for (const peer of ['members', 'second'] as const)
      if (!post.shown.includes(peer) && mayReadPost(group, post, peer, agreementOf(peer), true))
        post.shown = [...post.shown, peer];
}

/** Whether somebody may come upon a word that stands in this place. */
export function mayCome(place: Place, visitor: Visitor, agreement: Agreement): boolean {
  const { group } = place;
  // It lives there, and what is taken back is taken back there as well, whatever the agreement says by then.
  if (!group.here && visitor === 'members' && ['profile', 'address', 'id'].includes(place.in)) return true;
  if (place.in === 'profile') return knows(group, visitor, agreement);
  // Two nodes compare who takes part where, and whose people they are, whatever else the agreement covers.
  if (place.in === 'address')
    return knows(group, visitor, agreement) || (isPeer(visitor) && agreement.allowed && wasTold(group, visitor));
  if (place.in === 'folder') return reads(group, visitor, agreement);
  if (place.in === 'id' && isPeer(visitor) && agreement.allowed) {
    const { author, shown } = place.post;
    if (shown.includes(visitor) || peerOf[author as PersonThere] === visitor) return true;
  }
  if (place.in === 'post' || place.in === 'id')
    return mayReadPost(group, place.post, visitor, agreement, place.in === 'id');
  if (place.in !== 'reason' || visitor === 'nobody') return false;
  // What was removed is told to the nodes that had it, and whoever was removed is told at theirs, with the reason.
  if (isPeer(visitor)) return group.here && agreement.allowed && wasTold(group, visitor);
  return visitor === place.by || (runs(visitor) && has(group, visitor, 'member'));
}
