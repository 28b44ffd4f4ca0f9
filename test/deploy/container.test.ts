import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read, root } from '../boundaries/rules.ts';
import { type Container, type Limits, nodeUser, startContainer, whyNoContainers } from '../harness/container.ts';
import { buildImage, type Image } from '../harness/image.ts';
import { until } from '../harness/until.ts';

const dockerfile = read('deploy/container/Dockerfile');
const composeFile = read('deploy/container/compose.yaml');
const nodeVersion = /NODE_VERSION = '([\d.]+)'/.exec(read('deploy/boot/boot.mjs'))?.[1] ?? '';

type Service = {
  image: string;
  build?: { context: string; dockerfile: string };
  user?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  volumes: string[];
  networks: Record<string, { ipv4_address: string }>;
};
type Compose = { services: Record<string, Service>; volumes: Record<string, null> };

const compose = parse(composeFile) as Compose;
const service = compose.services.joinery as Service;

describe('compose.yaml', () => {
  it('is valid by the schema of the Compose Specification', () => {
    const schema = JSON.parse(read('test/deploy/compose-spec/compose-spec.json')) as object;
    // It names its draft by an address that the draft itself does not have. Its own formats are explained in words only.
    const draft = { ...schema, $schema: 'http://json-schema.org/draft-07/schema#' };
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(draft);
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
    // The schema is one that can say no.
    const wrong = { ...compose, services: { joinery: { ...service, cap_dropp: [] } } };
    expect(validate(wrong)).toBe(false);
  });

  it('names images by exact version, files that exist, and volumes that are used', () => {
    for (const { image } of Object.values(compose.services))
      if (image !== 'joinery') expect(image).toMatch(/:\d+\.\d+\.\d+/);
    const context = join(root, 'deploy/container', service.build?.context ?? '');
    expect(relative(root, context)).toBe('');
    expect(existsSync(join(context, service.build?.dockerfile ?? ''))).toBe(true);
    const mounted = Object.values(compose.services).flatMap(({ volumes }) => volumes.map((one) => one.split(':')[0]));
    expect(Object.keys(compose.volumes).sort()).toEqual(mounted.sort());
  });

  it('gives settings that exist, believes its own proxy alone, and grants nothing', () => {
    const settings = read('.env.example');
    const named = [...`${dockerfile}\n${composeFile}`.matchAll(/\b(JOINERY_[A-Z_]+)[=:]/g)].map(
      ([, name]) => name ?? '',
    );
    expect(named.filter((name) => !settings.includes(`#${name}=`))).toEqual([]);
    expect(service.environment?.JOINERY_TRUSTED_PROXIES).toBe(compose.services.caddy?.networks.inside?.ipv4_address);
    expect(service).toMatchObject({
      ...{ user: 'node', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
    });
  });
});

describe('The Dockerfile', () => {
  it('stands on one exact version of Node, the one that the checks run on', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toEqual([`node:${nodeVersion}-bookworm-slim`, `node:${nodeVersion}-bookworm-slim`]);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('has a check that is well or not as /readyz says (%d)', async (status, code) => {
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

/** Things that lie about in the folder of somebody who builds, and must not become part of an image. */
const planted = [
  ...[
    '.env',
    '.env.production',
    'deploy/container/.env',
    'joinery.env',
    'data/joinery.db',
    'data/secret',
    'backups/1/secret',
  ],
  ...['.git/config', '.cache/boot/old', 'node_modules/planted/index.js', 'packages/core/node_modules/planted/index.js'],
  ...[
    'apps/node/dist/old.js',
    'tls.key',
    'deploy/proxy/privkey.pem',
    'joinery.db-wal',
    'npm-debug.log',
    'artefacts/x.png',
  ],
];

/** A port of this machine that is free at this moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const missing = whyNoContainers();

describe.skipIf(missing !== null)(`The image, built and run without an engine${missing ? ` (${missing})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-container-'));
  const context = join(folder, 'context');
  let image: Image;

  /** What compose would give the container. */
  const limits: Limits = {
    readOnly: service.read_only === true,
    tmpfs: service.tmpfs ?? [],
    dropCapabilities: service.cap_drop?.includes('ALL') === true,
    noNewPrivileges: service.security_opt?.includes('no-new-privileges:true') === true,
  };

  beforeAll(() => {
    const left = new Set(['.git', 'node_modules', '.cache', 'dist', 'artefacts', 'data']);
    cpSync(root, context, { recursive: true, filter: (path) => !left.has(path.slice(dirname(path).length + 1)) });
    for (const file of planted) {
      mkdirSync(dirname(join(context, file)), { recursive: true });
      writeFileSync(join(context, file), 'planted');
    }
    image = buildImage(join(context, 'deploy/container/Dockerfile'), context);
  }, 180_000);

  afterAll(() => {
    image?.[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts it as compose says, on volumes that are new, or those of an earlier start. */
  async function start(volumes: string): Promise<{ container: Container; port: number }> {
    const mounts = service.volumes.map((one) => {
      const [name = '', at = ''] = one.split(':');
      const from = join(volumes, name);
      // As an engine does: a new volume begins as what the image has in that place.
      if (!existsSync(from)) execFileSync('cp', ['-a', join(image.tree, at), from]);
      return { from, at };
    });
    const port = await freePort();
    const said = { ORIGIN_HOST: 'samen.example.gov', AGENCY: 'Gemeente Aa' } as Record<string, string>;
    const given = Object.entries(service.environment ?? {}).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+):\?[^}]*\}/g, (_all, variable: string) => said[variable] ?? ''),
    ]);
    const env = { ...Object.fromEntries(given), JOINERY_PORT: String(port) };
    const container = startContainer(
      image.tree,
      { ...image.settings, user: service.user ?? image.settings.user },
      {
        ...{ env, mounts, limits },
      },
    );
    return { container, port };
  }

  /** Asks as the engine does until the check says yes. */
  async function becomeHealthy({ container, port }: { container: Container; port: number }): Promise<void> {
    await until(async () => {
      if (container.hasEnded()) throw new Error(container.said());
      return (await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined))?.ok === true;
    }, 30_000);
    await until(() => container.execute(...image.settings.healthcheck).code === 0, 20_000);
  }

  it('holds the bundle and what production needs, and nothing of the folder that it was built in', () => {
    const inside = join(image.tree, 'opt/joinery');
    for (const file of [
      'apps/node/dist/main.js',
      'apps/node/dist/cli.js',
      'packages/ui/dist/browser.js',
      '.env.example',
    ])
      expect([file, existsSync(join(inside, file))]).toEqual([file, true]);
    expect(planted.filter((file) => existsSync(join(inside, file)))).toEqual([]);
    expect(existsSync(join(inside, 'test'))).toBe(false);
    const packages = readdirSync(join(inside, 'node_modules'));
    expect(packages).toContain('better-sqlite3');
    expect(packages.filter((name) => ['vitest', 'typescript', 'playwright-core', 'knip'].includes(name))).toEqual([]);
    for (const home of ['root', 'home/node']) {
      const kept = readdirSync(join(image.tree, home), { recursive: true, withFileTypes: true });
      expect([home, kept.filter((one) => one.isFile()).map(({ name }) => name)]).toEqual([home, []]);
    }
    const data = lstatSync(join(image.tree, image.settings.env.JOINERY_DATA ?? ''));
    expect([data.uid, data.mode & 0o777]).toEqual([nodeUser, 0o700]);
    expect(image.settings.volumes).toEqual(service.volumes.map((one) => one.split(':')[1]));
  });

  it('becomes ready as process 1 with no rights at all, ends cleanly when asked to, and keeps what it had', async () => {
    const volumes = join(folder, 'volumes');
    mkdirSync(volumes);
    const cli = ['node', 'apps/node/dist/cli.js'];
    {
      const started = await start(volumes);
      await using container = started.container;
      await becomeHealthy(started);
      await until(() => container.said().includes('https://samen.example.gov/sign-in/link/'), 20_000);
      expect(container.execute('id', '-un').said.trim()).toBe('node');
      expect(container.execute('sh', '-c', 'grep -h ^CapEff /proc/1/status /proc/self/status').said).toMatch(
        /^(CapEff:\t0{16}\n){2}$/,
      );
      for (const place of ['/opt/joinery/x', '/home/node/x', '/etc/x'])
        expect([place, container.execute('touch', place).code]).toEqual([place, 1]);
      expect(container.execute('touch', '/tmp/x').code).toBe(0);
      const who = ['--name', 'Kim Bakker', '--email', 'kim@aa.example', '--handle', 'kim', '--admin'];
      expect(container.execute(...cli, 'person', 'add', ...who)).toMatchObject({ code: 0 });
      expect(container.execute(...cli, 'backup', '/var/backups/joinery')).toMatchObject({ code: 0 });
      expect(container.execute(...cli, 'verify', '/var/backups/joinery')).toMatchObject({ code: 0 });
      expect(await container.stop(image.settings.stopSignal), container.said()).toBe(0);
    }
    const again = await start(volumes);
    await using container = again.container;
    await becomeHealthy(again);
    expect(container.said()).not.toContain('/sign-in/link/');
    const doubled = container.execute(...cli, 'person', 'add', '--name', 'Kim', '--email', 'kim@aa.example');
    expect(doubled.code).toBe(1);
    expect(readdirSync(join(volumes, 'backups'))).toHaveLength(1);
    expect(await container.stop(image.settings.stopSignal), container.said()).toBe(0);
  }, 90_000);
});
