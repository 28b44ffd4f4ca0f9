import { writeFile } from 'node:fs/promises';
import {
  accountOfPerson,
  arrivingPath,
  type Context,
  classificationLabels,
  classifyGroup,
  createActorKeys,
  createSignInLink,
  createToken,
  hashPassword,
  isRefusal,
  isUsable,
  newId,
  newSecondStepKey,
  setEnd,
  setPassword,
  startSession,
  transact,
  verifyEmail,
  type Work,
} from '@joinery/core';
import { attachFile, receiveFile } from '@joinery/slices/files';
import { createGroup, invite, joinGroup, type NewGroup, setAutomaticRules, setRole } from '@joinery/slices/groups';
import { addPerson, changeGuest } from '@joinery/slices/people';
import { createTopic, markdownText } from '@joinery/slices/posts';
import { saveIntroduction } from '../../packages/federation/src/trust/introduced/store.ts';
import { decideAs, type PartnerFields } from '../../packages/federation/src/trust/testing.ts';
import { fillRegistration } from '../../packages/slices/src/registration/testing/fill.ts';
import { storePasskey } from '../../packages/slices/src/sign-in/passkeys/testing/stored.ts';
import { link } from '../../packages/slices/src/sign-in/sign-in.ts';
import { providerById } from '../../packages/slices/src/sign-in/store.ts';
import type { ProviderRow } from '../../packages/slices/src/sign-in/tables.ts';

export const by = { kind: 'system', what: 'test' } as const;
export const password = 'a password of six plain words';
export const act = <T>(context: Context, does: (work: Work) => Promise<T>): Promise<T> => transact(context, by, does);

const names = [
  'ada',
  'olga',
  'pat',
  'cody',
  'kay',
  'ida',
  'ivy',
  'sef',
  'dis',
  'del',
  'mem',
  'out',
  'fac',
  'new',
] as const;
export type Name = (typeof names)[number] | 'gus';

/** Origins of the partners, by what becomes of their agreement. */
const partners = ['suspended', 'blocked', 'narrowed', 'lowered', 'labelled', 'introduces'] as const;
export const originOf = (name: string): string => `https://${name}.example`;
const introduced = originOf('introduced');
export const introduction = { group: `${originOf('introduces')}/groups/1`, origin: introduced };

/** A node with one of every kind of right that can be withdrawn. */
export async function fillRights(context: Context) {
  const ids = {} as Record<Name, string>;
  const accounts = {} as Record<Name, string>;
  for (const name of [...names, 'gus'] as const) {
    const email = `${name}@council.example`;
    const roles = { administrator: name === 'ada' || name === 'olga', federationOfficer: name === 'olga' };
    const { id } = await addPerson(context, by, { name, email, ...roles });
    ids[name] = id;
    accounts[name] = (await accountOfPerson(context.db.reader, id))?.id ?? '';
  }
  const [keys, hash] = [await createActorKeys(), await hashPassword(password)];
  const providerId = newId();
  const made = await act(context, async (work) => {
    const until = new Date(Date.parse(work.now) + 30 * 86_400_000).toISOString();
    await changeGuest(work, ids.gus, { sponsor: ids.olga, of: 'olga', until: until.slice(0, 10) });
    await setEnd(work, accounts.gus, until);
    await setPassword(work, accounts.pat, hash);
    await setPassword(work, accounts.ida, hash);
    const key = work.secret.encrypt(newSecondStepKey());
    const step = { account_id: accounts.cody, key, last_step: 0, created_at: work.now };
    await work.db.insertInto('second_step').values(step).execute();
    await storePasskey(work, accounts.kay);
    const provider: ProviderRow = {
      ...{ id: providerId, kind: 'keycloak', name: 'Council', issuer: 'https://id.example', client_id: 'joinery' },
      ...{ client_secret: 'x', metadata: '{}', scope: 'openid', admits: 'linked', claim_name: 'name' },
      ...{ claim_email: 'email', claim_role: '', claim_language: '', claim_groups: '', administrators: '' },
      ...{ officers: '', state: 'live', tried_at: work.now, created_at: work.now, updated_at: work.now },
    };
    await work.db.insertInto('sign_in_provider').values(provider).execute();
    const row = (await providerById(work.db, providerId)) as ProviderRow;
    for (const name of ['ida', 'ivy'] as const) await link(work, row, vouchedFor(name), accounts[name]);
    await verifyEmail(work, accounts.new);
    const group = async (handle: string, rules: Partial<NewGroup>) =>
      (await createGroup(work, { name: handle, handle, summary: '', owner: ids.ada, keys, ...rules })).id;
    const groups = {
      closed: await group('closed', { reading: 'members', joining: 'invited', listed: false }),
      open: await group('open', { reading: 'partners', joining: 'open' }),
      web: await group('web', { reading: 'web', joining: 'open' }),
      request: await group('request', { reading: 'partners', joining: 'request' }),
      labelled: await group('labelled', { reading: 'partners', joining: 'open' }),
      narrowed: await group('narrowed', { reading: 'partners', joining: 'open' }),
      unlisted: await group('unlisted', { reading: 'partners', joining: 'open' }),
    };
    await invite(work, { group: groups.closed, person: ids.mem, by: ids.ada });
    for (const [where, person] of [
      [groups.closed, ids.mem],
      [groups.open, ids.mem],
      [groups.open, ids.out],
      [groups.request, ids.fac],
    ] as const)
      await joinGroup(work, { group: where, person }).then((standing) =>
        standing.state === 'requested' ? approveIn(work, where, person) : undefined,
      );
    await setRole(work, { group: groups.request, person: ids.fac, by: ids.ada, role: 'facilitator' });
    await invite(work, { group: groups.closed, person: ids.new, by: ids.ada });
    await setAutomaticRules(work, groups.request, ids.ada, { agencies: [], domains: ['council.example'] });
    const topic = (where: string, title: string) =>
      createTopic(work, { group: where, author: ids.ada, title, ...markdownText(title) });
    const posts = {
      closed: (await topic(groups.closed, 'closed')).id,
      web: (await topic(groups.web, 'web')).id,
      open: (await topic(groups.open, 'open')).id,
      removed: (await topic(groups.open, 'removed')).id,
      edited: (await topic(groups.open, 'edited')).id,
      filed: (await topic(groups.open, 'filed')).id,
      narrowed: (await topic(groups.narrowed, 'narrowed')).id,
    };
    const [, second, third] = await classificationLabels(work.db);
    await classifyGroup(work, { group: groups.labelled, label: second?.id ?? null, by: 'test', reason: 'test' });
    const base = { kind: 'government', scopes: ['discover', 'open-groups', 'closed-groups'] } as const;
    for (const name of partners) {
      const fields: PartnerFields = {
        ...{ ...base, scopes: [...base.scopes], agency: name, introductions: true },
        classification: name === 'labelled' || name === 'lowered' ? (second?.id ?? null) : null,
      };
      await decideAs(work, 'allow', { origin: originOf(name), fields, by: 'test', reason: 'test' });
    }
    const nodes = JSON.stringify([{ origin: introduced, agency: 'Introduced', key: keys.ed25519.public }]);
    const told = { group_uri: introduction.group, group_id: null, is_on: 1, version: 1, epoch: '', nodes };
    await saveIntroduction(work, told);
    const { token } = await createToken(work, { account: accounts.sef, name: 'test' });
    const session = await startSession(work, accounts.sef);
    const signInLink = await createSignInLink(work, { account: accounts.sef, minutes: 60 });
    return { groups, posts, token, session, signInLink: signInLink.token, higher: third?.id ?? '' };
  });
  const [file, openFile] = [newId(), newId()];
  for (const [id, post] of [
    [file, made.posts.closed],
    [openFile, made.posts.filed],
  ] as const) {
    const path = arrivingPath(context.files, id);
    await writeFile(path, 'kept');
    await receiveFile(context, { id, path, name: 'kept.txt', owner: ids.ada, alt: null });
    await act(context, (work) => attachFile(work, { file: id, holder: { kind: 'posts', id: post }, by: ids.ada }));
  }
  const { waiting } = await fillRegistration(context, ids.ada);
  return { ids, accounts, provider: providerId, file, openFile, waiting, ...made };
}

export type Rights = Awaited<ReturnType<typeof fillRights>>;

/** What a provider vouches for when one of them signs in there. */
export const vouchedFor = (name: string) => ({
  ...{ subject: name, claims: { sub: name, name }, refreshToken: null, sid: null },
});

async function approveIn(work: Work, group: string, person: string): Promise<void> {
  await work.db
    .updateTable('group_member')
    .set({ state: 'member' })
    .where('group_id', '=', group)
    .where('person_id', '=', person)
    .execute();
}

/** Whether an account opens anything at all. */
export async function opens(context: Context, person: string): Promise<boolean> {
  const account = await accountOfPerson(context.db.reader, person);
  return account !== undefined && isUsable(account, context.clock.now().toISOString());
}

/** Whether somebody would be a member at once if they asked now; they do not ask. */
export async function wouldJoin(context: Context, group: string, person: string): Promise<boolean> {
  let state: string | undefined;
  const undone = new Error('Undone');
  await act(context, async (work) => {
    state = (await joinGroup(work, { group, person })).state;
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone && !isRefusal(error)) throw error;
  });
  return state === 'member';
}
