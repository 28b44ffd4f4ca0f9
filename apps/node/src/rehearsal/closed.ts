import { fetchAs, type RehearsalStep, tokenAs } from '@joinery/federation';
import { approve, joinGroup, membershipOf, removeMember } from '@joinery/slices/groups';
import { personByUri } from '@joinery/slices/people';
import { currentRevision } from '@joinery/slices/posts';
import type { RunningNode } from '../node.ts';
import { act, decide, person, postAt, until, write } from './hands.ts';

type Try = () => Promise<true | string>;

/** What a closed group is about: whose it is here, and whom it is told to. */
export type ClosedCast = { owner: string; closed: string; reader: string };

/**
 * A closed group of the copy with members at two other nodes: what is written at the one is read there by the other, with a token of the group, as long as it has a member. The second of these
 * nodes is started when it is needed.
 * @param cast filled by the steps before
 */
export function closedGroup(
  nodes: readonly [copy: RunningNode, partner: RunningNode],
  cast: ClosedCast,
  startWriter: () => Promise<RunningNode>,
  longest: number,
) {
  const [copy, partner] = nodes;
  const kept = { writer: undefined as RunningNode | undefined, post: '', token: '' };
  const all = () => (kept.writer ? [...nodes, kept.writer] : nodes);

  /** Asks to join, and is let in by whoever owns it. @returns local id of the group there, or what went wrong */
  const become = async (node: RunningNode, member: string): Promise<{ group: string } | string> => {
    const { id: group } = await node.context.ports.actors.resolve(cast.closed);
    await act(node, (work) => joinGroup(work, { group, person: member }));
    const uri = (await node.context.ports.people.byId(node.context.db.reader, member))?.uri ?? '';
    const here = copy.context.db.reader;
    const hosted = cast.closed.split('/').at(-1) ?? '';
    const asked = await until(all(), longest, async () => {
      const there = await personByUri(here, uri);
      return there !== undefined && (await membershipOf(here, hosted, there.id))?.state === 'requested';
    });
    if (asked !== true) return asked;
    const there = await personByUri(here, uri);
    await act(copy, (work) => approve(work, { group: hosted, person: there?.id ?? '', by: cast.owner }));
    const { reader } = node.context.db;
    const joined = await until(
      all(),
      longest,
      async () => (await membershipOf(reader, group, member))?.state === 'member',
    );
    return joined === true ? { group } : joined;
  };

  return {
    'closed-joined': async () => {
      if (cast.closed === '') return 'There is no group to ask for';
      const writer = await startWriter();
      kept.writer = writer;
      const three = all();
      for (const node of three)
        for (const other of three)
          if (node !== other)
            await decide(node, 'allow', { origin: other.origin, agency: other.context.config.agency, closed: true });
      const read = await become(partner, cast.reader);
      if (typeof read === 'string') return read;
      const author = await person(writer, 'Willa Writer');
      const wrote = await become(writer, author);
      if (typeof wrote === 'string') return wrote;
      kept.post = (await write(writer, wrote.group, author, 'For members')).uri;
      return true;
    },
    'closed-read': async () => {
      if (kept.post === '') return 'There is nothing to read';
      const arrived = await until(all(), longest, async () => {
        const post = await postAt(partner, kept.post);
        return post !== undefined && (await currentRevision(partner.context.db.reader, post)) !== undefined;
      });
      if (arrived !== true) return arrived;
      if ((await fetchAs(partner.federation, kept.post)).ok) return 'It was given without a token of the group';
      kept.token = (await tokenAs(partner.federation, cast.closed)) ?? '';
      if (kept.token === '') return 'The group gave no token';
      const read = await fetchAs(partner.federation, kept.post, kept.token);
      return read.ok || `${read.code}: ${read.detail}`;
    },
    'closed-removed': async () => {
      if (kept.token === '') return 'There is nothing to take back';
      const uri = (await partner.context.ports.people.byId(partner.context.db.reader, cast.reader))?.uri ?? '';
      const there = await personByUri(copy.context.db.reader, uri);
      const group = cast.closed.split('/').at(-1) ?? '';
      await act(copy, (work) => removeMember(work, { group, person: there?.id ?? '', by: cast.owner }));
      const refused = await until(
        all(),
        longest,
        async () => !(await fetchAs(partner.federation, kept.post, kept.token)).ok,
      );
      if (refused !== true) return `The partner could still read: ${refused}`;
      if ((await tokenAs(partner.federation, cast.closed)) !== null) return 'The partner still got a token';
      return until(all(), longest, async () => {
        const copied = await postAt(partner, kept.post);
        return copied === undefined || (await currentRevision(partner.context.db.reader, copied)) === undefined;
      });
    },
  } satisfies Partial<Record<RehearsalStep['name'], Try>>;
}
