import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from '../boundaries/rules.ts';
import { findProgram } from '../harness/debian.ts';

const bundles = read('deploy/boot/bundle.mjs');

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

const analyze = findProgram({
  command: 'systemd-analyze',
  path: 'usr/bin/systemd-analyze',
  // Itself, and those of its libraries that a small machine may lack.
  packages: [
    ...[
      'systemd',
      'libsystemd-shared',
      'libseccomp2',
      'libpam0g',
      'libaudit1',
      'libkmod2',
      'libapparmor1',
      'libip4tc2',
    ],
    ...['libcap-ng0', 'libmount1', 'libcrypt1'],
  ],
});

/** What `systemd-analyze` says, whether it ends well or not. */
function analyzed(...words: string[]): string {
  if (!analyze) return '';
  const units = analyze.folder ? { SYSTEMD_UNIT_PATH: join(analyze.folder, 'lib/systemd/system') } : {};
  const env = { ...process.env, ...analyze.environment, ...units, SYSTEMD_COLORS: '0', SYSTEMD_EMOJI: '0' };
  const { stdout, stderr, error } = spawnSync(analyze.file, words, { encoding: 'utf8', timeout: 30_000, env });
  return `${stdout}${stderr}${error ?? ''}`;
}

const unitFiles = ['joinery.service', 'joinery-backup.service', 'joinery-backup.timer'];
const systemd = /^systemd \d+/.test(analyzed('--version'));

/** What systemd does not understand in these files. What the units start and who runs it need not be on the machine that looks at them. */
function faultsOf(...files: string[]): string[] {
  return analyzed('verify', '--man=no', ...files)
    .split('\n')
    .filter((line) => /joinery/.test(line) && !/not executable|No such file|user/i.test(line));
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

  it.skipIf(!systemd)('are understood by systemd, word for word', () => {
    expect(faultsOf(...unitFiles.map((name) => join(root, 'deploy/systemd', name)))).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'joinery-units-'));
    try {
      const wrong = read('deploy/systemd/joinery.service').replace('ProtectHome=yes', 'ProtectHomes=yes');
      writeFileSync(join(folder, 'joinery.service'), wrong);
      expect(faultsOf(join(folder, 'joinery.service')).join()).toContain('ProtectHomes');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(!systemd)('expose little, by the measure of systemd itself', () => {
    for (const name of ['joinery.service', 'joinery-backup.service']) {
      const said = analyzed('security', '--offline=true', '--no-pager', join(root, 'deploy/systemd', name));
      const level = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(said)?.[1] ?? Number.NaN);
      console.info(`systemd-analyze security: ${name} ${level} of 10`);
      // What is left: that it talks with the network, and that JavaScript is compiled while it runs.
      expect(level).toBeLessThanOrEqual(1.5);
    }
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
