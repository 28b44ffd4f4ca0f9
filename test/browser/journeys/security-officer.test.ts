import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listText } from '../../../packages/federation/src/trust/list/text.ts';
import { trustText } from '../../../packages/federation/src/trust/messages.ts';
import { proofText } from '../../../packages/federation/src/trust/proof/text.ts';
import { rehearsalText } from '../../../packages/federation/src/trust/rehearsal/text.ts';
import { requestText } from '../../../packages/federation/src/trust/requests/text.ts';
import { pageText } from '../../../packages/federation/src/trust/text.ts';
import { trafficText } from '../../../packages/federation/src/trust/traffic/text.ts';
import { messages as operateText } from '../../../packages/slices/src/operate/messages.ts';
import { messages as peopleText } from '../../../packages/slices/src/people/messages.ts';
import { browserMissing, openBrowser } from '../../harness/browser.ts';
import { settleAll, startTestNode, type TestNode } from '../../harness/node.ts';
import { command } from './command.ts';
import { newcomer, openUser, type User } from './user.ts';
import { ways } from './ways.ts';

const by = { kind: 'system', what: 'test' } as const;
const day = 86_400_000;
const dayFromNow = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10);

describe.skipIf(browserMissing)('the security officer of a council', { timeout: 240_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  test.each(ways)('makes a first agreement in an hour, and looks after it for a week, $name', async (way) => {
    await using council = await startTestNode('Noordwoude Council');
    await using department = await startTestNode('Department of Housing');
    await using vale = await startTestNode('Vale District');
    const groups = await openGroups(council);
    const link = await newcomer(council, 'Sara Officer', way.language, { federationOfficer: true });
    await using user = await openUser(browser, way, 'security-officer');
    await firstHour(user, { council, department, groups, link });
    await week(user, { council, department, vale });
  });

  type World = { council: TestNode; department: TestNode; vale: TestNode; groups: Groups; link: string };
  type Groups = Record<'permits' | 'staff', { id: string; uri: string }>;

  /** A group for the agreement, and one that is none of the department's business. */
  async function openGroups(council: TestNode): Promise<Groups> {
    const bob = await council.person('Bob Council');
    const [permitKeys, staffKeys] = await Promise.all([createActorKeys(), createActorKeys()]);
    return transact(council.context, by, async (work) => {
      const permits = await createGroup(work, {
        ...{ name: 'Parking permits', handle: 'permits', owner: bob.id, keys: permitKeys },
      });
      const staff = await createGroup(work, { name: 'Our staff', handle: 'staff', owner: bob.id, keys: staffKeys });
      await createTopic(work, {
        group: permits.id,
        author: bob.id,
        title: 'Blue badges',
        ...markdownText('Who checks?'),
      });
      return { permits, staff };
    });
  }

  async function firstHour(user: User, { council, department, groups, link }: Omit<World, 'vale'>): Promise<void> {
    const t = user.words(pageText);
    const trust = user.words(trustText);
    const people = user.words(peopleText);
    const operate = user.words(operateText);
    const proof = user.words(proofText);
    const rehearsal = user.words(rehearsalText);

    await user.open(link);
    await user.write(people('choosePassword'), 'four quiet words here');
    await user.press(people('signIn'));
    await user.look('start page');
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
    await user.write(t('ends'), dayFromNow(20));
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

  async function week(user: User, { council, department, vale }: Omit<World, 'groups' | 'link'>): Promise<void> {
    const t = user.words(pageText);
    const list = user.words(listText);
    const requests = user.words(requestText);
    const traffic = user.words(trafficText);
    const host = new URL(vale.origin).host;

    // Colleagues ask for two agencies, and one of these proposes an agreement.
    const anna = await council.person(`Anna Asks ${user.language}`);
    const wanted = 'https://elsewhere.example';
    await transact(council.context, by, async (work) => {
      const { ask } = council.context.ports.asks;
      await ask(work, { person: anna.id, origin: wanted, reason: 'Their flood group answers what we keep asking.' });
    });
    const words = ['--agency', 'Noordwoude Council', '--by', 'Vic Vale', '--reason', 'Shared inspections'];
    await command(vale, 'partner', 'propose', council.origin, ...words);
    await settleAll([council, vale]);

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

    // The agreement that ends: with a later end.
    await user.open(`${council.origin}/administration/partners`);
    await user.follow('Department of Housing');
    await user.follow(t('change'));
    await user.write(t('ends'), dayFromNow(300));
    await user.write(t('reason'), 'Extended after the yearly review');
    await user.press(t('preview'));
    await user.look('what the extension does');
    await user.press(t('changeTitle', { agency: 'Department of Housing' }));
    await user.sees(t('done'));
    await user.look('extended');

    // A warning comes in: nothing goes out to them any more, at once. Then it is over.
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

    // What leaves, and the register for the auditor.
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
    await user.sees(host);
    await user.look('list narrowed');
  }
});
