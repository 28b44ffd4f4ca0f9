import { createActorKeys, transact } from '@joinery/core';
import { firstAdministratorLink } from '@joinery/node';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { browserMissing, openBrowser } from '../../harness/browser.ts';
import { people as providerPeople, startIdentityProvider } from '../../harness/identity-provider.ts';
import { startMailServer } from '../../harness/mail-server.ts';
import { startTestNode, type TestNode } from '../../harness/node.ts';
import { firstHour } from './ict-hour.ts';
import { week } from './ict-week.ts';
import { openUser } from './user.ts';
import { walksOf } from './ways.ts';

const by = { kind: 'system', what: 'test' } as const;

describe.skipIf(browserMissing)('the ICT lead of a council that begins', { timeout: 300_000 }, () => {
  let browser: Browser;
  let department: TestNode;
  let group: { uri: string };

  beforeAll(async () => {
    [browser, department] = await Promise.all([openBrowser(), startTestNode('Department of Housing')]);
    const [ada, keys] = await Promise.all([department.person('Ada Owner'), createActorKeys()]);
    group = await transact(department.context, by, async (work) => {
      const made = await createGroup(work, { name: 'Housing permits', handle: 'housing', owner: ada.id, keys });
      const text = markdownText('Mrs Brown, 12 Mill Lane');
      await createTopic(work, { group: made.id, author: ada.id, title: 'Names of complainants', ...text });
      return made;
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await department?.[Symbol.asyncDispose]();
  });

  test.each(walksOf('ict-lead').map((walk) => [walk.name, walk] as const))(
    'has a node that works after an hour, and keeps it going for a week, %s',
    async (_, walk) => {
      await using mail = await startMailServer();
      const anna = providerPeople.keycloak('anna', 'Anna Lead', 'anna.lead@council.example', ['node-admins']);
      await using provider = await startIdentityProvider({ first: anna });
      await using node = await startTestNode('Noordwoude Council', {
        environment: { JOINERY_SMTP_URL: `${mail.url}?from=joinery@council.example` },
      });
      const link = (await firstAdministratorLink(node.context)) ?? '';
      await using user = await openUser(browser, walk.hour, 'ict-lead');
      const world = { browser, link, node, provider, mail, department, group };
      await firstHour(user, world);
      await user.goesOn(walk.week);
      await week(user, world);
    },
  );
});
