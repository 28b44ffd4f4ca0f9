import type { JsonObject } from '@joinery/core';
import { activityStreams, type RogueActor } from '../harness/rogue.ts';
import type { FediverseServer } from './server.ts';

const everybody = `${activityStreams}#Public`;
const lemmyContext = ['https://join-lemmy.org/context.json', activityStreams];

/** Documents as Lemmy writes them. */
export const lemmy = {
  person: (server: FediverseServer, name: string): RogueActor =>
    server.actor(`/u/${name}`, {
      type: 'Person',
      preferredUsername: name,
      name: null,
      summary: null,
      published: '2024-02-01T09:00:00.000000Z',
    }),
  group: (server: FediverseServer, name: string, change: JsonObject = {}): RogueActor => {
    const uri = `${server.origin}/c/${name}`;
    return server.actor(`/c/${name}`, {
      type: 'Group',
      preferredUsername: name,
      name: 'Road works',
      summary: '<p>Everything about <em>roads</em>.</p>\n',
      source: { content: 'Everything about *roads*.', mediaType: 'text/markdown' },
      sensitive: false,
      followers: `${uri}/followers`,
      attributedTo: `${uri}/moderators`,
      featured: `${uri}/featured`,
      postingRestrictedToMods: false,
      language: [
        { identifier: 'en', name: 'English' },
        { identifier: 'nl', name: 'Nederlands' },
      ],
      published: '2024-02-01T09:00:00.000000Z',
      ...change,
    });
  },
  page: (author: RogueActor, group: string, id: string, change: JsonObject = {}): JsonObject => ({
    type: 'Page',
    id,
    attributedTo: author.uri,
    to: [group, everybody],
    cc: [],
    audience: group,
    name: 'Which machine for edge lines?',
    content: '<p>We look for a <strong>small</strong> one.</p>\n',
    mediaType: 'text/html',
    source: { content: 'We look for a **small** one.', mediaType: 'text/markdown' },
    attachment: [{ href: 'https://example.org/machines', mediaType: 'text/html; charset=utf-8', type: 'Link' }],
    sensitive: false,
    published: '2026-05-04T08:15:00.123456Z',
    language: { identifier: 'en', name: 'English' },
    tag: [{ href: `${id}`, name: '#roads', type: 'Hashtag' }],
    ...change,
  }),
  note: (author: RogueActor, group: string, id: string, parent: string, change: JsonObject = {}): JsonObject => ({
    type: 'Note',
    id,
    attributedTo: author.uri,
    to: [everybody],
    cc: [group, author.uri],
    audience: group,
    content: '<p>Ours is ten years old.</p>\n',
    inReplyTo: parent,
    mediaType: 'text/html',
    source: { content: 'Ours is ten years old.', mediaType: 'text/markdown' },
    published: '2026-05-04T09:00:00.000000Z',
    tag: [{ href: author.uri, type: 'Mention', name: '@somebody' }],
    distinguished: false,
    language: { identifier: 'und', name: 'Undetermined' },
    attachment: [],
    ...change,
  }),
  activity: (server: FediverseServer, type: string, actor: RogueActor, change: JsonObject): JsonObject => ({
    '@context': lemmyContext,
    id: server.rogue.id(`/activities/${type.toLowerCase()}`),
    type,
    actor: actor.uri,
    to: [everybody],
    ...change,
  }),
  announce: (server: FediverseServer, group: RogueActor, object: JsonObject | string): JsonObject => ({
    '@context': lemmyContext,
    id: server.rogue.id('/activities/announce'),
    type: 'Announce',
    actor: group.uri,
    to: [everybody],
    cc: [`${group.uri}/followers`],
    object,
  }),
};

/** Documents as Mastodon writes them, with its Linked Data signature, which is not for us. */
export const mastodon = {
  person: (server: FediverseServer, name: string): RogueActor => {
    const uri = `${server.origin}/users/${name}`;
    return server.actor(`/users/${name}`, {
      type: 'Person',
      preferredUsername: name,
      name: 'Femke de Boer',
      summary: '<p>Civil servant</p>',
      url: `${server.origin}/@${name}`,
      followers: `${uri}/followers`,
      following: `${uri}/following`,
      featured: `${uri}/collections/featured`,
      manuallyApprovesFollowers: false,
      discoverable: true,
      attachment: [{ type: 'PropertyValue', name: 'Works at', value: 'A ministry' }],
      tag: [],
    });
  },
  follow: (server: FediverseServer, person: RogueActor, group: string): JsonObject => ({
    id: server.rogue.id(''),
    type: 'Follow',
    actor: person.uri,
    object: group,
  }),
  note: (author: RogueActor, id: string, change: JsonObject = {}): JsonObject => ({
    id,
    type: 'Note',
    summary: null,
    inReplyTo: null,
    published: '2026-05-05T10:00:00Z',
    url: id,
    attributedTo: author.uri,
    to: [everybody],
    cc: [`${author.uri}/followers`],
    sensitive: false,
    atomUri: id,
    inReplyToAtomUri: null,
    conversation: 'tag:social.example,2026-05-05:objectId=1:objectType=Conversation',
    content: '<p>Good morning</p>',
    contentMap: { nl: '<p>Good morning</p>' },
    attachment: [],
    tag: [],
    replies: { id: `${id}/replies`, type: 'Collection', first: { type: 'CollectionPage', items: [] } },
    ...change,
  }),
  create: (author: RogueActor, note: JsonObject): JsonObject => ({
    '@context': [
      activityStreams,
      { ostatus: 'http://ostatus.org#', atomUri: 'ostatus:atomUri', sensitive: 'as:sensitive' },
    ],
    id: `${note.id}/activity`,
    type: 'Create',
    actor: author.uri,
    published: note.published ?? null,
    to: note.to ?? null,
    cc: note.cc ?? null,
    object: note,
    signature: {
      type: 'RsaSignature2017',
      creator: `${author.uri}#main-key`,
      created: '2026-05-05T10:00:00Z',
      signatureValue: 'bm90IGZvciB1cw==',
    },
  }),
};

/** Documents as NodeBB writes them. */
export const nodebb = {
  person: (server: FediverseServer, uid: number, name: string): RogueActor =>
    server.actor(`/uid/${uid}`, {
      type: 'Person',
      preferredUsername: name,
      name,
      url: `${server.origin}/user/${name}`,
      followers: `${server.origin}/uid/${uid}/followers`,
      following: `${server.origin}/uid/${uid}/following`,
    }),
  category: (server: FediverseServer, cid: number, name: string): RogueActor =>
    server.actor(`/category/${cid}`, {
      type: 'Group',
      preferredUsername: name.toLowerCase().replaceAll(' ', '-'),
      name,
      summary: '',
      url: `${server.origin}/category/${cid}/${name}`,
      followers: `${server.origin}/category/${cid}/followers`,
    }),
  post: (server: FediverseServer, author: RogueActor, pid: number, change: JsonObject = {}): JsonObject => ({
    id: `${server.origin}/post/${pid}`,
    type: 'Note',
    to: [everybody],
    cc: [`${author.uri}/followers`],
    inReplyTo: null,
    published: '2026-05-06T07:00:00.000Z',
    updated: null,
    url: `${server.origin}/post/${pid}`,
    attributedTo: author.uri,
    context: `${server.origin}/topic/7`,
    summary: null,
    name: 'Salt in spring',
    preview: null,
    content: '<p>We have some left.</p>\n',
    source: { content: 'We have some left.', mediaType: 'text/markdown' },
    tag: [],
    attachment: [],
    ...change,
  }),
  create: (author: RogueActor, post: JsonObject): JsonObject => ({
    '@context': activityStreams,
    id: `${post.id}#activity/create/${Date.now()}`,
    type: 'Create',
    actor: author.uri,
    to: post.to ?? null,
    cc: post.cc ?? null,
    object: post,
  }),
  /** Every delivery of it makes an id of its own. */
  announce: (server: FediverseServer, category: RogueActor, object: JsonObject, number: number): JsonObject => ({
    '@context': activityStreams,
    id: `${server.origin}/post/${number}#activity/announce/${server.rogue.id('').split('/').at(-1)}`,
    type: 'Announce',
    actor: category.uri,
    to: [`${category.uri}/followers`],
    cc: [everybody],
    object,
  }),
};
