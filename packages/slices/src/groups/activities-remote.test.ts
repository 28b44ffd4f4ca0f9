import type { JsonObject } from '@joinery/core';
import { describe, expect, test } from 'vitest';
import { openNode } from '../../../../test/harness/two-nodes.ts';
import { rememberRemoteGroup } from './activities-remote.ts';
import { groupById, membersPerNode } from './store.ts';

const at = (instant = '2026-11-21T10:00:00.000Z') => ({ fetchedAt: instant, verified: 'origin' as const });
const home = 'https://forum.example';

/** Documents in the shapes that other software emits, written by us. */
const shapes: [string, JsonObject, Record<string, unknown>][] = [
  [
    'Lemmy',
    {
      id: `${home}/c/roads`,
      type: 'Group',
      preferredUsername: 'roads',
      name: 'Roads',
      summary: '<p>About roads</p><script>x</script>',
      source: { content: 'About **roads**', mediaType: 'text/markdown' },
      inbox: `${home}/c/roads/inbox`,
      followers: `${home}/c/roads/followers`,
      attributedTo: `${home}/c/roads/moderators`,
      featured: `${home}/c/roads/featured`,
      postingRestrictedToMods: false,
      endpoints: { sharedInbox: `${home}/inbox` },
      tag: null,
    },
    {
      handle: 'roads',
      name: 'Roads',
      summary: 'About **roads**',
      joining: 'open',
      joins_by: 'Follow',
      moderators_uri: `${home}/c/roads/moderators`,
      shared_inbox: `${home}/inbox`,
    },
  ],
  [
    'NodeBB',
    {
      id: `${home}/category/2`,
      type: 'Group',
      name: 'General',
      preferredUsername: 'general',
      summary: '<p>Talk</p>\n<hr/>',
      inbox: `${home}/category/2/inbox`,
    },
    { handle: 'general', summary: 'Talk', followers_uri: null },
  ],
  [
    'Mobilizon',
    {
      id: `${home}/@atelier`,
      type: 'Group',
      preferredUsername: 'atelier',
      name: 'Atelier',
      openness: 'invite_only',
      memberCount: 7,
      manuallyApprovesFollowers: false,
    },
    { joining: 'invited', member_count: 7 },
  ],
  [
    'PeerTube',
    {
      id: `${home}/video-channels/c`,
      type: 'Group',
      preferredUsername: 'c',
      name: 'Channel',
      attributedTo: [{ type: 'Person', id: `${home}/accounts/a` }],
    },
    { moderators_uri: null },
  ],
  [
    'GNU social',
    {
      id: `${home}/actor/21`,
      type: 'Group',
      streams: [],
      preferredUsername: 'hackers',
      name: 'Hackers!',
      published: '2022-02-23T21:54:52+00:00',
    },
    { handle: 'hackers', reading: 'partners' },
  ],
  [
    'WordPress',
    {
      id: `${home}/?author=0`,
      type: ['Group'],
      preferredUsername: 'blog',
      moderators: `${home}/wp-json/moderators`,
      postingRestrictedToMods: true,
    },
    { name: 'blog', moderators_uri: `${home}/wp-json/moderators`, archived_at: null },
  ],
  ['nothing but an id', { id: `${home}/g/9`, type: 'Group' }, { handle: '9', name: '9', listed: 1 }],
];

describe('groups of other nodes', () => {
  test.each(shapes)('a document of %s is understood', async (_name, document, expected) => {
    await using node = await openNode('sqlite');
    const id = await node.act((work) => rememberRemoteGroup(work, document, at()));
    expect(await groupById(node.context.db.reader, id)).toMatchObject({
      local: 0,
      home,
      uri: document.id,
      ...expected,
    });
  });

  test('addresses on other nodes, claims to be ours, and what is no group are not believed', async () => {
    await using node = await openNode('sqlite');
    const save = (document: JsonObject) => node.act((work) => rememberRemoteGroup(work, document, at()));
    const elsewhere = {
      inbox: 'https://victim.example/inbox',
      followers: 'https://victim.example/f',
      outbox: 'javascript:x',
      endpoints: { sharedInbox: 'https://victim.example/inbox' },
      attributedTo: 'https://victim.example/m',
    };
    const id = await save({
      id: `${home}/g/1`,
      type: 'Group',
      ...elsewhere,
      'joinery:agency': { id: 'https://victim.example/agency', name: 'Tax Office' },
    });
    expect(await groupById(node.context.db.reader, id)).toMatchObject({
      inbox: null,
      shared_inbox: null,
      outbox_uri: null,
      followers_uri: null,
      moderators_uri: null,
      agency: null,
    });
    await expect(save({ id: `${node.origin}/groups/1`, type: 'Group' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(save({ id: `${home}/p/1`, type: 'Person' })).rejects.toMatchObject({ code: 'bad_request' });
    await expect(save({ type: 'Group' })).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('an older or unchecked document changes nothing', async () => {
    await using node = await openNode('sqlite');
    const document = { id: `${home}/g/1`, type: 'Group', name: 'Old' };
    const id = await node.act((work) => rememberRemoteGroup(work, document, at()));
    await node.act((work) => rememberRemoteGroup(work, { ...document, name: 'Older' }, at('2026-11-20T10:00:00.000Z')));
    await node.act((work) =>
      rememberRemoteGroup(
        work,
        { ...document, name: 'Forged' },
        { fetchedAt: '2026-11-22T10:00:00.000Z', verified: 'unchecked' },
      ),
    );
    expect((await groupById(node.context.db.reader, id))?.name).toBe('Old');
    await node.act((work) => rememberRemoteGroup(work, { ...document, name: 'New' }, at('2026-11-22T10:00:00.000Z')));
    expect((await groupById(node.context.db.reader, id))?.name).toBe('New');
  });

  test('a closed group never becomes one that others may read: it is withheld until its host calls it closed again', async () => {
    await using node = await openNode('sqlite');
    const { reader } = node.context.db;
    const document = { id: `${home}/g/1`, type: 'Group', 'joinery:joining': 'request' };
    const say = (reading: string | undefined, instant: string) =>
      node.act((work) =>
        rememberRemoteGroup(
          work,
          { ...document, ...(reading === undefined ? {} : { 'joinery:reading': reading }) },
          at(instant),
        ),
      );
    const id = await say('members', '2026-11-21T10:00:00.000Z');
    for (const [minute, reading] of ['partners', 'web', undefined, 'nonsense'].entries()) {
      await say(reading, `2026-11-21T10:0${minute + 1}:00.000Z`);
      const group = await groupById(reader, id);
      expect(group).toMatchObject({
        ...{ reading: 'members', opened_at: expect.any(String), withheld_at: expect.any(String) },
      });
    }
    await say('members', '2026-11-21T11:00:00.000Z');
    // Shown again when the members are confirmed.
    expect(await groupById(reader, id)).toMatchObject({ opened_at: null, withheld_at: expect.any(String) });
  });

  test('nonsense among the members per node is left out', async () => {
    await using node = await openNode('sqlite');
    const document = { id: `${home}/g/1`, type: 'Group' };
    const id = await node.act((work) => rememberRemoteGroup(work, document, at()));
    const nodes = [
      { origin: 'https://a.example', agency: 'A', members: 3 },
      { origin: 'https://A.example:443/', members: 4 },
      { origin: 'x', members: 1 },
      { origin: 'https://b.example', members: -1 },
      7,
      null,
    ];
    const update = {
      id: `${home}/u/1`,
      type: 'Update',
      actor: `${home}/g/1`,
      object: { ...document, 'joinery:nodes': nodes },
    };
    expect(await node.receive(update)).toBe('applied');
    const group = await groupById(node.context.db.reader, id);
    expect(await membersPerNode(node.context.db.reader, group ?? { id, local: 0 })).toMatchObject([
      { origin: 'https://a.example', agency: 'a.example', members: 4 },
    ]);
  });
});
