import {
  accountById,
  accountOfToken,
  administrators,
  type Context,
  classifyGroup,
  disableAccount,
  endSessions,
  federationOfficers,
  passwordFits,
  readSignInLink,
  removePassword,
  revokeToken,
  secondStepOf,
  sessionHolds,
  setRoles,
  turnSecondStepOff,
} from '@joinery/core';
import { fileById, mayReadFile, removeFile } from '@joinery/slices/files';
import {
  ban,
  declineInvitation,
  isMember,
  membershipOf,
  removeMember,
  setAutomaticRules,
  setRole,
  updateGroup,
} from '@joinery/slices/groups';
import { deletePerson, personById } from '@joinery/slices/people';
import { currentRevision, deletePost, editPost, markdownText, postById, removeFromGroup } from '@joinery/slices/posts';
import { refuseIntroduced } from '../../packages/federation/src/trust/introduced/store.ts';
import { decideAs, type PartnerFields } from '../../packages/federation/src/trust/testing.ts';
import { trustListOf } from '../../packages/federation/src/trust/trust.ts';
import { listedGroups } from '../../packages/slices/src/groups/lists.ts';
import { decide } from '../../packages/slices/src/notifications/decide.ts';
import { mutesOf, putMute } from '../../packages/slices/src/notifications/mutes.ts';
import { answerRequest, waitingRequests } from '../../packages/slices/src/registration/requests.ts';
import { admits, changeSettings, settingsOf } from '../../packages/slices/src/registration/settings.ts';
import { passkeysOf } from '../../packages/slices/src/sign-in/passkeys/passkeys.ts';
import { setLive } from '../../packages/slices/src/sign-in/providers.ts';
import { admit, unlink } from '../../packages/slices/src/sign-in/sign-in.ts';
import { identitiesOfAccount, liveProviders, providerById } from '../../packages/slices/src/sign-in/store.ts';
import type { ProviderRow } from '../../packages/slices/src/sign-in/tables.ts';
import {
  act,
  introduction,
  type Name,
  opens,
  originOf,
  password,
  type Rights,
  vouchedFor,
  wouldJoin,
} from './restore-rights-world.ts';

/** A kind of right: whether it holds at a node, and how somebody ends it. */
type Right = {
  holds: (context: Context, world: Rights) => Promise<boolean>;
  withdraw: (context: Context, world: Rights) => Promise<unknown>;
  /** Ends with every restore, whatever is decided. */
  endsAnyhow?: true;
};

const comesIn =
  (name: Name): Right['holds'] =>
  async (context, { provider }) => {
    const row = (await providerById(context.db.reader, provider)) as ProviderRow;
    return (await admit(context, row, vouchedFor(name), `state ${Math.random()}`, 'en')).admitted;
  };
const unlinks =
  (name: Name): Right['withdraw'] =>
  (context, { accounts }) =>
    act(context, async (work) => {
      for (const identity of await identitiesOfAccount(work.db, accounts[name])) await unlink(work, identity);
    });
/** Whether an agreement allows open groups, or one group, to be read there. */
const allows =
  (name: string, labelled = false): Right['holds'] =>
  async (context, { groups }) => {
    await trustListOf(context).refresh();
    const group = labelled ? groups.labelled : undefined;
    return context.ports.trust.mayFederate(originOf(name), 'open-groups', 'out', group).allowed;
  };
const decides =
  (what: 'suspend' | 'block' | 'change', name: string, fields: PartnerFields = {}): Right['withdraw'] =>
  (context) =>
    act(context, (work) => decideAs(work, what, { origin: originOf(name), fields, by: 'test', reason: 'x' }));
const isIn =
  (group: 'closed' | 'open', name: Name): Right['holds'] =>
  async ({ db }, { groups, ids }) =>
    isMember(await membershipOf(db.reader, groups[group], ids[name]));
const isMailed =
  (name: Name): Right['holds'] =>
  async ({ db }, { ids }) =>
    decide(await mutesOf(db.reader, ids[name]), { kind: 'reply', group: null, topic: null }).mail;
const reads =
  (post: keyof Rights['posts'], name: Name | null): Right['holds'] =>
  async ({ db, slices }, { posts, ids }) => {
    const kind = slices.flatMap(({ objects = [] }) => objects).find(({ path }) => path === 'posts');
    const object = await kind?.load(db.reader, { id: posts[post] });
    if (!kind || !object || (await isDeleted(db.reader, posts[post]))) return false;
    const person = name && { kind: 'person' as const, person: ids[name], administrator: false, guest: false };
    return kind.mayRead(db.reader, person ?? { kind: 'nobody' }, object);
  };
const isDeleted = async (db: Context['db']['reader'], post: string) =>
  (await db.selectFrom('post').select('deleted_at').where('id', '=', post).executeTakeFirst())?.deleted_at !== null;

const file = (which: 'file' | 'openFile', name: Name): Right => ({
  holds: async (context, world) => {
    const row = await fileById(context.db.reader, world[which]);
    const person = { kind: 'person' as const, person: world.ids[name], administrator: false, guest: false };
    return row !== undefined && mayReadFile(context, context.db.reader, person, row);
  },
  withdraw: (context, world) =>
    act(context, async (work) => {
      const row = await fileById(work.db, world[which]);
      if (row) await removeFile(work, row);
    }),
});

/** Every kind of right that somebody can withdraw. */
export const rights: Record<string, Right> = {
  'a password': {
    holds: async (context, { accounts }) => {
      const hash = (await accountById(context.db.reader, accounts.pat))?.password_hash ?? null;
      return (await passwordFits(password, hash)) && (await opensAccount(context, accounts.pat));
    },
    withdraw: (context, { accounts }) => act(context, (work) => removePassword(work, accounts.pat)),
  },
  'a code': {
    holds: async (context, { accounts }) =>
      (await secondStepOf(context.db.reader, accounts.cody)) !== null && opensAccount(context, accounts.cody),
    withdraw: (context, { accounts }) => act(context, (work) => turnSecondStepOff(work, accounts.cody)),
  },
  'a passkey': {
    holds: async (context, { accounts }) =>
      (await passkeysOf(context.db.reader, accounts.kay)).length > 0 && opensAccount(context, accounts.kay),
    withdraw: (context, { accounts }) =>
      act(context, (work) => work.db.deleteFrom('sign_in_passkey').where('account_id', '=', accounts.kay).execute()),
  },
  'a link with a provider beside a password': { holds: comesIn('ida'), withdraw: unlinks('ida') },
  'a link with a provider without a password': { holds: comesIn('ivy'), withdraw: unlinks('ivy') },
  'a session': {
    holds: (context, { session }) => sessionHolds(context, session),
    withdraw: (context, { accounts }) => act(context, (work) => endSessions(work, accounts.sef)),
    endsAnyhow: true,
  },
  'a token': {
    holds: async (context, { token }) => (await accountOfToken(context, token)) !== undefined,
    withdraw: (context, { accounts, token }) =>
      act(context, (work) => revokeToken(work, accounts.sef, token.split('_')[1] ?? '')),
    endsAnyhow: true,
  },
  'a one-time link': {
    holds: ({ db, clock }, { signInLink }) =>
      readSignInLink(db.reader, signInLink, clock.now().toISOString()).then(
        () => true,
        () => false,
      ),
    withdraw: (context) => act(context, (work) => work.db.deleteFrom('sign_in_link').execute()),
    endsAnyhow: true,
  },
  'an invitation': {
    holds: async ({ db }, { groups, ids }) =>
      (await membershipOf(db.reader, groups.closed, ids.new))?.state === 'invited',
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => declineInvitation(work, { group: groups.closed, person: ids.new })),
  },
  'a guest': {
    holds: (context, { ids }) => opens(context, ids.gus),
    withdraw: (context, { accounts }) => act(context, (work) => disableAccount(work, accounts.gus)),
  },
  'somebody who answers for a guest': {
    holds: async ({ db }, { ids }) => (await personById(db.reader, ids.gus))?.guest_sponsor === ids.olga,
    withdraw: (context, { ids }) =>
      act(context, (work) =>
        work.db.updateTable('person').set({ guest_sponsor: null }).where('id', '=', ids.gus).execute(),
      ),
  },
  'a registration that waits': {
    holds: async ({ db }, { waiting }) => (await waitingRequests(db.reader, 50)).some(({ id }) => id === waiting),
    withdraw: (context, { ids, waiting }) => answerRequest(context, ids.ada, waiting, false, 'Not ours'),
  },
  'registration by mail domain': {
    holds: async ({ db }) =>
      admits(await settingsOf(db.reader), { email: 'a@council.example', domain: 'council.example' }) === 'at_once',
    withdraw: (context, { ids }) => act(context, (work) => changeSettings(work, { mode: 'off', domains: [] }, ids.ada)),
  },
  'the role of an administrator': {
    holds: async ({ db }, { ids }) => (await administrators(db.reader)).includes(ids.olga),
    withdraw: (context, { accounts }) =>
      act(context, (work) => setRoles(work, accounts.olga, { administrator: false })),
  },
  'the role of a federation officer': {
    holds: async ({ db }, { ids }) => (await federationOfficers(db.reader)).includes(ids.olga),
    withdraw: (context, { accounts }) =>
      act(context, (work) => setRoles(work, accounts.olga, { federationOfficer: false })),
  },
  'an account that was disabled': {
    holds: (context, { ids }) => opens(context, ids.dis),
    withdraw: (context, { accounts }) => act(context, (work) => disableAccount(work, accounts.dis)),
  },
  'an account whose person was deleted': {
    holds: async (context, { ids }) =>
      (await personById(context.db.reader, ids.del))?.deleted_at === null && (await opens(context, ids.del)),
    withdraw: (context, { ids }) => act(context, (work) => deletePerson(work, ids.del)),
  },
  'membership of a closed group': {
    holds: isIn('closed', 'mem'),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => removeMember(work, { group: groups.closed, person: ids.mem, by: ids.ada })),
  },
  'membership of an open group': {
    holds: isIn('open', 'mem'),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => removeMember(work, { group: groups.open, person: ids.mem, by: ids.ada })),
  },
  'coming into an open group, of a member who was banned': {
    holds: (context, { groups, ids }) => wouldJoin(context, groups.open, ids.out),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => ban(work, { group: groups.open, person: ids.out, by: ids.ada, until: null })),
  },
  'coming into an open group, of somebody else who was banned': {
    holds: (context, { groups, ids }) => wouldJoin(context, groups.open, ids.sef),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => ban(work, { group: groups.open, person: ids.sef, by: ids.ada, until: null })),
  },
  'running a group': {
    holds: async ({ db }, { groups, ids }) =>
      (await membershipOf(db.reader, groups.request, ids.fac))?.role === 'facilitator',
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => setRole(work, { group: groups.request, person: ids.fac, by: ids.ada, role: 'member' })),
  },
  'a rule that lets into a group without asking': {
    holds: (context, { groups, ids }) => wouldJoin(context, groups.request, ids.new),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => setAutomaticRules(work, groups.request, ids.ada, { agencies: [], domains: [] })),
  },
  'an agreement that was suspended': { holds: allows('suspended'), withdraw: decides('suspend', 'suspended') },
  'an agreement that was blocked': { holds: allows('blocked'), withdraw: decides('block', 'blocked') },
  'an agreement that was narrowed': {
    holds: allows('narrowed'),
    withdraw: decides('change', 'narrowed', { scopes: ['discover'] }),
  },
  'an agreement whose highest label was lowered': {
    holds: allows('lowered', true),
    withdraw: decides('change', 'lowered', { classification: null }),
  },
  'what a group with a lower label gave': {
    holds: allows('labelled', true),
    withdraw: (context, { groups, higher }) =>
      act(context, async (work) => {
        await classifyGroup(work, { group: groups.labelled, label: higher, by: 'test', reason: 'x' });
        await decideAs(work, 'change', { origin: originOf('blocked'), fields: {}, by: 'test', reason: 'x' });
      }),
  },
  'a node that a group introduces': {
    holds: async (context) => {
      const trust = trustListOf(context);
      await trust.refresh();
      return trust.mayRead(introduction.origin, { uri: introduction.group }, 'in').allowed;
    },
    withdraw: (context) =>
      act(context, async (work) => {
        await refuseIntroduced(work, { ...introduction, refused: true, by: 'test', reason: 'x' });
        await decideAs(work, 'change', { origin: originOf('introduces'), fields: {}, by: 'test', reason: 'x' });
      }),
  },
  'a provider that is offered': {
    holds: async ({ db }, { provider }) => (await liveProviders(db.reader)).some(({ id }) => id === provider),
    withdraw: (context, { provider }) => act(context, (work) => setLive(work, provider, false)),
  },
  'mail to somebody who muted everything': {
    holds: isMailed('mem'),
    withdraw: (context, { ids }) =>
      act(context, (work) =>
        putMute(work, { person: ids.mem, scope: 'everything', subject: '', page: false, mail: true }),
      ),
  },
  'mail of a kind that somebody unsubscribed from': {
    holds: isMailed('fac'),
    withdraw: (context, { ids }) =>
      act(context, (work) =>
        putMute(work, { person: ids.fac, scope: 'kind', subject: 'reply', page: false, mail: true }),
      ),
  },
  'a file that was deleted, in a closed group': file('file', 'mem'),
  'a file that was deleted, in an open group': file('openFile', 'new'),
  'a post that was deleted, in a closed group': {
    holds: reads('closed', 'mem'),
    withdraw: (context, { posts, ids }) =>
      act(context, (work) => deletePost(work, { post: posts.closed, author: ids.ada })),
  },
  'a post that was deleted, in an open group': {
    holds: reads('open', 'new'),
    withdraw: (context, { posts, ids }) =>
      act(context, (work) => deletePost(work, { post: posts.open, author: ids.ada })),
  },
  'a post that those who run an open group removed': {
    holds: async (context, world) => {
      const post = await postById(context.db.reader, world.posts.removed);
      return post?.removed_at === null && reads('removed', 'new')(context, world);
    },
    withdraw: (context, { posts, ids }) =>
      act(context, (work) => removeFromGroup(work, { post: posts.removed, by: ids.ada, reason: null })),
  },
  'a sentence that an edit took out, in an open group': {
    holds: async (context, world) => {
      const post = await postById(context.db.reader, world.posts.edited);
      const text = post && (await currentRevision(context.db.reader, post));
      return text?.content.includes('edited') === true && reads('edited', 'new')(context, world);
    },
    withdraw: (context, { posts, ids }) =>
      act(context, (work) =>
        editPost(work, { post: posts.edited, author: ids.ada, title: 'Else', ...markdownText('Else') }),
      ),
  },
  'reading a group that was narrowed to its members': {
    holds: reads('narrowed', 'new'),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => updateGroup(work, groups.narrowed, ids.ada, { reading: 'members' })),
  },
  'a group that lists named': {
    holds: async ({ db }, { groups, ids }) =>
      (await listedGroups(db.reader, { where: 'here', person: ids.new, limit: 100 })).some(
        ({ group }) => group.id === groups.unlisted,
      ),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => updateGroup(work, groups.unlisted, ids.ada, { listed: false })),
  },
  'a group that anyone on the web could read': {
    holds: reads('web', null),
    withdraw: (context, { groups, ids }) =>
      act(context, (work) => updateGroup(work, groups.web, ids.ada, { reading: 'partners' })),
  },
};

async function opensAccount(context: Context, id: string): Promise<boolean> {
  const account = await accountById(context.db.reader, id);
  return account !== undefined && opens(context, account.person_id);
}
