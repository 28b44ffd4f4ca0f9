import { transact } from '@joinery/core';
import { markdownText, postByUri, reply } from '@joinery/slices/posts';
import type { Browser } from 'playwright-core';
import type { IdentityProvider } from '../../harness/identity-provider.ts';
import type { MailServer } from '../../harness/mail-server.ts';
import { settleAll, type TestNode, type TestPerson } from '../../harness/node.ts';
import { until } from '../../harness/until.ts';
import { longest, type User } from './user.ts';

const by = { kind: 'system', what: 'test' } as const;

/** What is around the officer: shared by the journeys of a file, which do not see each other. */
export type OfficerWorld = {
  browser: Browser;
  /** Theirs. */
  council: TestNode;
  department: TestNode;
  /** With it nobody has an agreement. */
  vale: TestNode;
  mail: MailServer;
  /** Of the council. */
  provider: IdentityProvider;
  /** Runs the group at the department. */
  ada: TestPerson;
  /** Colleagues at the council. */
  noor: TestPerson;
  piet: TestPerson;
  /** At the department. */
  group: { id: string; uri: string };
};

export type Officer = { who: string; question: string };

export const emailOf = (who: string): string => `${who.toLowerCase().replaceAll(' ', '.')}@council.example`;

/** A post on whose page the officer is, as it stands at the department. @returns its local id there */
export async function atDepartment(user: User, { council, department }: OfficerWorld): Promise<string> {
  const { pathname } = new URL(user.page.url());
  const uri = `${council.origin}${pathname}`;
  let id: string | undefined;
  await until(async () => {
    id = (await postByUri(department.context.db.reader, uri))?.id;
    return id !== undefined;
  }, longest);
  return id ?? '';
}

/** Ada writes under a post, and it arrives. @param post local id at the department */
export async function adaAnswers(world: OfficerWorld, post: string, content: string): Promise<void> {
  const { department, council, ada } = world;
  await transact(department.context, by, (work) =>
    reply(work, { replyTo: post, author: ada.id, ...markdownText(content) }),
  );
  await settleAll([department, council]);
}

/** The server lets nobody of this name in any longer, as after a long absence. */
export async function endAllSessions({ council }: OfficerWorld, name: string): Promise<void> {
  await transact(council.context, by, async (work) => {
    const found = await work.db
      .selectFrom('account')
      .innerJoin('person', 'person.id', 'account.person_id')
      .select('account.id')
      .where('person.name', '=', name)
      .executeTakeFirstOrThrow();
    await work.db
      .updateTable('session')
      .set({ expires_at: '2020-01-01T00:00:00.000Z' })
      .where('account_id', '=', found.id)
      .execute();
  });
}
