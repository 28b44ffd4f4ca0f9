import { type Command, type Reader, refuse, transact } from '@joinery/core';
import { personByUri } from '../../people/index.ts';
import { by, groupOf, personOf } from '../commands-parts.ts';
import { groupById } from '../store.ts';
import type { GroupRow } from '../tables.ts';
import { requestJson, requestsOf } from './json.ts';
import { decideSeveral, waitingIn } from './queue.ts';

/** A group of this node: of others their own nodes decide. @throws {Refusal} not_found */
async function ownGroup(db: Reader, reference: string): Promise<GroupRow> {
  const group = await groupById(db, await groupOf(db, reference));
  if (group?.local !== 1 || group.kind !== 'group' || group.deleted_at !== null)
    return refuse('not_found', 'There is no such group here');
  return group;
}

/** Who asks, by id, handle or address: people of other nodes have no handle here. @throws {Refusal} not_found */
async function askerOf(db: Reader, reference: string): Promise<string> {
  if (!/^https?:\/\//i.test(reference)) return personOf(db, reference);
  return (await personByUri(db, reference))?.id ?? refuse('not_found', `Nobody is known under ${reference}`);
}

/** Who asks to join a group, and deciding about them where nobody who runs it is there to do it. */
export const requestCommands: Command[] = [
  {
    name: 'group requests',
    summary: 'Who asks to join a group of this node, the longest waiting first',
    arguments: ['group'],
    run: async ({ db }, { arguments: [reference = ''] }) => {
      const items = (await requestsOf(db.reader, await ownGroup(db.reader, reference))).map(requestJson);
      const lines = items.map(({ person, askedAt, answers }) =>
        [
          `${person.id} ${person.name}, ${person.agency} (${person.uri}), since ${askedAt.slice(0, 10)}`,
          ...answers.map(({ question, answer }) => `  ${question} ${answer}`),
        ].join('\n'),
      );
      return { json: { items, next: null }, say: lines.join('\n') || 'Nobody asks to join.' };
    },
  },
  ...(['approve', 'decline'] as const).map(
    (verb): Command => ({
      name: `group ${verb}`,
      summary: `${verb === 'approve' ? 'Let in' : 'Decline'} people who ask to join a group of this node, or all who do`,
      arguments: ['group', '[person...]'],
      options: [
        { name: 'all', description: 'Everybody who asks' },
        { name: 'reason', value: 'text', description: 'Why; told to whoever asked' },
      ],
      run: async (context, { arguments: [reference = '', ...people], options }) => {
        if ((people.length === 0) !== (options.all === true))
          refuse('invalid', 'Say who: ids, handles or addresses, or --all');
        const done = await transact(context, by, async (work) => {
          const { id: group, shut_at } = await ownGroup(work.db, reference);
          if (shut_at !== null) refuse('conflict', 'A restore keeps this group shut: somebody opens it first');
          const named =
            options.all === true
              ? (await waitingIn(work.db, group)).map(({ person }) => person.id)
              : await Promise.all(people.map((one) => askerOf(work.db, one)));
          const reason = String(options.reason ?? '').slice(0, 500);
          return decideSeveral(work, { group, people: named, by: null, accept: verb === 'approve', reason });
        });
        const passed = done.faster === 0 ? '' : ` ${done.faster} did not ask, or somebody had decided.`;
        return { json: done, say: `Decided about ${done.decided}.${passed}` };
      },
    }),
  ),
];
