import { createActorKeys, transact } from '@joinery/core';
import { createGroup, type GroupRow, groupById } from '@joinery/slices/groups';
import { startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { type FediverseServer, startServer } from './server.ts';

export const by = { kind: 'system', what: 'test' } as const;

/** A node of ours with an owner, and a server of other software that it allows. */
export type World = AsyncDisposable & { node: TestNode; owner: TestPerson; server: FediverseServer };

type ServerOptions = Omit<Parameters<typeof startServer>[0], 'to'>;

export async function startWorld(options: ServerOptions = {}): Promise<World> {
  const node = await startTestNode('department');
  const server = await startServer({ to: node, ...options });
  await node.allow({ origin: server.origin, name: 'Other agency' });
  const owner = await node.person('Ada Owner');
  return {
    node,
    owner,
    server,
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

type GroupFields = { reading?: 'web' | 'partners' | 'members'; joining?: 'open' | 'request' | 'invited' };

export async function openGroup({ node, owner }: World, handle: string, fields: GroupFields = {}): Promise<GroupRow> {
  const keys = await createActorKeys();
  const made = await transact(node.context, by, (work) =>
    createGroup(work, { name: 'Parking permits', handle, owner: owner.id, keys, reading: 'web', ...fields }),
  );
  const group = await groupById(node.context.db.reader, made.id);
  if (!group) throw new Error('The group is missing');
  return group;
}

export const ledger = (node: TestNode, id: unknown) =>
  node.context.db.reader.selectFrom('ledger').selectAll().where('id', '=', String(id)).executeTakeFirst();

/** What went wrong in the node, as it told the administrator. */
export const errors = (node: TestNode): string[] => node.logged.filter((line) => line.includes('"level":"error"'));
