import { transact, type Work } from '@joinery/core';
import { beginConversation, keysFor, sendMessage } from '@joinery/slices/conversations';
import { addToConversation, groupByUri, leaveConversation } from '@joinery/slices/groups';
import { deletePost, editPost, like, markdownText, report, topicOf } from '@joinery/slices/posts';
import { settleAll, type TestNode, type TestPerson } from '../harness/node.ts';
import { until } from '../harness/until.ts';
import { hangPicture } from './every-state-files.ts';

const by = { kind: 'system', what: 'test' } as const;

/** Talk with all that can happen in it, of which something was reported. */
export async function fillConversations(
  node: TestNode,
  { owner, member, colleague, requester }: Record<'owner' | 'member' | 'colleague' | 'requester', TestPerson>,
): Promise<Record<'busy' | 'alone', string>> {
  const act = <T>(does: (work: Work) => Promise<T>) => transact(node.context, by, does);
  const begin = (from: TestPerson, to: TestPerson[], subject: string, content: string) =>
    act((work) =>
      beginConversation(work, { by: from.id, people: to.map(({ id }) => id), subject, content, language: 'en' }),
    );
  const alone = await begin(colleague, [member], '', 'I leave on Friday. It was good to work with you!');
  await act((work) => leaveConversation(work, { group: alone.id, person: colleague.id }));
  const busy = await begin(
    owner,
    [member, colleague],
    'Who takes over the Thursday counter?',
    'Lea has left. **Who can?**',
  );
  const say = (from: TestPerson, content: string) =>
    act((work) => sendMessage(work, { conversation: busy.id, by: from.id, content, language: 'en' }));
  const first = await say(
    member,
    'I can until the summer:\n\n- Thursdays from 9 to 13\n- not in May\n\nPim knows the [rota](https://rota.example/counter).',
  );
  await say(colleague, 'Thank you, that helps.');
  const gone = await say(member, 'Wrong window');
  const rude = await say(colleague, 'Lea never did a thing anyway.');
  await act(async (work) => {
    await addToConversation(work, { group: busy.id, person: requester.id, by: member.id });
    await deletePost(work, { post: gone.id, author: member.id });
    await editPost(work, {
      post: first.id,
      author: member.id,
      ...markdownText(
        'I can until the summer, Thursdays from 9 to 13. Pim knows the [rota](https://rota.example/counter).',
      ),
    });
    await report(work, { post: rude.id, reporter: member.id, reason: 'This is about somebody who cannot answer.' });
  });
  const last = await say(requester, 'The rota is on my desk.');
  await hangPicture(node, requester.id, last.id);
  await act(async (work) => {
    for (const { uri, id } of [owner, member])
      for (const post of [first.id, last.id]) await like(work, { post, by: { uri, person: id } });
  });
  return { busy: busy.id, alone: alone.id };
}

/** Cato of another agency asks the member, whom they do not know, and talks with the owner; nothing has reached Cato’s node of what the owner said last. */
export async function fillOverNodes(
  node: TestNode,
  council: TestNode,
  { owner, member, cato }: Record<'owner' | 'member' | 'cato', TestPerson>,
): Promise<Record<'asked' | 'over', string>> {
  const scopes = ['discover', 'open-groups', 'closed-groups'] as const;
  await node.decide('change', council, { scopes: [...scopes] });
  await council.decide('change', node, { scopes: [...scopes] });
  const begin = async (at: TestNode, from: TestPerson, to: TestPerson, subject: string, content: string) => {
    const people = [(await at.context.ports.actors.resolve(to.uri)).id];
    const keys = await keysFor(at.context, people);
    return transact(at.context, by, (work) =>
      beginConversation(work, { by: from.id, people, subject, content, language: 'en', keys }),
    );
  };
  const asks = 'We met at the meeting about blue badges. **May I ask you something** about your form?';
  const there = await begin(council, cato, member, '', asks);
  const over = await begin(node, owner, cato, 'Figures on waiting lists', 'Could you send me yours?');
  await until(async () => {
    await settleAll([node, council]);
    const here = await groupByUri(node.context.db.reader, there.uri);
    return here !== undefined && (await topicOf(node.context.db.reader, here.id)) !== undefined;
  }, 20_000);
  const here = await groupByUri(council.context.db.reader, over.uri);
  await transact(council.context, by, (work) =>
    sendMessage(work, { conversation: here?.id ?? '', by: cato.id, content: 'On Monday.', language: 'en' }),
  );
  await settleAll([node, council]);
  return { over: over.id, asked: (await groupByUri(node.context.db.reader, there.uri))?.id ?? '' };
}
