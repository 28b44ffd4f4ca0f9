import { type JsonObject, originOf, transact } from '@joinery/core';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { expect } from 'vitest';
import { guardActivity } from '../../packages/federation/src/guard.ts';
import type { TestPerson } from '../harness/node.ts';
import { addressIn, type Below } from './apply.ts';
import { moved, objectIn, originsIn, replaySteps } from './replay-steps.ts';
import { by } from './world.ts';

/** By the name of a case: what becomes of its document. */
export function replayCases(tools: Below, bob: TestPerson): Record<string, (document: JsonObject) => Promise<unknown>> {
  const { node } = tools;
  const {
    reader,
    standing,
    openOurs,
    decision,
    decisionHere,
    membership,
    groupShown,
    topicShown,
    answered,
    history,
    reads,
  } = replaySteps(tools, bob);
  return {
    'lemmy-group-actor': async (document) =>
      expect(await groupShown(document)).toMatchObject({
        joining: 'open',
        moderators_uri: document.attributedTo,
        name: document.name,
      }),
    'lemmy-page': async (document) => {
      const shown = await topicShown(document);
      expect(shown).toMatchObject({ title: document.name, context: document.context });
      const [link] = Array.isArray(document.attachment) ? document.attachment : [];
      expect(shown.content).toContain(objectIn(link).href);
    },
    'lemmy-announce-create': async (document) => {
      await tools.allow(originsIn(document));
      const [group, inner] = [addressIn(document.actor), objectIn(document.object)];
      await tools.know(group, 'Group');
      await tools.know(addressIn(inner.actor));
      await tools.apply(document);
      const page = objectIn(inner.object);
      expect(await tools.post(addressIn(page.id))).toMatchObject({
        title: page.name,
        group_id: (await tools.group(group)).id,
      });
    },
    'lemmy-lock': async (document) => {
      await decision(document, 'locked_at');
      expect((await tools.post(addressIn(document.object)))?.locked_at).toEqual(expect.any(String));
      await decisionHere(document, 'locking', 'locked_at');
    },
    'lemmy-undo-lock': (document) => {
      const undone = objectIn(document.object);
      // In a place of its own, so that the case does not depend on the one before.
      const elsewhere = moved(document, addressIn(undone.object), `${addressIn(undone.object)}/undone`);
      return decision(elsewhere, 'locked_at', objectIn(elsewhere.object));
    },
    'lemmy-add-mod': async (document) => {
      const [group, who] = [addressIn(document.cc), addressIn(document.object)];
      expect(await standing(await membership(document, group, who), who)).toMatchObject({ role: 'facilitator' });
    },
    'lemmy-remove-mod': async (document) => {
      const [group, who] = [addressIn(document.cc), addressIn(document.object)];
      await tools.allow(originsIn(document));
      await tools.know(group, 'Group');
      await tools.know(who);
      await tools.announce(group, { ...document, id: `${addressIn(document.id)}/add`, type: 'Add' });
      expect(await standing(await membership(document, group, who), who)).toMatchObject({ role: 'member' });
    },
    'lemmy-feature': (document) => decision(document, 'pinned_at'),
    'lemmy-ban': async (document) => {
      // The end of this ban has passed; the same one for longer holds.
      const group = addressIn(document.target);
      await tools.allow(originsIn(document));
      await tools.know(group, 'Group');
      await tools.know(addressIn(document.object));
      expect(await tools.announce(group, document)).toMatchObject({ state: 'ignored' });
      const longer = { ...document, endTime: '2099-01-01T00:00:00Z' };
      const row = await membership(longer, group, addressIn(document.object));
      expect(await standing(row, addressIn(document.object))).toMatchObject({
        state: 'banned',
        reason: document.summary,
      });
    },
    'lemmy-undo-ban': async (document) => {
      const block = { ...objectIn(document.object), endTime: '2099-01-01T00:00:00Z' };
      const [group, who] = [addressIn(objectIn(document.object).target), addressIn(objectIn(document.object).object)];
      await membership({ ...block, id: `${addressIn(document.id)}/block` }, group, who);
      expect(await standing(await membership(document, group, who), who)).toMatchObject({ state: 'none' });
    },
    'lemmy-mod-remove': async (document) => {
      await decision(document, 'removed_at');
      expect(await tools.post(addressIn(document.object))).toMatchObject({
        removed_reason: document.summary,
        deleted_at: null,
      });
    },
    'lemmy-undo-remove': (document) => {
      const uri = addressIn(objectIn(document.object).object);
      const elsewhere = moved(document, uri, `${uri}/undone`);
      return decision(elsewhere, 'removed_at', objectIn(elsewhere.object));
    },
    'lemmy-author-delete': async (document) => {
      const [uri, author] = [addressIn(document.object), addressIn(document.actor)];
      await tools.allow(originsIn(document));
      await tools.know(addressIn(document.cc), 'Group');
      await tools.topic(uri, author, addressIn(document.cc));
      // On the group's word alone it is only hidden; by its author it is deleted.
      await tools.announce(addressIn(document.cc), document);
      expect(await tools.post(uri)).toMatchObject({ removed_at: expect.any(String), deleted_at: null });
      expect(await tools.apply(document)).toMatchObject({ state: 'applied' });
      expect(await tools.post(uri)).toMatchObject({ deleted_at: expect.any(String) });
    },
    'lemmy-report': async (document) => {
      const group = await openOurs('reported');
      const post = await transact(node.context, by, (work) =>
        createTopic(work, { group: group.id, author: bob.id, title: 'Ours', ...markdownText('Text') }),
      );
      await tools.allow(originsIn(document));
      await tools.know(addressIn(document.actor));
      expect(await tools.apply(moved(document, addressIn(document.object), post.uri))).toMatchObject({
        state: 'applied',
      });
      const reports = await reader().selectFrom('post_report').selectAll().where('post_id', '=', post.id).execute();
      expect(reports).toMatchObject([{ reason: document.summary, reporter_id: null }]);
    },
    'lemmy-vote': async (document) => {
      await tools.allow(originsIn(document));
      const [uri, group] = [addressIn(document.object), `${originOf(addressIn(document.object))}/groups/votes`];
      await tools.know(group, 'Group');
      await tools.topic(`${uri}/voted`, `${originOf(uri)}/authors/1`, group);
      await tools.know(addressIn(document.actor));
      expect(await tools.announce(group, moved(document, uri, `${uri}/voted`))).toMatchObject({ state: 'applied' });
      expect(await tools.post(`${uri}/voted`)).toMatchObject({ likes: 1 });
    },
    'lemmy-follow': async (document) => {
      const group = await openOurs('followed');
      await tools.allow(originsIn(document));
      await tools.know(addressIn(document.actor));
      expect(await tools.apply(moved(document, addressIn(document.object), group.uri))).toMatchObject({
        state: 'applied',
      });
      expect(await standing(group, addressIn(document.actor))).toMatchObject({ state: 'member', following: 1 });
    },
    'lemmy-followers': async (document) => {
      const before = await reader().selectFrom('group_member').selectAll().execute();
      await reads(document);
      expect(await reader().selectFrom('group_member').selectAll().execute()).toEqual(before);
    },
    'lemmy-outbox': history,
    'piefed-outbox': history,
    'lemmy-moderators': reads,
    'nodebb-article-preview': async (document) => {
      const { title, content } = await topicShown(document);
      expect(title).toBe(document.name);
      expect(content.length).toBeGreaterThan(100);
      const preview = objectIn(document.preview).content;
      expect(preview === undefined || content !== preview).toBe(true);
    },
    'piefed-group': async (document) =>
      expect(await groupShown(document)).toMatchObject({ moderators_uri: document.attributedTo, name: document.name }),
    'wordpress-announce-update': async (document) => {
      const inner = objectIn(document.object);
      const [group, article] = [addressIn(document.actor), objectIn(inner.object)];
      const elsewhere = moved(
        moved(document, group, 'https://announcer.example/group'),
        addressIn(document.id),
        'https://announcer.example/a/1',
      );
      await tools.allow([...originsIn(document), 'https://announcer.example']);
      for (const uri of [group, 'https://announcer.example/group']) await tools.know(uri, 'Group');
      await tools.topic(addressIn(article.id), addressIn(inner.actor), 'https://announcer.example/group');
      await transact(node.context, by, (work) =>
        work.db.updateTable('post').set({ verified: 'origin' }).where('uri', '=', addressIn(article.id)).execute(),
      );
      await tools.apply(elsewhere);
      expect(await tools.post(addressIn(article.id))).toMatchObject({ title: 'A topic', revision: 1 });
    },
    'peertube-channel': groupShown,
    'mobilizon-group': groupShown,
    'gnusocial-group': groupShown,
    'friendica-page': async (document) => expect(await topicShown(document)).toMatchObject({ title: document.name }),
    ...Object.fromEntries(['lemmy-accept', 'mbin-accept', 'mitra-accept'].map((name) => [name, answered])),
    ...Object.fromEntries(
      ['lemmy-report-resolve', 'lemmy-warn', 'lemmy-downvote'].map((name) => [
        name,
        async (document: JsonObject) => {
          await tools.allow(originsIn(document));
          await tools.know(addressIn(document.actor));
          expect(await tools.apply(document)).toMatchObject({ state: 'ignored' });
        },
      ]),
    ),
    // A Linked Data Signature is neither believed nor a reason to refuse: right or wrong, the guard hands on the same.
    ...Object.fromEntries(
      ['POS-ldsig', 'NEG-ldsig-tampered'].map((name) => [
        name,
        async (document: JsonObject) => {
          const headers = new Map([
            ['content-type', 'application/activity+json'],
            [
              'signature',
              `keyId="${addressIn(document.actor)}#main-key",headers="(request-target) host date digest",signature="AAAA"`,
            ],
          ]);
          const guarded = guardActivity({ get: (header) => headers.get(header) ?? null }, JSON.stringify(document), {
            mayReceive: () => ({ allowed: true, reason: 'allowed' }),
          });
          expect(document).toHaveProperty('signature');
          expect(guarded).toMatchObject({ ok: true, activity: { id: document.id } });
          expect(guarded.ok && guarded.activity).not.toHaveProperty('signature');
        },
      ]),
    ),
  };
}
