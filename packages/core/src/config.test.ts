import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, envExample, isTrial, readConfig, settings } from './config.ts';

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment, '/srv');
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

function temporary(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'joinery-config-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

describe('Settings', () => {
  it('make a trial on this machine when there are none', () => {
    const config = readConfig({}, '/srv');
    expect(config).toEqual({
      origin: 'http://localhost:3000',
      host: '127.0.0.1',
      port: 3000,
      dataFolder: '/srv/data',
      databaseUrl: null,
      role: 'all',
      agency: 'My agency',
      kind: 'government',
      smtpUrl: null,
      contact: null,
      trustedProxies: [],
      outboundProxy: null,
      caFile: null,
      privateRanges: [],
      secretFile: '/srv/data/secret',
      files: {
        place: { kind: 'folder', path: '/srv/data/files' },
        largest: 100_000_000,
        copies: 50_000_000_000,
        mediaOrigin: null,
        scanner: null,
      },
      sessions: { idle: 12 * 3_600_000, longest: 7 * 24 * 3_600_000 },
      undoSeconds: 20,
      loopbackPeers: false,
    });
    expect(isTrial(config)).toBe(true);
  });

  it('let no session idle for longer than it lasts', () => {
    const { sessions } = readConfig({ JOINERY_SESSION_HOURS: '8' });
    expect(sessions).toEqual({ idle: 8 * 3_600_000, longest: 8 * 3_600_000 });
  });

  it('name a kind of agency that there is', () => {
    expect(readConfig({ JOINERY_KIND: 'supplier' }).kind).toBe('supplier');
    expect(() => readConfig({ JOINERY_KIND: 'company' })).toThrow(
      'JOINERY_KIND is "company": choose government, supplier or civil-society',
    );
  });

  it('are all taken as given', () => {
    const config = readConfig(
      {
        JOINERY_ORIGIN: 'https://Samen.Example.gov:443/',
        JOINERY_HOST: '0.0.0.0',
        JOINERY_PORT: '8080',
        JOINERY_DATA: 'store',
        JOINERY_DATABASE_URL: 'postgres://joinery@db/joinery',
        JOINERY_ROLE: 'worker',
        JOINERY_AGENCY: ' Gemeente Voorbeeld ',
        JOINERY_KIND: 'civil-society',
        JOINERY_SMTP_URL: 'smtps://joinery:secret@mail.example.gov?from=joinery@example.gov',
        JOINERY_CONTACT: 'security@example.gov',
        JOINERY_TRUSTED_PROXIES: '10.0.0.1, fd00::1,10.2.0.0/16',
        JOINERY_OUTBOUND_PROXY: 'http://proxy:3128',
        JOINERY_CA_FILE: import.meta.filename,
        JOINERY_PRIVATE_RANGES: '10.9.0.0/16',
        JOINERY_SECRET_FILE: 'keys/secret',
        JOINERY_FILES: 's3://our-files/node',
        JOINERY_S3_ENDPOINT: 'https://s3.example.gov',
        JOINERY_S3_REGION: 'nl',
        JOINERY_S3_KEY: 'key',
        JOINERY_S3_SECRET: 'secret',
        JOINERY_FILE_MEGABYTES: '500',
        JOINERY_MEDIA_ORIGIN: 'https://media.example.gov',
        JOINERY_SCANNER: 'unix:/run/clamav/clamd.ctl',
        JOINERY_SESSION_IDLE_MINUTES: '30',
        JOINERY_SESSION_HOURS: '12',
        JOINERY_UNDO_SECONDS: '0',
        JOINERY_LOOPBACK_PEERS: '0',
      },
      '/srv',
    );
    expect(config).toEqual({
      origin: 'https://samen.example.gov',
      host: '0.0.0.0',
      port: 8080,
      dataFolder: '/srv/store',
      databaseUrl: 'postgres://joinery@db/joinery',
      role: 'worker',
      agency: 'Gemeente Voorbeeld',
      kind: 'civil-society',
      smtpUrl: 'smtps://joinery:secret@mail.example.gov?from=joinery@example.gov',
      contact: 'mailto:security@example.gov',
      trustedProxies: ['10.0.0.1/32', 'fd00::1/128', '10.2.0.0/16'],
      outboundProxy: 'http://proxy:3128',
      caFile: import.meta.filename,
      privateRanges: ['10.9.0.0/16'],
      secretFile: '/srv/keys/secret',
      files: {
        place: {
          ...{ kind: 's3', bucket: 'our-files', prefix: 'node/', endpoint: 'https://s3.example.gov' },
          ...{ region: 'nl', keyId: 'key', secretKey: 'secret' },
        },
        largest: 500_000_000,
        copies: 50_000_000_000,
        mediaOrigin: 'https://media.example.gov',
        scanner: { path: '/run/clamav/clamd.ctl' },
      },
      sessions: { idle: 30 * 60_000, longest: 12 * 3_600_000 },
      undoSeconds: 0,
      loopbackPeers: false,
    });
    expect(isTrial(config)).toBe(false);
  });

  it.each([
    ['JOINERY_ORIGIN', 'samen.example.gov'],
    ['JOINERY_ORIGIN', 'https://samen.example.gov/path'],
    ['JOINERY_ORIGIN', 'http://samen.example.gov'],
    ['JOINERY_UNDO_SECONDS', '301'],
    ['JOINERY_UNDO_SECONDS', 'soon'],
    ['JOINERY_SESSION_IDLE_MINUTES', '4'],
    ['JOINERY_SESSION_IDLE_MINUTES', '721'],
    ['JOINERY_SESSION_IDLE_MINUTES', '30m'],
    ['JOINERY_SESSION_HOURS', '0'],
    ['JOINERY_SESSION_HOURS', '169'],
    ['JOINERY_PORT', 'http'],
    ['JOINERY_PORT', '65536'],
    ['JOINERY_PORT', '-1'],
    ['JOINERY_DATABASE_URL', 'mysql://db'],
    ['JOINERY_DATABASE_URL', 'postgres://'],
    ['JOINERY_ROLE', 'boss'],
    ['JOINERY_ROLE', 'worker'],
    ['JOINERY_AGENCY', 'x'.repeat(201)],
    ['JOINERY_TRUSTED_PROXIES', '10.0.0.0/99'],
    ['JOINERY_TRUSTED_PROXIES', 'proxy'],
    ['JOINERY_OUTBOUND_PROXY', 'socks5://proxy'],
    ['JOINERY_OUTBOUND_PROXY', 'http://'],
    ['JOINERY_SMTP_URL', 'mail.example.gov'],
    ['JOINERY_SMTP_URL', 'smtp://mail.example.gov/path'],
    ['JOINERY_SMTP_URL', 'smtp://mail.example.gov?tls=no'],
    ['JOINERY_SMTP_URL', 'smtp://mail.example.gov?from=Joinery'],
    ['JOINERY_CA_FILE', '/nowhere/ca.pem'],
    ['JOINERY_PRIVATE_RANGES', '10.0.0'],
    ['JOINERY_FILES', 'ftp://files'],
    ['JOINERY_FILE_MEGABYTES', '0'],
    ['JOINERY_FILE_MEGABYTES', '1025'],
    ['JOINERY_MEDIA_ORIGIN', 'media'],
    ['JOINERY_MEDIA_ORIGIN', 'http://localhost:3000'],
    ['JOINERY_SCANNER', 'clamd'],
    ['JOINERY_SCANNER', 'tcp://'],
    ['JOINERY_LOOPBACK_PEERS', 'yes'],
  ])('%s refuses %s, and says so by its name', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(name);
  });

  it('refuse a bucket without the way to it', () => {
    const faults = faultsOf({ JOINERY_FILES: 's3://B' });
    expect(faults.map((fault) => /^JOINERY_\w+/.exec(fault)?.[0])).toEqual([
      ...['JOINERY_FILES', 'JOINERY_S3_ENDPOINT', 'JOINERY_S3_KEY'],
    ]);
  });

  it('refuse loopback peers on a real node', () => {
    expect(faultsOf({ JOINERY_ORIGIN: 'https://a.example', JOINERY_LOOPBACK_PEERS: '1' })).toEqual([
      expect.stringContaining('JOINERY_LOOPBACK_PEERS is for development'),
    ]);
  });

  it('name every fault at once', () => {
    const faults = faultsOf({
      JOINERY_ORIGIN: 'ftp://a',
      JOINERY_PORT: 'x',
      JOINERY_ROLE: 'web',
      JOINERY_OUTBOUND_PROXY: 'x',
      JOINERY_PRIVATE_RANGES: 'x,y',
      JOINERY_ORIGN: 'https://a.example',
    });
    const named = ['PORT', 'ORIGIN', 'ROLE', 'OUTBOUND_PROXY', 'PRIVATE_RANGES', 'PRIVATE_RANGES', 'ORIGN'];
    expect(faults.map((fault) => /^JOINERY_(\w+)/.exec(fault)?.[1])).toEqual(named);
  });

  it('refuse a name that this version does not know, and leave names of others alone', () => {
    expect(faultsOf({ JOINERY_ORIGN: 'https://a.example', PATH: '/bin' })).toEqual([
      'JOINERY_ORIGN is not a setting of this version: check the spelling (see .env.example)',
    ]);
  });

  it('may come from a file, over which the environment wins', () => {
    using folder = temporary();
    const file = join(folder.path, 'joinery.env');
    writeFileSync(
      file,
      "# a node\n\nexport JOINERY_PORT=4000\r\nJOINERY_AGENCY = \"Town of 'X'\"\nJOINERY_HOST='0.0.0.0'\nTZ=UTC\n",
    );
    const config = readConfig({ JOINERY_ENV_FILE: 'joinery.env', JOINERY_PORT: '5000' }, folder.path);
    expect(config).toMatchObject({ port: 5000, agency: "Town of 'X'", host: '0.0.0.0' });
  });

  it('name the line of a file that cannot be read, and the file that is not there', () => {
    using folder = temporary();
    writeFileSync(join(folder.path, 'joinery.env'), 'JOINERY_PORT=4000\nJOINERY_HOST 0.0.0.0\n');
    expect(faultsOf({ JOINERY_ENV_FILE: join(folder.path, 'joinery.env') })).toEqual([
      expect.stringContaining('joinery.env, line 2: write NAME=value'),
    ]);
    expect(faultsOf({ JOINERY_ENV_FILE: '/nowhere' })).toEqual([
      'JOINERY_ENV_FILE names /nowhere, which cannot be read',
    ]);
  });

  it('that are secret may come from a file of their own', () => {
    using folder = temporary();
    const file = join(folder.path, 'database-url');
    writeFileSync(file, 'postgres://joinery:hush@db/joinery\n');
    expect(readConfig({ JOINERY_DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://joinery:hush@db/joinery');
    expect(faultsOf({ JOINERY_OUTBOUND_PROXY_FILE: '/nowhere' })).toEqual([
      'JOINERY_OUTBOUND_PROXY_FILE names /nowhere, which cannot be read',
    ]);
  });

  it('that are not secret have no file, so that one given is not passed over in silence', () => {
    expect(faultsOf({ JOINERY_AGENCY_FILE: '/etc/agency' })).toEqual([
      expect.stringContaining('JOINERY_AGENCY_FILE is not a setting'),
    ]);
  });

  it('never show a secret in a fault', () => {
    const faults = faultsOf({ JOINERY_DATABASE_URL: 'mysql://u:hush@db', JOINERY_OUTBOUND_PROXY: 'socks://u:hush@p' });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hush');
  });
});

describe('.env.example', () => {
  const file = resolve(import.meta.dirname, '../../../.env.example');

  it('is what the table of settings makes of it (`npm test -- -u packages/core/src/config.test.ts` writes it anew)', async () => {
    await expect(envExample()).toMatchFileSnapshot(file);
  });

  it('names every setting, each switched off', () => {
    const lines = envExample().split('\n');
    for (const [name] of settings) expect(lines.filter((line) => line.startsWith(`#${name}=`))).toHaveLength(1);
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});
