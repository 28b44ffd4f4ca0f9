import { isAbsolute, resolve } from 'node:path';
import { canonicalOrigin } from '../origin.ts';

/** Where the bytes of files lie. */
export type FilePlace =
  | { kind: 'folder'; path: string }
  | {
      kind: 's3';
      bucket: string;
      /** Beginning of every name, empty or ending in `/`. */
      prefix: string;
      endpoint: string;
      region: string;
      keyId: string;
      secretKey: string;
    };

/** Where clamd listens. */
export type ScannerPlace = { host: string; port: number } | { path: string };

export type FileSettings = {
  place: FilePlace;
  /** Bytes that one file may have. */
  largest: number;
  /** Bytes that record copies of files of other nodes may have altogether. */
  copies: number;
  /** Origin for what must never share one with pages; null: the node's own. */
  mediaOrigin: string | null;
  scanner: ScannerPlace | null;
};

/** Settings about files, in the form of `config.ts`. */
export const fileSettings = [
  [
    'JOINERY_FILES',
    '<data>/files',
    'Where files lie: a folder on a local disk, or s3://bucket or s3://bucket/beginning-of-names.',
  ],
  ['JOINERY_S3_ENDPOINT', '', 'With s3: address of the service, for example https://s3.example.gov.'],
  ['JOINERY_S3_REGION', 'us-east-1', 'With s3: its region; services of your own take any.'],
  ['JOINERY_S3_KEY', '', 'With s3: id of the access key.'],
  ['JOINERY_S3_SECRET', '', 'With s3: the secret that belongs to the key.'],
  ['JOINERY_FILE_MEGABYTES', '100', 'How large one file may be.'],
  [
    'JOINERY_RECORD_COPIES_MEGABYTES',
    '50000',
    'How much record copies of files of other nodes may take altogether, in groups here that promise to keep them.',
  ],
  [
    'JOINERY_MEDIA_ORIGIN',
    '',
    'A second address of this node, for example https://media.samen.example.gov, from which files are handed out that a browser could run. Empty: they are only saved, never shown.',
  ],
  [
    'JOINERY_SCANNER',
    '',
    'Virus scanner clamd: tcp://host:3310 or unix:/run/clamav/clamd.ctl. Empty: files are not scanned.',
  ],
] as const;

/**
 * Reads the settings about files.
 * @param text the value of a setting, or its fallback
 * @param faults gets what is wrong, in words
 */
export function readFileSettings(
  text: (name: string, fallback: string) => string,
  folders: { current: string; data: string },
  origin: string | null,
  faults: string[],
): FileSettings {
  const megabytes = text('JOINERY_FILE_MEGABYTES', '100');
  const largest = /^\d{1,4}$/.test(megabytes) && Number(megabytes) <= 1024 ? Number(megabytes) * 1_000_000 : 0;
  if (largest === 0)
    faults.push(`JOINERY_FILE_MEGABYTES is "${megabytes}": give a whole number of megabytes from 1 to 1024`);
  const kept = text('JOINERY_RECORD_COPIES_MEGABYTES', '50000');
  if (!/^\d{1,9}$/.test(kept))
    faults.push(`JOINERY_RECORD_COPIES_MEGABYTES is "${kept}": give a whole number of megabytes`);
  return {
    place: readPlace(text, folders, faults),
    largest,
    copies: Number(kept) * 1_000_000,
    mediaOrigin: readMediaOrigin(text('JOINERY_MEDIA_ORIGIN', ''), origin, faults),
    scanner: readScanner(text('JOINERY_SCANNER', ''), faults),
  };
}

function readPlace(
  text: (name: string, fallback: string) => string,
  folders: { current: string; data: string },
  faults: string[],
): FilePlace {
  const given = text('JOINERY_FILES', `${folders.data}/files`);
  const [, bucket, rest] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(given) ?? [];
  if (bucket === undefined) {
    if (/^[a-z0-9]+:\/\//i.test(given)) faults.push(`JOINERY_FILES is "${given}": give a folder, or s3://bucket`);
    return { kind: 'folder', path: isAbsolute(given) ? given : resolve(folders.current, given) };
  }
  const endpoint = text('JOINERY_S3_ENDPOINT', '');
  const keyId = text('JOINERY_S3_KEY', '');
  const secretKey = text('JOINERY_S3_SECRET', '');
  if (!/^[a-z0-9][a-z0-9.-]{1,62}$/.test(bucket) || !/^[\w/.-]*$/.test(rest ?? ''))
    faults.push('JOINERY_FILES must look like s3://bucket or s3://bucket/beginning-of-names');
  if (canonicalOrigin(endpoint) === null)
    faults.push('JOINERY_S3_ENDPOINT must be an address such as https://s3.example.gov: JOINERY_FILES names a bucket');
  if (keyId === '' || secretKey === '')
    faults.push('JOINERY_S3_KEY and JOINERY_S3_SECRET are needed: JOINERY_FILES names a bucket');
  const prefix = (rest ?? '').replace(/^\/+|\/+$/g, '');
  return {
    kind: 's3',
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    endpoint: canonicalOrigin(endpoint) ?? '',
    region: text('JOINERY_S3_REGION', 'us-east-1'),
    keyId,
    secretKey,
  };
}

function readMediaOrigin(given: string, origin: string | null, faults: string[]): string | null {
  if (given === '') return null;
  const media = canonicalOrigin(given);
  if (media === null) faults.push(`JOINERY_MEDIA_ORIGIN is "${given}": give scheme and host only`);
  else if (media === origin) faults.push('JOINERY_MEDIA_ORIGIN is the same as JOINERY_ORIGIN: give another host');
  else if (origin?.startsWith('https:') && !media.startsWith('https:'))
    faults.push(`JOINERY_MEDIA_ORIGIN is "${given}": use https, as JOINERY_ORIGIN does`);
  return media;
}

function readScanner(given: string, faults: string[]): ScannerPlace | null {
  if (given === '') return null;
  const [, path] = /^unix:(\/.+)$/.exec(given) ?? [];
  if (path !== undefined) return { path };
  const url = /^tcp:\/\/[^/]+\/?$/.test(given) ? URL.parse(given) : null;
  if (!url?.hostname) {
    faults.push(`JOINERY_SCANNER is "${given}": write tcp://host:3310 or unix:/run/clamav/clamd.ctl`);
    return null;
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 3310) };
}
