import { type ActivityDocument, isObject, type Json, type JsonObject, originOf, transact } from '@joinery/core';
import { type GroupRow, groupByUri } from '@joinery/slices/groups';
import { postByUri } from '@joinery/slices/posts';
import { rememberDocument } from '../../packages/federation/src/fetch.ts';
import { settleAll } from '../../packages/federation/src/inbox.ts';
import { decideAs } from '../../packages/federation/src/trust/testing.ts';
import { type Arrived, prepare } from '../../packages/federation/src/unwrap.ts';
import type { TestNode } from '../harness/node.ts';
import { by, ledger } from './world.ts';

const context = 'https://www.w3.org/ns/activitystreams';

/** The address in a member: the text itself, or the id of what is embedded; of a list the first. */
export function addressIn(value: Json | undefined): string {
  const one = Array.isArray(value) ? value[0] : value;
  const address = isObject(one) ? one.id : one;
  return typeof address === 'string' ? address : '';
}

/** Everything below guard and signature of one node: documents are taken as if their origin had signed them, and nothing is fetched. */
export type Below = {
  node: TestNode;
  allow: (origins: Iterable<string>) => Promise<void>;
  /** Applies one activity. @returns its row in the ledger */
  apply: (activity: JsonObject) => Promise<{ state: string; code: string | null } | undefined>;
  /** Makes somebody known, or a group. */
  know: (uri: string, type?: 'Person' | 'Group', change?: JsonObject) => Promise<string>;
  group: (uri: string) => Promise<GroupRow>;
  /** A group elsewhere announces an activity or an object. */
  announce: (group: string, object: JsonObject | string) => ReturnType<Below['apply']>;
  /** A topic of somebody elsewhere, in a group elsewhere. */
  topic: (uri: string, author: string, group: string) => Promise<void>;
  post: (uri: string) => ReturnType<typeof postByUri>;
};

export function below(node: TestNode): Below {
  const { bridge } = node.federation;
  const allowed = new Set<string>();
  let number = 0;
  const tools: Below = {
    node,
    allow: async (origins) => {
      const fresh = [...new Set(origins)].filter((origin) => !allowed.has(origin));
      for (const origin of fresh) allowed.add(origin);
      await transact(node.context, by, async (work) => {
        for (const origin of fresh) {
          const fields = { agency: `Agency ${allowed.size}` };
          await decideAs(work, 'allow', { origin, fields, by: 'test', reason: 'test' });
        }
      });
      await bridge.trust.refresh();
    },
    apply: async (activity) => {
      const actor = addressIn(activity.actor);
      const origin = originOf(actor) ?? '';
      const { signature: _, ...rest } = activity;
      const document: ActivityDocument = { '@context': context, ...rest };
      const arrived: Arrived = {
        activity: document,
        text: JSON.stringify(document),
        actor,
        origin,
        verified: 'signature',
      };
      const item = await prepare(bridge, node.context.db.reader, arrived);
      await settleAll(bridge, [item], { fetched: true });
      return ledger(node, item.id);
    },
    know: async (uri, type = 'Person', change = {}) => {
      const document = {
        '@context': context,
        id: uri,
        type,
        inbox: `${uri}/inbox`,
        ...(type === 'Group'
          ? { attributedTo: `${uri}/moderators`, followers: `${uri}/followers`, featured: `${uri}/featured` }
          : {}),
        ...change,
      };
      return (await rememberDocument(bridge, document))?.id ?? '';
    },
    group: async (uri) => {
      const group = await groupByUri(node.context.db.reader, uri);
      if (!group) throw new Error(`${uri} is not known as a group`);
      return group;
    },
    announce: (group, object) => {
      const id = `${originOf(group)}/announces/${++number}`;
      return tools.apply({ id, type: 'Announce', actor: group, to: [`${context}#Public`], object });
    },
    topic: async (uri, author, group) => {
      await tools.know(author);
      const post = {
        type: 'Page',
        id: uri,
        attributedTo: author,
        audience: group,
        name: 'A topic',
        content: '<p>Text</p>',
      };
      await tools.announce(group, { id: `${uri}/create`, type: 'Create', actor: author, object: post });
    },
    post: (uri) => postByUri(node.context.db.reader, uri),
  };
  return tools;
}
