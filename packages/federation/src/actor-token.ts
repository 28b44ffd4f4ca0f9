import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { isObject } from '@joinery/core';
import { z } from 'zod';
import { type JsonLimits, readJson } from './json.ts';
import { type Refused, refused } from './refusals.ts';
import type { HeaderReader } from './signature-parts.ts';
import { defaultWindowSeconds } from './signatures.ts';

const scheme = 'ActivityPubActorToken';
const type = 'joinery-actor-token+jwt';
const algorithm = 'EdDSA';
const lifetimeSeconds = 600;
/** Two addresses of 2,000 characters, the signature and the rest, in base64url. */
const longestToken = 6_000;
/** Marks of threads in a token that is issued. Earlier releases read no more than forty values in all; what is read may have more. */
const mostMarks = 24;
const mostMarksRead = 100;
/** Tokens have so many marks, or twice or three times as many, whatever there is to mark. */
const marksStep = 8;
const limits: JsonLimits = { maximumBytes: longestToken, maximumDepth: 3, maximumValues: 40 + mostMarksRead };

/** What a group says about a node: that it has members there, until when, and from where on it may read. */
export type ActorTokenClaims = {
  /** Address of the group. */
  group: string;
  /** Address of the node actor that may fetch. */
  node: string;
  /** RFC 7638 thumbprint of the key that the node signs its requests with. */
  thumbprint: string;
  /** Seconds since 1970. */
  issuedAt: number;
  /** Seconds since 1970. */
  expiresAt: number;
  /** Membership version of the node in the group, raised by each revocation. */
  version: number;
  /** Epoch of the group's node in which that version counts; empty for a node that was never restored. */
  epoch: string;
  /** Number in the group's stream of the earliest item that the node may read. */
  from: number;
  /** Somebody there runs the group. */
  runs: boolean;
  /** Threads for a part of the group that members at that node began: a `threadMark` of each, among others that mark nothing. */
  began: string[];
};

const count = z.number().int().nonnegative();
const seconds = z.number().int().positive();
const address = z.string().min(1).max(2_000);
const payloadSchema = z.object({
  iss: address,
  sub: address,
  cnf: z.object({ jkt: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
  iat: seconds,
  exp: seconds,
  ver: count,
  epo: z.string().max(40).optional(),
  from: count,
  run: z.boolean().optional(),
  beg: z
    .array(z.string().regex(/^[A-Za-z0-9_-]{16}$/))
    .max(mostMarksRead)
    .optional(),
});

/**
 * What stands for a thread in one token: the first 96 bits of the SHA-256 of when and to whom that was issued and of the thread's address. Whoever was never told of the thread cannot
 * tell it from one that marks nothing, nor two tokens by it.
 * @param uri address of the first post, which nobody guesses
 */
export function threadMark(token: Pick<ActorTokenClaims, 'issuedAt' | 'node'>, uri: string): string {
  return createHash('sha256').update(`${token.issuedAt} ${token.node} ${uri}`).digest('base64url').slice(0, 16);
}

/** Marks of threads, filled up with marks of nothing, in no order: neither how many there are nor whether there is any can be seen. */
function marksOf(token: Pick<ActorTokenClaims, 'issuedAt' | 'node'>, threads: readonly string[]): string[] {
  const marks = threads.slice(0, mostMarks).map((uri) => threadMark(token, uri));
  const size = Math.max(1, Math.ceil(marks.length / marksStep)) * marksStep;
  while (marks.length < size) marks.push(randomBytes(12).toString('base64url'));
  return marks.sort();
}

const thumbprints = new WeakMap<KeyObject, string>();

/** SHA-256 thumbprint of a public key (RFC 7638; RFC 8037 §2 for Ed25519), as `cnf.jkt` carries it (RFC 9449 §6.1). */
export function keyThumbprint(key: KeyObject): string {
  let known = thumbprints.get(key);
  if (known === undefined) {
    const { crv, e, kty, n, x } = key.export({ format: 'jwk' });
    const required = kty === 'RSA' ? { e, kty, n } : { crv, kty, x };
    known = createHash('sha256').update(JSON.stringify(required)).digest('base64url');
    thumbprints.set(key, known);
  }
  return known;
}

/**
 * The token with which another node reads items of a closed group at their authors' nodes. It is bound to the node's key: without that it opens nothing.
 * @param input.key the group's Ed25519 key
 * @param input.epoch the group's node's own, which is left out where that was never restored
 * @param input.began addresses of threads for a part of the group that members there began, the newest first; those beyond 24 are left out, and opened by nothing for having been begun
 * @param input.nodeKey public half of the key that the node signs requests with
 * @returns a compact JWS that is valid for ten minutes
 * @throws {TypeError} for a key of another kind
 */
export async function issueActorToken(input: {
  group: string;
  key: { id: string; privateKey: KeyObject };
  node: string;
  nodeKey: KeyObject;
  version: number;
  epoch?: string;
  from: number;
  runs?: boolean;
  began?: readonly string[];
  now: Date;
}): Promise<string> {
  if (input.key.privateKey.asymmetricKeyType !== 'ed25519') throw new TypeError('Tokens are signed with Ed25519 alone');
  const { CompactSign } = await import('jose');
  const issuedAt = Math.floor(input.now.getTime() / 1_000);
  const payload: z.infer<typeof payloadSchema> = {
    iss: input.group,
    sub: input.node,
    cnf: { jkt: keyThumbprint(input.nodeKey) },
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    ver: input.version,
    ...(input.epoch ? { epo: input.epoch } : {}),
    from: input.from,
    ...(input.runs ? { run: true } : {}),
    beg: marksOf({ issuedAt, node: input.node }, input.began ?? []),
  };
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: algorithm, typ: type, kid: input.key.id })
    .sign(input.key.privateKey);
}

/** The header that carries a token, beside the signature of the node. */
export function actorTokenHeader(token: string): { authorization: string } {
  return { authorization: `${scheme} ${token}` };
}

/**
 * The token of a request; null when it carries none. A scheme for something else (`Bearer`) is no token; two values in one field are refused.
 */
export function readActorToken(headers: HeaderReader): { ok: true; token: string | null } | Refused {
  const field = headers.get('authorization')?.trim() ?? '';
  const [name = '', ...rest] = field.split(/ +/);
  if (name.toLowerCase() !== scheme.toLowerCase()) return { ok: true, token: null };
  const [token] = rest;
  if (field.length > longestToken + scheme.length + 1) return tooLarge();
  return token === undefined || rest.length > 1 || token.includes(',')
    ? refused('token_malformed', `The header is "Authorization: ${scheme}" and one token.`)
    : { ok: true, token };
}

/**
 * Verifies a token against what is known here: nothing in it chooses a key, an algorithm or an address to ask.
 * A token of another node is refused even with a valid signature, since it names the key of its owner.
 * @param expected.group address of the group that the item belongs to
 * @param expected.groupKey the group's Ed25519 key, pinned when it was joined
 * @param expected.signer address of the node actor that signed the request
 * @param expected.signerKey the public key that its signature was verified with
 * @param expected.epoch the epoch of the group's node, as that node itself said; null where the token comes from that node just now
 * @param expected.revokedBelow the lowest membership version that still counts for this node in that epoch
 */
export async function verifyActorToken(
  token: string,
  expected: {
    group: string;
    groupKey: KeyObject;
    signer: string;
    signerKey: KeyObject;
    now: Date;
    revokedBelow: number;
    epoch: string | null;
  },
): Promise<{ ok: true; claims: ActorTokenClaims } | Refused> {
  const read = readToken(token);
  if (!read.ok) return read;
  const { claims } = read;
  if (claims.group !== expected.group) return refused('token_issuer', 'The token was issued by another group.');
  if (!(await isSignedBy(token, expected.groupKey)))
    return refused('token_signature', 'The token is not signed with the key of the group.');
  if (claims.node !== expected.signer) return refused('token_subject', 'The token was issued to another node.');
  if (claims.thumbprint !== keyThumbprint(expected.signerKey))
    return refused('token_key', 'The token is bound to another key than the one that signed the request.');
  return checkTimes(claims, expected) ?? { ok: true, claims };
}

/** Both halves of the token that can be read without its key: header and claims. */
function readToken(token: string): { ok: true; claims: ActorTokenClaims } | Refused {
  if (token.length > longestToken) return tooLarge();
  const parts = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/.exec(token);
  const header = decode(parts?.[1]);
  const payload = decode(parts?.[2]);
  if (!isObject(header) || payload === undefined) return malformed();
  const { alg, typ, kid, ...others } = header;
  if (typ !== type) return refused('token_type', `Only tokens of the type ${type} are read.`);
  // Keys and addresses of keys that a token brings along are never used (RFC 8725 §3.10), and no extension is understood (`crit`).
  if (alg !== algorithm || Object.keys(others).length > 0 || (kid !== undefined && typeof kid !== 'string'))
    return refused(
      'token_algorithm',
      `Tokens are signed with ${algorithm}; their header holds alg, typ and kid alone.`,
    );
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) return malformed();
  const { iss, sub, cnf, iat, exp, ver, epo = '', from, run = false, beg = [] } = parsed.data;
  const claims = {
    group: iss,
    node: sub,
    thumbprint: cnf.jkt,
    issuedAt: iat,
    expiresAt: exp,
    version: ver,
    epoch: epo,
    from,
    runs: run,
    began: beg,
  };
  return { ok: true, claims };
}

function decode(part: string | undefined) {
  const read = readJson(Buffer.from(part ?? '', 'base64url').toString(), limits);
  return read.ok ? read.value : undefined;
}

async function isSignedBy(token: string, key: KeyObject): Promise<boolean> {
  if (key.type !== 'public' || key.asymmetricKeyType !== 'ed25519') return false;
  const { compactVerify } = await import('jose');
  return compactVerify(token, key, { algorithms: [algorithm] }).then(
    () => true,
    () => false,
  );
}

/** The issuer's clock may be ahead of ours as far as those of signatures may; an end is an end. */
function checkTimes(
  claims: ActorTokenClaims,
  { now, revokedBelow, epoch }: { now: Date; revokedBelow: number; epoch: string | null },
) {
  const instant = now.getTime() / 1_000;
  const { issuedAt, expiresAt, version } = claims;
  if (expiresAt - issuedAt > lifetimeSeconds || expiresAt <= issuedAt)
    return refused('token_too_long', `Tokens are valid for ${lifetimeSeconds} seconds at most.`);
  if (issuedAt > instant + defaultWindowSeconds)
    return refused('token_not_yet', 'The token begins later; is a clock wrong?');
  if (expiresAt <= instant) return refused('token_expired', 'The token has expired.');
  // Only the group's node itself says that it was restored: whoever has stolen a group's key cannot.
  if (epoch !== null && claims.epoch > epoch)
    return refused('token_ahead', 'The token is of an epoch that the node of the group has not told of yet.');
  return (epoch !== null && claims.epoch < epoch) || version < revokedBelow
    ? refused('token_superseded', 'What the node may read was changed after this token was issued.')
    : null;
}

const malformed = () => refused('token_malformed', 'The token is no compact JWS with the claims of an actor token.');
const tooLarge = () => refused('token_too_large', `A token has ${longestToken} characters at most.`);
