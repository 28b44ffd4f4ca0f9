import { type ActivityDocument, createActorKeys, transact } from '@joinery/core';
import { type RunningNode, startNode } from '@joinery/node';
import { createGroup } from '@joinery/slices/groups';
import { addPerson, personByUri } from '@joinery/slices/people';
import { admitNode } from '../../packages/slices/src/groups/access.ts';
import { rememberRemoteGroup } from '../../packages/slices/src/groups/activities-remote.ts';
import { beginLease } from '../../packages/slices/src/groups/leases.ts';
import { groupById, putMembership } from '../../packages/slices/src/groups/store.ts';
import { countRequests, type Requests } from '../harness/requests.ts';
import { answerCalls } from './children.ts';
import { allow, by } from './closed-parts.ts';

export const renewEvery = 7 * 60_000;

/** How many leases a node has confirmed since an instant, and the longest that any of those went without. */
export type Leases = { renewed: number; longest: number };

/** One node with its clock ahead of the machine's, for seven minutes that nobody waits for. It keeps its folder when its process is killed. */
export async function serveLeaseNode(): Promise<void> {
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  let node: RunningNode;
  let requests: Requests;
  let thread = process.threadCpuUsage();
  process.on('SIGTERM', async () => {
    await node?.close();
    process.exit(0);
  });
  answerCalls({
    /** @returns its port */
    open: async (input: { folder: string; origin: string; ahead: number }) => {
      ahead = input.ahead;
      const settings = { JOINERY_DATA: input.folder, JOINERY_PORT: '0', JOINERY_ORIGIN: input.origin };
      const more = { JOINERY_LOOPBACK_PEERS: '1', JOINERY_AGENCY: `Agency at ${input.origin}` };
      const log = (line: string) => {
        if (JSON.parse(line).level === 'error') process.stderr.write(`${line}\n`);
      };
      node = await startNode({ ...settings, ...more }, { log, clock });
      requests = countRequests(node);
      return node.port;
    },
    allow: (origin: string) => allow({ ...node, people: [], requests }, [origin]),
    /** @returns local id and address of somebody of this node */
    person: async () => {
      const roles = { administrator: false, federationOfficer: false };
      const { id } = await addPerson(node.context, by, { name: 'Somebody', email: 'somebody@example.test', ...roles });
      return { id, uri: (await node.context.ports.people.byId(node.context.db.reader, id))?.uri };
    },
    /** Closed groups of this node, which share their keys, with a member at another one. @returns their addresses, and the key that proves their tokens */
    host: async (input: { count: number; owner: string; member: string; origin: string }) => {
      // What it tells others meanwhile is no part of this.
      await node.federation.lanes[Symbol.asyncDispose]();
      await node.context.ports.actors.resolve(input.member);
      const keys = await createActorKeys();
      const uris: string[] = [];
      for (let number = 0; number < input.count; number += 1)
        await transact(node.context, by, async (work) => {
          const { id, uri } = await createGroup(work, {
            ...{ name: `Board ${number}`, handle: `board-${number}`, owner: input.owner, keys },
            ...{ reading: 'members', joining: 'request' },
          });
          const [group, person] = [await groupById(work.db, id), await personByUri(work.db, input.member)];
          if (!group || !person) throw new Error('Not there');
          await putMembership(work, id, person.id, { state: 'member' });
          await admitNode(work, group, input.origin);
          uris.push(uri);
        });
      return { uris, key: keys.ed25519.public };
    },
    /** They are known here with their key, as since somebody joined them, and somebody of this node is a member of each. `held`: all were confirmed a moment ago. */
    know: async (input: { uris: string[]; key: string; person: string; held: boolean }) => {
      for (const [number, uri] of input.uris.entries())
        await transact(node.context, by, async (work) => {
          const document: ActivityDocument = { id: uri, type: 'Group', name: `Board ${number}` };
          const reading = { 'joinery:reading': 'members', 'joinery:joining': 'request' };
          const id = await rememberRemoteGroup(
            work,
            { ...document, ...reading },
            { fetchedAt: work.now, verified: 'origin' },
          );
          await putMembership(work, id, input.person, { state: 'member' });
          const pinned = { group_uri: uri, public: input.key, pinned_at: work.now };
          await work.db.insertInto('group_key').values(pinned).execute();
          const group = await groupById(work.db, id);
          const next_at = new Date(Date.parse(work.now) + renewEvery).toISOString();
          const held = { state: 'held', renewed_at: work.now, failed_at: null, next_at } as const;
          if (input.held)
            await work.db
              .insertInto('group_lease')
              .values({ group_id: id, ...held })
              .execute();
          // The last one is asked for, and the next round planned with it.
          if (group && (!input.held || number === input.uris.length - 1)) await beginLease(work, group);
        });
    },
    /** The clock goes on. @returns the instant that it shows now */
    pass: (milliseconds: number) => {
      ahead += milliseconds;
      return clock.now().toISOString();
    },
    /** Those confirmed since an instant, and how long the oldest confirmation of all lies back. */
    leases: async (since: string): Promise<Leases> => {
      const rows = await node.context.db.reader.selectFrom('group_lease').select(['state', 'renewed_at']).execute();
      const held = rows.filter((row) => row.state === 'held' && row.renewed_at >= since);
      const oldest = Math.min(...rows.map(({ renewed_at }) => Date.parse(renewed_at)));
      return { renewed: held.length, longest: clock.now().getTime() - oldest };
    },
    begin: () => {
      requests.clear();
      thread = process.threadCpuUsage();
    },
    end: () => {
      const { user, system } = process.threadCpuUsage(thread);
      return { milliseconds: (user + system) / 1_000, requests: requests.made() };
    },
  });
}
