import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { JsonObject } from '@joinery/core';
import { encodeMultikey } from '../../packages/federation/src/multikey.ts';
import { documentContext } from '../../packages/federation/src/outgoing.ts';
import { createProof } from '../../packages/federation/src/proof.ts';
import { signRequest } from '../../packages/federation/src/signatures.ts';

/** A person of another node, with keys. */
export type Member = { uri: string; document: JsonObject; rsa: KeyObject; ed25519: KeyObject };

/** Somebody of another node; `kind` decides what software the node seems to run. */
export function makeMember(origin: string, number: number, kind: 'joinery' | 'other'): Member {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed25519 = generateKeyPairSync('ed25519');
  const uri = `${origin}/people/${randomUUID()}`;
  const document: JsonObject = {
    id: uri,
    type: 'Person',
    preferredUsername: `member${number}`,
    name: `Member ${number}`,
    inbox: `${uri}/inbox`,
    endpoints: { sharedInbox: `${origin}/inbox` },
    publicKey: {
      id: `${uri}#main-key`,
      owner: uri,
      publicKeyPem: rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    },
    ...(kind === 'joinery'
      ? {
          'joinery:agency': { id: `${origin}/agency`, name: `Agency ${number}` },
          assertionMethod: [
            {
              id: `${uri}#ed25519-key`,
              type: 'Multikey',
              controller: uri,
              publicKeyMultibase: encodeMultikey(
                createPublicKey(ed25519.publicKey.export({ type: 'spki', format: 'pem' })),
              ),
            },
          ],
        }
      : {}),
  };
  return { uri, document, rsa: rsa.privateKey, ed25519: ed25519.privateKey };
}

const sentences = [
  'Residents ask us how long a permit for a second car takes.',
  'We publish the waiting times each month, per district.',
  'Has anyone compared the fees of the neighbouring councils?',
  'Our form asks for eleven things that we know already.',
];

function textOf(number: number): string {
  return Array.from({ length: 6 }, (_, index) => `<p>${sentences[(number + index) % 4]} (${number}.${index})</p>`).join(
    '',
  );
}

/** Number and place of an activity in the stream of the node that sends it. */
export type Place = { stream: string; epoch: string; sequence: number };

/** A new topic as a Joinery node sends it: with proof and with its place in the stream. */
export function joineryCreate(member: Member, group: string, number: number, place: Place): JsonObject {
  const origin = new URL(member.uri).origin;
  const created = new Date();
  const document: JsonObject = {
    '@context': documentContext,
    id: `${origin}/activities/${randomUUID()}`,
    type: 'Create',
    actor: member.uri,
    to: [`${group}/followers`],
    audience: group,
    published: created.toISOString(),
    'joinery:author': { id: member.uri, type: 'Person', preferredUsername: 'member', name: 'Member' },
    object: {
      id: `${origin}/posts/${randomUUID()}`,
      type: 'Article',
      attributedTo: member.uri,
      to: [`${group}/followers`],
      audience: group,
      name: `Topic ${number}`,
      content: textOf(number),
      source: { content: textOf(number).replace(/<\/?p>/g, '\n'), mediaType: 'text/markdown' },
      published: created.toISOString(),
      preview: { type: 'Note', name: `Topic ${number}`, content: textOf(number).slice(0, 300) },
    },
    'joinery:stream': place.stream,
    'joinery:epoch': place.epoch,
    'joinery:sequence': place.sequence,
    'joinery:after': place.sequence - 1,
  };
  const options = { verificationMethod: `${member.uri}#ed25519-key`, privateKey: member.ed25519, created };
  return { ...document, proof: createProof(document, options) };
}

/** A new topic in the shape that Mastodon sends. */
export function otherCreate(member: Member, group: string, number: number): JsonObject {
  const id = `${new URL(member.uri).origin}/posts/${randomUUID()}`;
  const published = new Date().toISOString();
  const addressed = { to: ['https://www.w3.org/ns/activitystreams#Public'], cc: [`${member.uri}/followers`, group] };
  return {
    '@context': [
      'https://www.w3.org/ns/activitystreams',
      { ostatus: 'http://ostatus.org#', sensitive: 'as:sensitive', toot: 'http://joinmastodon.org/ns#' },
    ],
    id: `${id}/activity`,
    type: 'Create',
    actor: member.uri,
    published,
    ...addressed,
    object: {
      id,
      type: 'Note',
      summary: null,
      inReplyTo: null,
      published,
      url: id,
      attributedTo: member.uri,
      ...addressed,
      sensitive: false,
      content: `<p><span class="h-card"><a href="${group}" class="u-url mention">@<span>group</span></a></span></p>${textOf(number)}`,
      contentMap: { en: textOf(number) },
      attachment: [],
      tag: [{ type: 'Mention', href: group, name: '@group' }],
    },
  };
}

/** A whole signed request as it goes over the line. */
export async function signedPost(
  node: string,
  member: Member,
  activity: JsonObject,
  form: 'rfc9421' | 'draft-cavage',
): Promise<Buffer> {
  const body = Buffer.from(JSON.stringify(activity));
  const headers = await signRequest({
    method: 'POST',
    url: `${node}/inbox`,
    headers: { 'content-type': 'application/activity+json', 'user-agent': 'bench' },
    body,
    key: { id: `${member.uri}#main-key`, privateKey: member.rsa },
    form,
    now: new Date(),
  });
  const lines = Object.entries({ ...headers, host: new URL(node).host, 'content-length': String(body.length) }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.concat([Buffer.from(`POST /inbox HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

/** Headers of a signed fetch; good for some minutes. */
export function signedHeaders(member: Member, url: string): Promise<Record<string, string>> {
  return signRequest({
    method: 'GET',
    url,
    headers: { accept: 'application/activity+json' },
    body: null,
    key: { id: `${member.uri}#main-key`, privateKey: member.rsa },
    form: 'rfc9421',
    now: new Date(),
  });
}
