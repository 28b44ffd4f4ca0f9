import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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
