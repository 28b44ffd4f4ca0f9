import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../harness/until.ts';

const readyWithin = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'joinery-test-demo-'));
let demo: ChildProcess;
let said = '';
let complained = '';

/** The first of the printed words that fits. */
function printed(pattern: RegExp): string {
  return pattern.exec(said)?.[1] ?? '';
}

/** Processes that this demo started. */
function childrenOf(parent: number | undefined): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, , ppid] = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/\(.*\)/, '()')
        .split(' ')
        .slice(1);
      return Number(ppid) === parent ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch {
    return false;
  }
}

/** Signs in with a printed link, as a browser without script does. */
async function signIn(link: string): Promise<(path: string) => Promise<string>> {
  const page = await fetch(link);
  expect(page.status).toBe(200);
  const html = await page.text();
  expect(html).toMatch(/<button[^>]*type="submit"/);
  const cookies = new Map<string, string>();
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/);
      cookies.set(name, value);
    }
  };
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  keep(page);
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const { origin } = new URL(link);
  const done = await fetch(link, {
    method: 'POST',
    headers: { cookie: cookie(), origin },
    body: new URLSearchParams({ csrf, password: '' }),
    redirect: 'manual',
  });
  expect(done.status).toBe(303);
  keep(done);
  return async (path) => (await fetch(new URL(path, origin), { headers: { cookie: cookie() } })).text();
}

beforeAll(async () => {
  demo = spawn(process.execPath, [resolve(import.meta.dirname, '../../deploy/boot/run.mjs'), 'demo'], {
    env: { ...process.env, TMPDIR: folder, JOINERY_ORIGIN: 'https://elsewhere.example' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  demo.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  demo.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complained += text;
  });
  await until(() => said.includes('Ctrl-C') || demo.exitCode !== null, readyWithin);
  expect(demo.exitCode, complained).toBeNull();
}, readyWithin + 10_000);

afterAll(() => {
  demo.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('four nodes answer at the printed addresses, each with its own name', async () => {
  const lines = [...said.matchAll(/^ {2}(http:\S+) {2}([^,]+),/gm)];
  expect(lines.map(([, , name]) => name)).toEqual([
    'Ministry of Housing',
    'Harrowdean Council',
    'Gemeente Zandhoven',
    'Brightwell Consulting',
  ]);
  for (const [, origin = '', name = ''] of lines) {
    const response = await fetch(`${origin}/groups`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(name);
  }
});

it('a council officer signs in with the printed link and sees what the department and a Dutch council wrote', async () => {
  const read = await signIn(printed(/Priya Nair.*\n\s+(http\S+)/));
  const groups = await read('/groups');
  const [, group = ''] = /href="(\/groups\/[0-9a-f-]{36})"[^>]*>Local services/.exec(groups) ?? [];
  const page = await read(group);
  expect(page).toContain('Security: somebody phones and says they are from the ministry');
  expect(page).toContain('Margaret Osei');
  expect(page).toContain('Gemeente Zandhoven');
  expect(page).not.toContain('Save 40%');
});

it('who runs the group on request finds the request of the council officer', async () => {
  const read = await signIn(printed(/Margaret Osei.*\n\s+(http\S+)/));
  expect(await read('/')).toContain('Housing allocations and waiting lists');
  const { pathname } = new URL(printed(/-H 'Accept: application\/activity\+json' (\S+)/));
  expect(await read(`${pathname}/members`)).toContain('Priya Nair');
});

it('the web reads what is open to it, and nobody unknown gets the rest', async () => {
  const open = await fetch(printed(/signed in or not:\s+(\S+)/));
  expect(open.status).toBe(200);
  expect(await open.text()).toContain('Winter gritting map');
  const kept = printed(/-H 'Accept: application\/activity\+json' (\S+)/);
  const refused = await fetch(kept, { headers: { accept: 'application/activity+json' } });
  expect(refused.status).toBe(401);
  expect(await refused.text()).not.toContain('Housing allocations');
  const page = await fetch(kept);
  expect(await page.text()).not.toContain('How long do you keep a household');
});

it('the node that nobody allowed cannot open a group of the department', async () => {
  const read = await signIn(printed(/Leo Marchetti.*\n\s+(http\S+)/));
  const page = await read('/groups');
  expect(page).not.toContain('Local services');
});

it('Ctrl-C leaves neither processes nor folders behind', async () => {
  const children = childrenOf(demo.pid);
  expect(children.length).toBeGreaterThanOrEqual(4);
  expect(readdirSync(folder)).toHaveLength(1);
  demo.kill('SIGINT');
  await until(() => demo.exitCode !== null, 20_000);
  expect(demo.exitCode).toBe(0);
  expect(children.filter(isRunning)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});
