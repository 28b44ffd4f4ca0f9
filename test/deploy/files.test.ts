import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { read, root } from '../boundaries/rules.ts';

const bundles = read('deploy/boot/bundle.mjs');
const nodeVersion = /NODE_VERSION = '([\d.]+)'/.exec(read('deploy/boot/boot.mjs'))?.[1] ?? '';

/** Lines `Name=value` of a unit, comments aside. */
function unit(name: string): Map<string, string[]> {
  const lines = read(`deploy/systemd/${name}`)
    .split('\n')
    .filter((line) => /^[A-Za-z]+=/.test(line));
  return Map.groupBy(
    lines.map((line) => line.split(/=(.*)/s)),
    ([key = '']) => key,
  ) as never;
}

const valuesOf = (name: string, key: string): string[] =>
  (unit(name).get(key) ?? []).map((line) => (line as unknown as string[])[1] ?? '');

/** Whether a path below /opt/joinery is one that a build makes or the repository has. */
function isOurs(path: string): boolean {
  const inside = path.replace('/opt/joinery/', '');
  const bundle = /^apps\/node\/dist\/(\w+)\.js$/.exec(inside)?.[1];
  return bundle ? bundles.includes(`${bundle}: {`) : existsSync(join(root, inside));
}

/** What a program says, whether it ends well or not. */
function run(command: string, ...words: string[]): string {
  try {
    return execFileSync(command, words, { stdio: 'pipe', encoding: 'utf8', timeout: 30_000 });
  } catch (error) {
    return String((error as { stderr?: string }).stderr ?? error);
  }
}

const systemd = /^systemd \d+/.test(run('systemd-analyze', '--version'));

describe('The systemd units', () => {
  it('start what a build makes, as a user of their own, with the settings and data of the page for operators', () => {
    for (const name of ['joinery.service', 'joinery-backup.service']) {
      const commands = valuesOf(name, 'ExecStart');
      expect(commands.length).toBeGreaterThan(0);
      for (const command of commands) {
        const paths = command.match(/\/opt\/joinery\/\S+/g) ?? [];
        expect(paths.filter((path) => !isOurs(path))).toEqual([]);
      }
      expect(valuesOf(name, 'User')).toEqual(['joinery']);
      expect(valuesOf(name, 'Environment')[0]).toContain('JOINERY_ENV_FILE=/etc/joinery/joinery.env');
      for (const page of valuesOf(name, 'Documentation'))
        expect(existsSync(join(root, page.replace('file:///opt/joinery/', '')))).toBe(true);
    }
    expect(valuesOf('joinery-backup.timer', 'Persistent')).toEqual(['true']);
  });

  it.skipIf(!systemd)('are understood by systemd, word for word', () => {
    const files = ['joinery.service', 'joinery-backup.service', 'joinery-backup.timer'];
    const paths = files.map((name) => join(root, 'deploy/systemd', name));
    const said = run('systemd-analyze', 'verify', '--man=no', ...paths);
    // What the units start and who runs it need not be on the machine that looks at them.
    const faults = said
      .split('\n')
      .filter((line) => /joinery/.test(line) && !/not executable|No such file|user/i.test(line));
    expect(faults).toEqual([]);
  });

  it('are shut in as far as JavaScript allows', () => {
    const wanted = {
      NoNewPrivileges: 'yes',
      CapabilityBoundingSet: '',
      ProtectSystem: 'strict',
      ProtectHome: 'yes',
      PrivateTmp: 'yes',
      PrivateDevices: 'yes',
      RestrictNamespaces: 'yes',
      UMask: '0077',
      RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
    };
    for (const name of ['joinery.service', 'joinery-backup.service'])
      for (const [key, value] of Object.entries(wanted))
        expect([name, key, valuesOf(name, key)]).toEqual([name, key, [value]]);
    expect(valuesOf('joinery.service', 'MemoryDenyWriteExecute')).toEqual([]);
    expect(valuesOf('joinery.service', 'StateDirectoryMode')).toEqual(['0700']);
  });
});

/** What the standard asks for and what it knows of it (publiccode.yml 0.4); no member beyond it. */
const publiccode = z.strictObject({
  publiccodeYmlVersion: z.literal('0.4'),
  name: z.literal('Joinery'),
  url: z.url(),
  platforms: z.array(z.enum(['web', 'linux'])).min(1),
  categories: z.array(z.enum(['collaboration', 'knowledge-management', 'social-media-management'])).min(1),
  developmentStatus: z.enum(['concept', 'development', 'beta', 'stable', 'obsolete']),
  softwareType: z.literal('standalone/web'),
  intendedAudience: z.strictObject({ scope: z.array(z.enum(['government', 'local-authorities'])) }),
  description: z.record(
    z.enum(['en', 'nl']),
    z.strictObject({
      shortDescription: z.string().max(150),
      longDescription: z.string().min(150).max(10_000),
      features: z.array(z.string().max(100)).min(1),
    }),
  ),
  legal: z.strictObject({ license: z.literal('EUPL-1.2') }),
  maintenance: z.strictObject({
    type: z.enum(['internal', 'contract', 'community', 'none']),
    contacts: z.array(z.strictObject({ name: z.string() })).min(1),
  }),
  localisation: z.strictObject({
    localisationReady: z.literal(true),
    availableLanguages: z.array(z.enum(['en', 'nl'])),
  }),
  dependsOn: z.strictObject({
    open: z.array(
      z.strictObject({ name: z.string(), versionMin: z.string().optional(), optional: z.boolean().optional() }),
    ),
  }),
});

it('publiccode.yml keeps to its standard, and says nothing that the packages say otherwise', () => {
  const said = publiccode.parse(parse(read('publiccode.yml')));
  const { license, engines } = JSON.parse(read('package.json')) as { license: string; engines: { node: string } };
  expect(said.legal.license).toBe(license);
  expect(engines.node).toContain(said.dependsOn.open[0]?.versionMin);
});

it('every page that another page of the documentation names is there', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'docs/index.md',
    'docs/operators.md',
    'docs/security-officer.md',
  ];
  for (const page of pages) {
    const named = [...read(page).matchAll(/`((?:docs|deploy)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect([page, named.filter((path) => !existsSync(join(root, path)))]).toEqual([page, []]);
  }
});

describe('The container', () => {
  const dockerfile = read('deploy/container/Dockerfile');
  const compose = read('deploy/container/compose.yaml');

  it('stands on one exact version of Node, the one that the checks run on', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toEqual([`node:${nodeVersion}-bookworm-slim`, `node:${nodeVersion}-bookworm-slim`]);
    for (const [, image = ''] of compose.matchAll(/^\s+image: (\S+)/gm))
      if (image !== 'joinery') expect(image).toMatch(/:\d+\.\d+\.\d+/);
  });

  it('runs what a build makes, not as root, and says whether it is well', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last.indexOf('USER node')).toBeLessThan(last.indexOf('CMD ["node", "--enable'));
    for (const [path = ''] of last.matchAll(/(?:apps|deploy)\/[\w/.]+\.m?js/g))
      expect([path, isOurs(path)]).toEqual([path, true]);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
  });

  it('is described in words that compose knows', () => {
    const described = z
      .strictObject({
        services: z.record(
          z.string(),
          z.strictObject({
            ...{ build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(), image: z.string() },
            ...{ restart: z.literal('unless-stopped'), user: z.string().optional(), command: z.string().optional() },
            ...{ read_only: z.boolean().optional(), tmpfs: z.array(z.string()).optional() },
            ...{ cap_drop: z.array(z.string()).optional(), security_opt: z.array(z.string()).optional() },
            ...{ mem_limit: z.string().optional(), pids_limit: z.number().optional() },
            environment: z.record(z.string(), z.string()).optional(),
            ports: z.array(z.string().regex(/^\d+:\d+(?:\/udp)?$/)).optional(),
            volumes: z.array(z.string().regex(/^\w+:\/[\w/]+$/)),
            networks: z.record(z.string(), z.strictObject({ ipv4_address: z.ipv4() })),
          }),
        ),
        networks: z.record(
          z.string(),
          z.object({ ipam: z.object({ config: z.array(z.object({ subnet: z.cidrv4() })) }) }),
        ),
        volumes: z.record(z.string(), z.null()),
      })
      .parse(parse(compose));
    const mounted = Object.values(described.services).flatMap(({ volumes }) => volumes.map((one) => one.split(':')[0]));
    expect(Object.keys(described.volumes).sort()).toEqual(mounted.sort());
  });

  it('is given settings that exist, no rights, and a disk that cannot be written but for its data', () => {
    const settings = read('.env.example');
    const named = [...`${dockerfile}\n${compose}`.matchAll(/\b(JOINERY_[A-Z_]+)[=:]/g)].map(([, name]) => name ?? '');
    expect(named.filter((name) => !settings.includes(`#${name}=`))).toEqual([]);
    for (const line of ['read_only: true', 'cap_drop:', 'no-new-privileges:true', 'user: node'])
      expect(compose).toContain(line);
    const proxy = /caddy:[\s\S]*?ipv4_address: (\S+)/.exec(compose)?.[1];
    expect(compose).toContain(`JOINERY_TRUSTED_PROXIES: ${proxy}`);
    expect(existsSync(join(root, 'deploy/container', /context: (\S+)/.exec(compose)?.[1] ?? '', 'package.json'))).toBe(
      true,
    );
    expect(existsSync(join(root, /dockerfile: (\S+)/.exec(compose)?.[1] ?? ''))).toBe(true);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('is well or not as /readyz says (%d)', async (status, code) => {
    const server = createServer((_request, answer) => answer.writeHead(status).end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = String((server.address() as AddressInfo).port);
    const child = spawn(process.execPath, [join(root, 'deploy/container/healthy.mjs')], {
      env: { ...process.env, JOINERY_PORT: port },
      stdio: 'ignore',
    });
    const ended = await new Promise((resolve) => child.once('exit', resolve));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(ended).toBe(code);
  });
});
