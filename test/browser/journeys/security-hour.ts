import { expect } from 'vitest';
import { trustText } from '../../../packages/federation/src/trust/messages.ts';
import { proofText } from '../../../packages/federation/src/trust/proof/text.ts';
import { rehearsalText } from '../../../packages/federation/src/trust/rehearsal/text.ts';
import { pageText } from '../../../packages/federation/src/trust/text.ts';
import { messages as operateText } from '../../../packages/slices/src/operate/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { messages as signInText } from '../../../packages/slices/src/sign-in/messages.ts';
import { messages as passkeysText } from '../../../packages/slices/src/sign-in/passkeys/messages.ts';
import { text as shellText } from '../../../packages/ui/src/text.ts';
import { settleAll } from '../../harness/node.ts';
import { dayFromNow, password, type SecurityWorld } from './security-world.ts';
import type { User } from './user.ts';

/** From an administrator's link to a first agreement that both sides hold, with proof of what it does. */
export async function firstHour(user: User, world: SecurityWorld): Promise<void> {
  const { council, department, groups, link, clock } = world;
  const t = user.words(pageText);
  const trust = user.words(trustText);
  const people = user.words(peopleText);
  const operate = user.words(operateText);
  const proof = user.words(proofText);
  const rehearsal = user.words(rehearsalText);

  await user.open(link);
  await user.look('one-time link');
  await user.write(people('choosePassword'), 'short');
  await user.press(people('signIn'));
  await user.look('password too short');
  await user.write(people('choosePassword'), password);
  await user.press(people('signIn'));
  await user.look('start page');
  await addPasskey(user);
  await user.open(council.origin);
  await user.follow(operate('administration'));
  await user.at(operate('administration'));
  await user.look('administration');
  await user.follow(t('name'));
  await user.sees(t('emptyListTitle'));
  await user.look('no partners yet');

  // Rehearsal before anything is real.
  await user.follow(t('rehearsal'));
  await user.look('rehearsal');
  await user.press(rehearsal('run'));
  await user.sees(rehearsal('allGreen'));
  await user.look('rehearsed');

  // The first agreement: only one group, with an end. A mistake is said in words.
  await user.follow(t('name'));
  await user.follow(t('add'));
  await user.write(t('agency'), 'Department of Housing');
  await user.write(t('hosts'), department.origin);
  await user.choose(t('named'));
  await user.write(t('namedWhich'), 'parking');
  await user.write(t('reason'), 'Decision of 3 November on housing permits');
  await user.write(t('agreementRef'), 'DoH-2026-17');
  await user.write(t('ends'), dayFromNow(clock, 31));
  await user.press(t('preview'));
  await user.sees(t('faultGroup', { name: 'parking' }));
  await user.look('agreement with a group that is not there');
  await user.write(t('namedWhich'), '@permits');
  await user.press(t('preview'));
  await user.at(t('allowTitle', { agency: 'Department of Housing' }));
  await user.sees('Parking permits');
  await user.look('what the agreement does');
  // On second thoughts: back, and everything is still there.
  await user.press(t('previewBack'));
  await user.write(t('contact'), 'Jo, 555 0101');
  await user.press(t('preview'));
  await user.press(t('allowTitle', { agency: 'Department of Housing' }));
  await user.at('Department of Housing');
  await user.sees(t('letterNext'));
  await user.look('agreement not confirmed');
  const letter = await user.page.getByRole('link', { name: t('letterFile') }).getAttribute('href');
  const paper = await user.page.request.get(new URL(letter ?? '', council.origin).href);
  expect([paper.status(), paper.headers()['content-type']]).toEqual([200, 'application/pdf']);

  // The other side allows too: that shows by itself.
  await department.allow(council);
  await settleAll([council, department]);
  await user.finds(new RegExp(`^${t('confirmedYes')}$`));
  await user.look('agreement confirmed');

  // Proof: what they get, and what they do not.
  await user.follow(proof('title'));
  await user.look('proof');
  await user.write(proof('item'), groups.permits.uri);
  await user.press(proof('try'));
  await user.sees(new RegExp(proof('given')));
  await user.look('proof of what they get');
  await user.write(proof('item'), groups.staff.uri);
  await user.press(proof('try'));
  await user.sees(proof('nothing'));
  await user.look('proof of what they do not get');

  // Explain, for the auditor.
  await user.open(`${council.origin}/administration/partners/explain`);
  await user.write(t('explainOrigin'), department.origin);
  await user.write(t('explainThing'), groups.staff.uri);
  await user.press(t('show'));
  await user.sees(new RegExp(trust('reason_group_not_named')));
  await user.look('explained');
}

/** What they sign in with from now on; in a browser without script the page says that it takes one. */
async function addPasskey(user: User): Promise<void> {
  const signIn = user.words(signInText);
  const passkeys = user.words(passkeysText);
  const shell = user.words(shellText);
  await user.unfold('Sara Officer', user.page.locator('.app-account'));
  await user.follow(shell('profile'), user.page);
  await user.follow(signIn('title'));
  await user.look('sign-in and security');
  await user.follow(new RegExp(`^${signIn('waysCodeTurnOn')}.*${passkeys('passkeys')}$`));
  await user.look('no passkey yet');
  if (!user.way.script) return;
  await user.write(passkeys('passkeyName'), 'Work laptop');
  await user.press(passkeys('passkeyAdd'));
  await user.sees(passkeys('passkeyAdded'));
  await user.look('passkey added');
}
