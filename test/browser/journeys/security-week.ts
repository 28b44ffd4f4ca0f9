import { transact } from '@joinery/core';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { expect } from 'vitest';
import { listText } from '../../../packages/federation/src/trust/list/text.ts';
import { requestText } from '../../../packages/federation/src/trust/requests/text.ts';
import { pageText } from '../../../packages/federation/src/trust/text.ts';
import { trafficText } from '../../../packages/federation/src/trust/traffic/text.ts';
import { messages as notificationsText } from '../../../packages/slices/src/notifications/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as passkeysText } from '../../../packages/slices/src/sign-in/passkeys/messages.ts';
import { settleAll } from '../../harness/node.ts';
import { command } from './command.ts';
import { day, dayFromNow, password, type SecurityWorld } from './security-world.ts';
import type { User } from './user.ts';

const by = { kind: 'system', what: 'test' } as const;

/** What an ordinary week holds: requests, an agreement that ends, a node that cannot be reached, a warning, the auditor. */
export async function week(user: User, world: SecurityWorld): Promise<void> {
  await weekend(world);
  await monday(user, world);
  await tuesday(user, world);
  await wednesday(user, world);
  await thursday(user, world);
}

/** Colleagues ask for an agreement, another agency proposes one, somebody at the department joins, and an end comes near. */
async function weekend({ council, department, vale, groups, clock }: SecurityWorld): Promise<void> {
  const anna = await council.person('Anna Asks');
  await transact(council.context, by, async (work) => {
    const { ask } = council.context.ports.asks;
    const reason = 'Their flood group answers what we keep asking.';
    await ask(work, { person: anna.id, origin: 'https://elsewhere.example', reason });
  });
  const words = ['--agency', 'Noordwoude Council', '--by', 'Vic Vale', '--reason', 'Shared inspections'];
  await command(vale, 'partner', 'propose', council.origin, ...words);
  const dee = await department.person('Dee Department');
  expect((await dee.api('POST', '/memberships/remote', { uri: groups.permits.uri })).status).toBeLessThan(300);
  await settleAll([council, department, vale]);
  clock.skipped += 2 * day;
  await council.settle();
}

/** A long weekend ends every session: in again, with what they have. */
async function monday(user: User, { council, clock }: SecurityWorld): Promise<void> {
  const t = user.words(pageText);
  const people = user.words(peopleText);
  const passkeys = user.words(passkeysText);
  const notifications = user.words(notificationsText);
  await user.open(`${council.origin}/notifications`);
  await user.at(people('signIn'));
  await user.look('sign-in on Monday');
  if (user.way.script) await user.press(passkeys('passkeySignIn'));
  else {
    await user.write(people('email'), 'sara.officer@council.example');
    await user.write(people('password'), password);
    await user.press(people('signIn'));
  }
  await user.at(notifications('notifications'));
  await user.look('what happened at the weekend');

  // The agreement that ends is on top: from there to a later end.
  await user.follow(new RegExp(notifications('saysExpiry', { agency: 'Department of Housing', date: '.*' })));
  await user.at('Department of Housing');
  await user.follow(t('change'));
  await user.write(t('ends'), dayFromNow(clock, 300));
  await user.write(t('reason'), 'Extended after the yearly review');
  await user.press(t('preview'));
  await user.look('what the extension does');
  await user.press(t('changeTitle', { agency: 'Department of Housing' }));
  await user.sees(t('done'));
  await user.look('extended');
}

/** What waits for an answer: one no, one yes. */
async function tuesday(user: User, { council }: SecurityWorld): Promise<void> {
  const t = user.words(pageText);
  const requests = user.words(requestText);
  await user.open(council.origin);
  await user.look('start page with requests');
  await user.open(`${council.origin}/administration/partners`);
  await user.look('an agreement ends soon');
  await user.follow(new RegExp(t('requests')));
  await user.at(t('requests'));
  await user.look('requests');
  // No to one: an answer is needed.
  await user.unfold(requests('decline'));
  await user.press(requests('sendAnswer'));
  await user.sees(requests('faultAnswer'));
  await user.look('no without an answer');
  await user.write(requests('answer'), 'They have no node yet: ask again in spring.');
  await user.press(requests('sendAnswer'));
  await user.sees(requests('answered'));
  // Yes to the other, after a check.
  await user.press(t('check'));
  await user.sees(t('checkDone'));
  await user.look('proposal checked');
  await user.follow(t('allow'));
  await user.look('proposal about to be allowed');
  await user.write(t('reason'), 'Shared inspections from January');
  await user.press(t('allowTitle', { agency: 'Vale District' }));
  await user.sees(t('letterNext'));
}

/** The department cannot be reached: what waits for it is seen, and tried again. */
async function wednesday(user: User, { council, department, line, groups, bob }: SecurityWorld): Promise<void> {
  const t = user.words(pageText);
  line.cut();
  const text = markdownText('From January on we check badges at the desk.');
  await transact(council.context, by, (work) =>
    createTopic(work, { group: groups.permits.id, author: bob.id, title: 'From January on', ...text }),
  );
  await council.settle();
  await user.open(`${council.origin}/administration/partners`);
  await user.look('something waits');
  await user.follow('Department of Housing');
  await user.finds(t('tryNow'));
  await user.look('a node that cannot be reached');
  line.mend();
  await user.press(t('tryNow'));
  await user.sees(t('tried'));
  await user.look('tried again');
  await user.finds(t('waitingNow', { count: 0 }));
  await settleAll([council, department]);
  const there = department.context.db.reader.selectFrom('post').select('id').where('title', '=', 'From January on');
  expect(await there.execute()).toHaveLength(1);
}

/** A warning comes in: nothing goes out to them any more, at once. Then it is over, and the auditor asks. */
async function thursday(user: User, { council, department, vale }: SecurityWorld): Promise<void> {
  const t = user.words(pageText);
  const list = user.words(listText);
  const traffic = user.words(trafficText);
  await user.follow(t('suspend'));
  await user.press(t('suspendTitle', { agency: 'Department of Housing' }));
  await user.look('suspension without a reason');
  await user.write(t('reason'), 'They report a break-in');
  await user.press(t('suspendTitle', { agency: 'Department of Housing' }));
  await user.sees(t('stateSuspended'));
  await user.look('suspended');
  await council.context.db.changes.poll();
  expect(council.context.ports.trust.mayFederate(department.origin, null, 'out').allowed).toBe(false);
  await user.follow(t('allow'));
  await user.write(t('reason'), 'Break-in dealt with, keys compared');
  await user.press(t('allowTitle', { agency: 'Department of Housing' }));
  await user.sees(t('stateAllowed'));

  // What leaves, and the register.
  await user.open(`${council.origin}/administration/partners/traffic`);
  await user.at(traffic('title'));
  await user.look('what leaves');
  await user.follow(t('register'));
  await user.at(t('register'));
  await user.sees('They report a break-in');
  await user.look('register');
  for (const file of ['register.csv', 'register.pdf']) {
    const answer = await user.page.request.get(`${council.origin}/administration/partners/${file}`);
    expect([file, answer.status()]).toEqual([file, 200]);
  }
  // The list again: in order.
  await user.follow(t('name'));
  await user.write(list('find'), 'vale');
  await user.press(list('submit'));
  await user.sees(new URL(vale.origin).host);
  await user.look('list narrowed');
}
