import { createActorKeys, transact } from '@joinery/core';
import { createGroup } from '@joinery/slices/groups';
import { createTopic, markdownText } from '@joinery/slices/posts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { browserMissing, openBrowser } from '../../harness/browser.ts';
import { people as providerPeople, startIdentityProvider } from '../../harness/identity-provider.ts';
import { startMailServer } from '../../harness/mail-server.ts';
import { allowEachOther, settleAll, startTestNode } from '../../harness/node.ts';
import { offerProvider } from '../../harness/offer-provider.ts';
import { firstHour } from './officer-hour.ts';
import { week } from './officer-week.ts';
import type { OfficerWorld } from './officer-world.ts';
import { newName, openUser } from './user.ts';
import { walksOf } from './ways.ts';

const by = { kind: 'system', what: 'test' } as const;

describe.skipIf(browserMissing)('an officer of a council', { timeout: 300_000 }, () => {
  let browser: Browser;
  let world: Omit<OfficerWorld, 'group'>;
  const open: AsyncDisposable[] = [];
  const kept = async <Opened extends AsyncDisposable>(opening: Promise<Opened>): Promise<Opened> => {
    const opened = await opening;
    open.push(opened);
    return opened;
  };

  beforeAll(async () => {
    const nobody = providerPeople.keycloak('nobody', 'Nobody', 'nobody@council.example');
    const [started, mail, provider] = await Promise.all([
      openBrowser(),
      kept(startMailServer()),
      kept(startIdentityProvider({ first: nobody })),
    ]);
    browser = started;
    const environment = { JOINERY_SMTP_URL: `${mail.url}?from=joinery@council.example` };
    const [department, council, vale] = await Promise.all([
      kept(startTestNode('Department of Transport')),
      kept(startTestNode('Noordwoude Council', { environment })),
      kept(startTestNode('Vale District')),
    ]);
    await allowEachOther([department, council]);
    await offerProvider(council.context, provider, 'Noordwoude');
    const [ada, noor, piet] = await Promise.all([
      department.person('Ada Owner'),
      council.person('Noor Jansen'),
      council.person('Piet Post'),
    ]);
    await settleAll([department, council]);
    world = { browser, council, department, vale, mail, provider, ada, noor, piet };
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    for (const one of open.reverse()) await one[Symbol.asyncDispose]();
  });

  test.each(walksOf('officer').map((walk) => [walk.name, walk] as const))(
    'takes part in a group of a department from the first hour on, for a week, %s',
    async (_, walk) => {
      // Another one for each way: what one of them reads and mutes is nothing to the other.
      const who = newName();
      await using user = await openUser(browser, walk.hour, 'officer');
      const officer = { who, question: `Lost passes, asks ${who}` };
      const around = { ...world, group: await openGroup(world) };
      await firstHour(user, around, officer);
      await user.goesOn(walk.week);
      await week(user, around, officer);
    },
  );
});

let opened = 0;

/** At the department, another one for each try, so that nobody's questions push the first ones from its page. */
async function openGroup({ department, council, ada }: Omit<OfficerWorld, 'group'>) {
  const keys = await createActorKeys();
  opened += 1;
  const group = await transact(department.context, by, async (work) => {
    const made = await createGroup(work, {
      ...{ name: 'Concessionary travel', handle: `travel-${opened}`, owner: ada.id, keys, reading: 'web' },
      summary: 'For everybody who decides about passes. Ask, and tell what works.',
    });
    const topic = (title: string, content: string) =>
      createTopic(work, { group: made.id, author: ada.id, title, ...markdownText(content) });
    await topic('Discretionary passes', 'Who gets a **discretionary pass** in your district, and how do you decide?');
    await topic('Forms in plain language', 'The new forms are ready. #forms');
    return made;
  });
  await settleAll([department, council]);
  return group;
}
