import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { browserMissing, openBrowser } from '../../harness/browser.ts';
import { openLink } from '../../harness/link.ts';
import { startTestNode, type TestNode, type TestPerson } from '../../harness/node.ts';
import { firstHour } from './security-hour.ts';
import { week } from './security-week.ts';
import { skippingClock } from './security-world.ts';
import { newcomer, openUser } from './user.ts';
import { walksOf } from './ways.ts';

const by = { kind: 'system', what: 'test' } as const;

describe.skipIf(browserMissing)('the security officer of a council', { timeout: 300_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  test.each(walksOf('security-officer').map((walk) => [walk.name, walk] as const))(
    'makes a first agreement in an hour, and looks after it for a week, %s',
    async (_, walk) => {
      const clock = skippingClock();
      await using line = await openLink();
      await using council = await startTestNode('Noordwoude Council', { clock });
      await using department = await startTestNode('Department of Housing', { clock, environment: line.environment });
      line.to(department.port ?? 0);
      await using vale = await startTestNode('Vale District', { clock });
      const bob = await council.person('Bob Council');
      const groups = await openGroups(council, bob);
      const link = await newcomer(council, 'Sara Officer', walk.hour.language, { federationOfficer: true });
      await using user = await openUser(browser, walk.hour, 'security-officer');
      if (walk.hour.script) await user.hasPasskeys();
      const world = { council, department, line, vale, clock, groups, bob, link };
      await firstHour(user, world);
      await user.goesOn(walk.week);
      await week(user, world);
    },
  );
});

/** A group for the agreement, and one that is none of the department's business. */
async function openGroups(council: TestNode, bob: TestPerson) {
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
