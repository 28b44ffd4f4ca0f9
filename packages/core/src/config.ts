import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import { readSessionSettings, type SessionSettings, sessionSettings } from './accounts/settings.ts';
import { type FileSettings, fileSettings, readFileSettings } from './files/settings.ts';
import { canonicalOrigin } from './origin.ts';

/** Kinds of organisations that have nodes. */
export const agencyKinds = ['government', 'supplier', 'civil-society'] as const;
export type AgencyKind = (typeof agencyKinds)[number];

/** What the operator decided, checked. See `.env.example` for each setting in words. */
export type Config = {
  /** Public address of the node: scheme, host, port. Every id begins with it. */
  origin: string;
  host: string;
  port: number;
  /** Absolute path. */
  dataFolder: string;
  /** PostgreSQL; null means SQLite in the data folder. */
  databaseUrl: string | null;
  role: 'all' | 'web' | 'worker';
  agency: string;
  /** What the agency says of itself when it proposes an agreement. */
  kind: AgencyKind;
  /** The agency's mail server: `smtp://` or `smtps://` with `?from=`; null: this node sends no mail. */
  smtpUrl: string | null;
  /** Where faults and weaknesses of this node are reported: `mailto:` or `https:`; null when nobody said. */
  contact: string | null;
  trustedProxies: string[];
  outboundProxy: string | null;
  caFile: string | null;
  /** Networks (CIDR) where partners may live although they are private. */
  privateRanges: string[];
  secretFile: string;
  files: FileSettings;
  sessions: SessionSettings;
  /** How long a post from a page waits before it leaves, so that its author can take it back; people may choose otherwise. */
  undoSeconds: number;
  /** Development: peers may speak http and live on loopback. */
  loopbackPeers: boolean;
};

/** All that is wrong with the settings, at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly faults: string[];
  constructor(faults: string[]) {
    super(`The settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** One line per setting: name, default, meaning. `.env.example` is generated from it. */
export const settings = [
  [
    'JOINERY_ORIGIN',
    'http://localhost:<port>',
    'Public address, for example https://samen.example.gov. Cannot change later: every address begins with it.',
  ],
  ['JOINERY_HOST', '127.0.0.1', 'Address to listen on.'],
  ['JOINERY_PORT', '3000', 'Port to listen on.'],
  ['JOINERY_DATA', './data', 'Folder for the database and the secret. On a local disk, not on a network share.'],
  [
    'JOINERY_DATABASE_URL',
    '',
    'PostgreSQL, for example postgres://joinery@localhost/joinery. Empty: SQLite in the data folder.',
  ],
  ['JOINERY_ROLE', 'all', 'all, web or worker. Other than all needs PostgreSQL.'],
  ['JOINERY_AGENCY', 'My agency', 'Name of the agency that owns this node.'],
  [
    'JOINERY_KIND',
    'government',
    'Kind of agency, told to other nodes with a proposal: government, supplier or civil-society.',
  ],
  ['JOINERY_CONTACT', '', 'Mail address or https page for reports of weaknesses, shown in security.txt.'],
  [
    'JOINERY_SMTP_URL',
    '',
    'Mail server for notifications, for example smtps://user:password@mail.example.gov?from=joinery@example.gov. Empty: no mail.',
  ],
  [
    'JOINERY_TRUSTED_PROXIES',
    '',
    'Reverse proxies (addresses or networks, comma separated) whose X-Forwarded-For is believed.',
  ],
  ['JOINERY_OUTBOUND_PROXY', '', 'HTTP proxy for all requests to other nodes.'],
  ['JOINERY_CA_FILE', '', 'Extra certificate authorities (PEM) for other nodes.'],
  [
    'JOINERY_PRIVATE_RANGES',
    '',
    'Private networks (comma separated) where partners may live; each partner must allow it too.',
  ],
  ['JOINERY_SECRET_FILE', '<data>/secret', 'File with the secret that encrypts keys. Mode 0600, made at first start.'],
  ...fileSettings,
  ...sessionSettings,
  ['JOINERY_UNDO_SECONDS', '20', 'How long a post from a page can be taken back before it leaves: 0 to 300.'],
  ['JOINERY_LOOPBACK_PEERS', '', '1 in development only: other nodes may speak http on this machine.'],
] as const;

const secretSettings = ['JOINERY_DATABASE_URL', 'JOINERY_OUTBOUND_PROXY', 'JOINERY_SMTP_URL', 'JOINERY_S3_SECRET'];

const knownNames: Set<string> = new Set([
  'JOINERY_ENV_FILE',
  ...settings.map(([name]) => name),
  ...secretSettings.map((name) => `${name}_FILE`),
]);

/**
 * Reads the settings. `JOINERY_ENV_FILE` names a file with more of them (the environment wins); a secret may also come as `<NAME>_FILE`.
 * @throws {ConfigError} naming every fault at once
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  currentFolder: string = process.cwd(),
): Config {
  const faults: string[] = [];
  const values = gather(environment, currentFolder, faults);
  const text = (name: string, fallback: string): string => values[name]?.trim() || fallback;

  const port = readPort(text('JOINERY_PORT', '3000'), faults);
  const givenOrigin = text('JOINERY_ORIGIN', port === 0 ? 'http://localhost' : `http://localhost:${port}`);
  const origin = canonicalOrigin(givenOrigin);
  if (origin === null)
    faults.push(`JOINERY_ORIGIN is "${givenOrigin}": give scheme and host only, for example https://samen.example.gov`);
  else if (origin.startsWith('http:') && !isLoopback(new URL(origin).hostname)) {
    faults.push(`JOINERY_ORIGIN is "${givenOrigin}": use https, other nodes refuse to talk to http`);
  }
  const databaseUrl = text('JOINERY_DATABASE_URL', '') || null;
  if (databaseUrl !== null && !(/^postgres(ql)?:\/\/./.test(databaseUrl) && URL.canParse(databaseUrl))) {
    faults.push('JOINERY_DATABASE_URL must look like postgres://user@host/database (leave it empty for SQLite)');
  }
  const role = text('JOINERY_ROLE', 'all');
  if (!isRole(role)) faults.push(`JOINERY_ROLE is "${role}": choose all, web or worker`);
  else if (role !== 'all' && databaseUrl === null) {
    faults.push(
      `JOINERY_ROLE is ${role}: several processes need PostgreSQL, set JOINERY_DATABASE_URL or use the role all`,
    );
  }
  const agency = text('JOINERY_AGENCY', 'My agency');
  if (agency.length > 200) faults.push('JOINERY_AGENCY is longer than 200 characters');
  const givenKind = text('JOINERY_KIND', 'government');
  const kind = agencyKinds.find((known) => known === givenKind);
  if (kind === undefined) faults.push(`JOINERY_KIND is "${givenKind}": choose government, supplier or civil-society`);
  const smtpUrl = readMailServer(text('JOINERY_SMTP_URL', ''), faults);
  const contact = readContact(text('JOINERY_CONTACT', ''), faults);
  const givenUndo = text('JOINERY_UNDO_SECONDS', '20');
  const undoSeconds = /^\d{1,3}$/.test(givenUndo) ? Number(givenUndo) : Number.NaN;
  if (!(undoSeconds <= 300)) faults.push(`JOINERY_UNDO_SECONDS is "${givenUndo}": give a whole number from 0 to 300`);
  const loopbackPeers = readFlag('JOINERY_LOOPBACK_PEERS', text('JOINERY_LOOPBACK_PEERS', ''), faults);
  if (loopbackPeers && origin?.startsWith('https:')) {
    faults.push('JOINERY_LOOPBACK_PEERS is for development: remove it, since JOINERY_ORIGIN is https');
  }
  const outboundProxy = text('JOINERY_OUTBOUND_PROXY', '') || null;
  if (outboundProxy !== null && !(/^https?:\/\//.test(outboundProxy) && URL.canParse(outboundProxy)))
    faults.push('JOINERY_OUTBOUND_PROXY must look like http://host:port or https://host:port');
  const caFile = text('JOINERY_CA_FILE', '') && resolve(currentFolder, text('JOINERY_CA_FILE', ''));
  if (caFile) readText(caFile, 'JOINERY_CA_FILE', faults);
  const dataFolder = resolve(currentFolder, text('JOINERY_DATA', './data'));
  const config: Config = {
    origin: origin ?? '',
    host: text('JOINERY_HOST', '127.0.0.1'),
    port,
    dataFolder,
    databaseUrl,
    role: isRole(role) ? role : 'all',
    agency,
    kind: kind ?? 'government',
    smtpUrl,
    contact,
    trustedProxies: readNetworks('JOINERY_TRUSTED_PROXIES', values, faults),
    outboundProxy,
    caFile: caFile || null,
    privateRanges: readNetworks('JOINERY_PRIVATE_RANGES', values, faults),
    secretFile: resolve(currentFolder, text('JOINERY_SECRET_FILE', `${dataFolder}/secret`)),
    files: readFileSettings(text, { current: currentFolder, data: dataFolder }, origin, faults),
    sessions: readSessionSettings(text, faults),
    undoSeconds,
    loopbackPeers,
  };
  for (const name of Object.keys(values)) {
    if (name.startsWith('JOINERY_') && !knownNames.has(name))
      faults.push(`${name} is not a setting of this version: check the spelling (see .env.example)`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** A trial: the address reaches only this machine, so no other node can federate with it. */
export function isTrial(config: Pick<Config, 'origin'>): boolean {
  return isLoopback(new URL(config.origin).hostname);
}

/** Text of `.env.example`, made from the table of settings. */
export function envExample(): string {
  const lines = settings.map(([name, fallback, meaning]) => `# ${meaning}\n#${name}=${fallback}\n`);
  return `# Settings of a Joinery node. Remove the # and change what you need. Secrets can also be given as <NAME>_FILE.\n\n${lines.join('\n')}`;
}

function gather(
  environment: Record<string, string | undefined>,
  folder: string,
  faults: string[],
): Record<string, string | undefined> {
  const file = environment.JOINERY_ENV_FILE;
  const own = Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('JOINERY_')));
  const values: Record<string, string | undefined> = {
    ...(file ? readEnvFile(resolve(folder, file), faults) : {}),
    ...own,
  };
  for (const name of secretSettings) {
    const path = values[`${name}_FILE`];
    if (!path) continue;
    const content = readText(resolve(folder, path), `${name}_FILE`, faults);
    if (content !== null) values[name] = content.trim();
  }
  return values;
}

function readEnvFile(path: string, faults: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  const content = readText(path, 'JOINERY_ENV_FILE', faults);
  for (const [index, line] of (content ?? '').split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const match = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!match?.[1]) faults.push(`${path}, line ${index + 1}: write NAME=value`);
    else values[match[1]] = (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2');
  }
  return values;
}

function readText(path: string, setting: string, faults: string[]): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    faults.push(`${setting} names ${path}, which cannot be read`);
    return null;
  }
}

function readNetworks(name: string, values: Record<string, string | undefined>, faults: string[]): string[] {
  const networks = (values[name] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return networks.map((network) => {
    const cidr = network.includes('/') ? network : `${network}/${isIP(network) === 6 ? 128 : 32}`;
    // Node's own check first: the library also takes short forms (10.1) that few people read as it does.
    if (isIP(cidr.split('/')[0] ?? '') === 0 || !ipaddr.isValidCIDR(cidr))
      faults.push(`${name} contains "${network}": give addresses or networks such as 10.1.0.0/16`);
    return cidr;
  });
}

function readPort(value: string, faults: string[]): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65535) return Number(value);
  faults.push(`JOINERY_PORT is "${value}": give a whole number from 1 to 65535`);
  return 3000;
}

function readFlag(name: string, value: string, faults: string[]): boolean {
  if (value !== '' && value !== '0' && value !== '1') faults.push(`${name} is "${value}": write 1 or leave it out`);
  return value === '1';
}

function readContact(text: string, faults: string[]): string | null {
  if (text === '') return null;
  if (/^(?:mailto:)?[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return text.startsWith('mailto:') ? text : `mailto:${text}`;
  if (/^https:\/\/\S+$/.test(text)) return text;
  faults.push(`JOINERY_CONTACT is "${text}": give a mail address or an address that begins with https://`);
  return null;
}

/** Says nothing of what was given: there may be a password in it. */
function readMailServer(text: string, faults: string[]): string | null {
  if (text === '') return null;
  const url = /^smtps?:\/\/./i.test(text) ? URL.parse(text) : null;
  const others = url ? [...url.searchParams.keys()].filter((name) => name !== 'from') : [];
  const from = url?.searchParams.get('from') ?? 'x@y.z';
  if (!url?.hostname || others.length > 0 || (url.pathname !== '' && url.pathname !== '/'))
    faults.push('JOINERY_SMTP_URL must look like smtps://user:password@host:465?from=joinery@example.gov');
  else if (!/^[^\s@<>",;]+@[^\s@<>",;]+$/.test(from))
    faults.push('JOINERY_SMTP_URL has a from that is not a mail address: write ?from=joinery@example.gov');
  return text;
}

function isRole(text: string): text is Config['role'] {
  return text === 'all' || text === 'web' || text === 'worker';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}
