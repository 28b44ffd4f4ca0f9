import { inWords } from '../run-server.ts';
import { createActs, topic } from './acts.ts';
import type { Told } from './acts-closed.ts';
import { agencies, type PersonKey, people } from './content.ts';
import type { Deed } from './deeds.ts';
import type { Figures } from './figures.ts';
import { signInRoles } from './greeting.ts';
import { onShow } from './on-show.ts';
import type { DemoProcess } from './processes.ts';
import { sightsOf } from './sights.ts';
import type { Cast, DemoNodes } from './story.ts';

type Try = { what: string; run: () => Promise<string> };

/**
 * Does everything that the demo invites to, once, and says of each whether it went as it should.
 * @returns whether all of it did
 */
export async function check(nodes: DemoNodes<DemoProcess>, cast: Cast, say: (line: string) => void): Promise<boolean> {
  let failed = 0;
  const tries = triesOf(nodes, cast);
  for (const { what, run } of tries) {
    try {
      say(`pass  ${what}: ${await run()}`);
    } catch (error) {
      failed += 1;
      say(`FAIL  ${what}: ${inWords(error)}`);
    }
  }
  say(`${tries.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

function triesOf(nodes: DemoNodes<DemoProcess>, cast: Cast): Try[] {
  const { department, council, landlord, stranger } = nodes;
  const acts = createActs(nodes, cast);
  const post = async (title: string) => {
    const [uri = ''] = await council.perform([topic(cast, title)]);
    return uri;
  };
  const arrives = (uri: string) => department.perform([{ do: 'await', posts: [uri] }]);
  const decide = (name: string): Deed => ({
    do: 'command',
    name,
    input: {
      arguments: [council.origin],
      options: { agency: agencies.council.name, by: people.ines.name, reason: 'To try it' },
    },
  });
  const reported = async ({ ok, words }: Told) => (ok ? words.en : fail(words.en));
  /** What was written at the council is read at the ministry all the same: from its record copy. */
  const readWhileAway = async () => {
    const cookie = await signsIn(nodes, cast, 'margaret');
    const address = `${department.origin}/follow?uri=${encodeURIComponent(cast.inFraud)}`;
    const page = await (await fetch(address, { headers: { cookie } })).text();
    if (!page.includes('nine key safes')) fail('The record copy was not shown while the node was away');
  };
  return [
    {
      what: 'Each role signs in with one link',
      run: async () => {
        const all = await Promise.all(signInRoles.map(({ key }) => signsIn(nodes, cast, key)));
        return `${all.length} people`;
      },
    },
    {
      what: 'Anybody reads the group that is open to the web',
      run: async () => {
        const answer = await fetch(cast.groups.services);
        const text = await answer.text();
        return answer.status === 200 && text.includes('Winter gritting map')
          ? 'without signing in'
          : fail(`${answer.status}`);
      },
    },
    {
      what: 'What a council writes reaches the department',
      run: async () => {
        const began = performance.now();
        await arrives(await post('Is there a list of counters with step-free access?'));
        return `after ${Math.round(performance.now() - began)} ms`;
      },
    },
    {
      what: 'Every state is on show',
      run: async () => {
        let shown = '';
        const all = async () => {
          const sums = await onShow(nodes, cast);
          shown = sums.map(({ state, count }) => `${count} ${state}`).join(', ');
          return sums.every(({ count }) => count > 0);
        };
        return until(() => shown, all).then(() => shown);
      },
    },
    {
      what: 'A delivery that was put aside is sent again',
      run: async () => {
        const parked = async () => (await department.perform([{ do: 'parked', origin: council.origin }]))[0] ?? '';
        const item = await parked();
        if (item === '') fail('Nothing was put aside');
        await department.perform([{ do: 'command', name: 'lanes resend', input: { arguments: [item], options: {} } }]);
        await until(
          () => 'it was not taken',
          async () => (await parked()) === '',
        );
        return 'and taken';
      },
    },
    {
      what: 'Whoever it is for opens everything that is worth a look',
      run: async () => {
        const sights = sightsOf(nodes, cast);
        const cookies = new Map<PersonKey, string>();
        for (const { as, address, title } of sights) {
          const cookie = cookies.get(as) ?? (await signsIn(nodes, cast, as));
          cookies.set(as, cookie);
          const answer = await fetch(address, { headers: { cookie } });
          await answer.body?.cancel();
          if (answer.status !== 200) fail(`${title.en}, as ${people[as].name}: ${answer.status} at ${answer.url}`);
        }
        return `${sights.length} pages, as ${cookies.size} people`;
      },
    },
    {
      what: 'What is written in the closed group is read at its author’s node, by a node that the group introduces',
      run: async () => {
        const began = performance.now();
        const posts = await council.perform([topic(cast, 'Who goes to the hearing?', 'fraud', 'grace')]);
        await landlord.perform([{ do: 'await', posts, texts: true }]);
        return `after ${Math.round(performance.now() - began)} ms`;
      },
    },
    {
      what: 'To who is not in it the closed group looks like none',
      run: async () => {
        const { fraud } = cast.groups;
        const headers = { accept: 'application/activity+json' };
        const [there, none] = await Promise.all(
          [fraud, fraud.replace(/[^/]+$/, '01900000-0000-7000-8000-000000000000')].map(async (address) => {
            const answer = await fetch(address, { headers });
            return `${answer.status} ${await answer.text()}`;
          }),
        );
        return there === none ? 'the same answer, to the byte' : fail(`${there} is not ${none}`);
      },
    },
    { what: 'A member of the closed group is removed', run: async () => reported(await acts.remove()) },
    { what: 'A member of the closed group comes back', run: async () => reported(await acts.remove()) },
    { what: 'A second person agrees to an emergency access', run: async () => reported(await acts.agree()) },
    { what: 'Emergency access is over, and asked for anew', run: async () => reported(await acts.agree()) },
    { what: 'The stranger gets nothing', run: async () => reported(await acts.stranger()) },
    {
      what: 'A partner that is suspended gets through to nobody, and later to everybody',
      run: async () => {
        await department.perform([decide('partner suspend')]);
        const uri = await post('Written while suspended');
        await waitingFor(council, department.origin);
        await department.perform([decide('partner allow')]);
        await arrives(uri);
        return 'the post waited, and arrived when it was allowed again';
      },
    },
    {
      what: 'A node that stops and starts again misses nothing',
      run: async () => {
        await acts.stop();
        const text = 'While the council is away.';
        const { services: group } = cast.groups;
        const by = cast.people.margaret;
        const at = new Date().toISOString();
        const deed: Deed = { do: 'topic', at, group, by, title: 'Written while a node was away', text, language: 'en' };
        const posts = await department.perform([deed]);
        await readWhileAway();
        const words = await reported(await acts.stop());
        await council.perform([{ do: 'await', posts }]);
        return words;
      },
    },
    { what: 'A node that is killed in the middle of writing', run: async () => reported(await acts.kill()) },
    {
      what: 'The stranger sees no group of the department on its own node',
      run: async () => {
        const [text = '{}'] = await stranger.perform([{ do: 'figures' }]);
        const { groups } = JSON.parse(text) as Figures;
        return groups.elsewhere === 0 ? 'none' : fail(`${groups.elsewhere}`);
      },
    },
  ];
}

function fail(why: string): never {
  throw new Error(why);
}

/** Looks until something waits for delivery to a node: it could not be delivered. */
async function waitingFor(node: DemoProcess, origin: string): Promise<void> {
  await until(
    () => 'nothing waits',
    async () => {
      const [text = '{}'] = await node.perform([{ do: 'figures' }]);
      return (JSON.parse(text) as Figures).waiting.some((lane) => lane.origin === origin);
    },
  );
}

/** Looks until it is so. @throws after twenty seconds, with what is the matter then */
async function until(what: () => string, look: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) if (await look()) return;
  fail(what());
}

const cookiesOf = ({ headers }: Response): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .filter((pair) => !pair.endsWith('='))
    .join('; ');

/** Opens a one-time link and presses its button, as a browser does. @returns the cookie of the session */
async function signsIn(nodes: DemoNodes<DemoProcess>, cast: Cast, key: PersonKey): Promise<string> {
  const [link = ''] = await nodes[people[key].place].perform([{ do: 'link', person: cast.people[key] }]);
  const page = await fetch(link);
  const html = await page.text();
  const cookie = cookiesOf(page);
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const done = await fetch(link, {
    method: 'POST',
    headers: { cookie, origin: new URL(link).origin },
    body: new URLSearchParams({ csrf, password: '' }),
    redirect: 'manual',
  });
  if (done.status !== 303) fail(`${people[key].name} got ${done.status}`);
  return cookiesOf(done);
}
