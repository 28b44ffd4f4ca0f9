import {
  type Account,
  type ActorKeys,
  accountOfPerson,
  createActorKeys,
  createSignInLink,
  hashPassword,
  newId,
  type Slice,
  setPassword,
  transact,
  type Work,
  withhold,
  writeRestored,
} from '@joinery/core';
import { slices } from '@joinery/node';
import { beginConversation } from '@joinery/slices/conversations';
import {
  approve,
  ban,
  createGroup,
  invite,
  joinGroup,
  type NewGroup,
  setAutomaticRules,
  setQuestions,
  setRole,
  updateGroup,
} from '@joinery/slices/groups';
import { addPerson, disableLeaver, linkFor, updateProfile } from '@joinery/slices/people';
import {
  createTopic,
  deletePost,
  editPost,
  hold,
  like,
  lock,
  markAnswered,
  markdownText,
  pin,
  postByUri,
  removeFromGroup,
  reply,
  report,
} from '@joinery/slices/posts';
import { decideAs, sendProposal } from '../../packages/federation/src/trust/testing.ts';
import { inviteGuest } from '../../packages/slices/src/guests/guests.ts';
import { fillLibrary } from '../../packages/slices/src/library/testing/fill.ts';
import { muteToken } from '../../packages/slices/src/notifications/mute-token.ts';
import { putMute } from '../../packages/slices/src/notifications/mutes.ts';
import { fillRegistration } from '../../packages/slices/src/registration/testing/fill.ts';
import { storePasskey } from '../../packages/slices/src/sign-in/passkeys/testing/stored.ts';
import { addProvider } from '../../packages/slices/src/sign-in/providers.ts';
import { link } from '../../packages/slices/src/sign-in/sign-in.ts';
import { providerById } from '../../packages/slices/src/sign-in/store.ts';
import type { ProviderRow } from '../../packages/slices/src/sign-in/tables.ts';
import { people, startIdentityProvider } from '../harness/identity-provider.ts';
import { allowEachOther, settleAll, startTestNode, type TestNode, type TestPerson } from '../harness/node.ts';
import { fillConversations, fillOverNodes } from './every-state-conversations.ts';
import { type Emergency, fillEmergency } from './every-state-emergency.ts';
import { fillPapers, hangPicture, type Papers } from './every-state-files.ts';

const by = { kind: 'system', what: 'test' } as const;
const day = 86_400_000;

/** A capability that fails, for the page that says so. */
const broken: Slice = {
  name: 'broken',
  routes: (app) => {
    app.get('/broken', () => {
      throw new Error('Broken on purpose');
    });
  },
};

/** A department whose node holds something in every state that a page can show, and the council that it works with. */
export type EveryState = AsyncDisposable & {
  node: TestNode;
  people: { owner: TestPerson; member: TestPerson; newcomer: TestPerson };
  /** Ids by what they are. */
  groups: Record<
    | 'open'
    | 'web'
    | 'request'
    | 'closed'
    | 'hidden'
    | 'empty'
    | 'archived'
    | 'remote'
    | 'invited'
    | 'shut'
    | 'shutOpen',
    string
  >;
  posts: Record<
    | 'thread'
    | 'locked'
    | 'removed'
    | 'deleted'
    | 'web'
    | 'remote'
    | 'waiting'
    | 'refused'
    | 'reported'
    | 'reply'
    | 'held',
    string
  >;
  others: Record<
    'colleague' | 'requester' | 'banned' | 'leaver' | 'elsewhere' | 'elsewhereUri' | 'neverSignedIn' | 'guest',
    string
  >;
  /** Ids of partners by origin. */
  partners: Map<string, string>;
  links: {
    person: string;
    administrator: string;
    mute: string;
    register: string;
    /** Who is asked for a code after the password. */
    careful: { email: string; password: string };
  };
  /** Identity providers: one that is offered, one that only has to be, one without a secret. */
  providers: Record<'live' | 'tried' | 'draft', string>;
  /** The owner's only one that works, and one of two of the member; and the newcomer's link with a provider. */
  passkeys: Record<'last' | 'one' | 'link', string>;
  /** One with everything in it, and one that everybody but the member has left. */
  conversations: Record<'busy' | 'alone' | 'shut' | 'asked' | 'over', string>;
  /** A picture that hangs on the thread. */
  file: string;
  /** In a closed group, where it is kept who opens them. */
  papers: Papers;
  library: Awaited<ReturnType<typeof fillLibrary>>;
  emergency: Emergency;
  /** Of the member. */
  notification: string;
};

const rich = `We move to the **new permit register** in March. What stays, and what changes?

- Applications that arrived before 1 March finish in the old one.
- Everything else starts in the [new register](https://register.example/start).

| Kind | Days |
| --- | --- |
| Blue badge | 10 |
| Residents | 5 |

> Councils may keep their own numbering.

\`\`\`
PERMIT-2026-000123
\`\`\``;

export async function openEveryState(): Promise<EveryState> {
  const node = await startTestNode('Department of Housing', {
    slices: [...slices, broken],
    // A mail server that is away.
    environment: { JOINERY_SMTP_URL: 'smtp://127.0.0.1:9' },
  });
  const council = await startTestNode('Noordwoude Council');
  const asking = await startTestNode('Vale District');
  // As it is before anybody administers it.
  const fresh = await startTestNode('Department of Housing');
  const nodes = [node, council, asking];
  await allowEachOther([node, council]);

  const owner = await node.person('Olga Owner', { administrator: true });
  const member = await node.person('Anna van den Berg-Lindqvist');
  const newcomer = await node.person('Noor New');
  const colleague = await node.person('Col League');
  const requester = await node.person('Pim Pending');
  const banned = await node.person('Bas Banned');
  const leaver = await node.person('Lea Leaver');
  const cato = await council.person('Cato Council');
  const neverSignedIn = await addPerson(node.context, by, {
    name: 'Ned Never',
    email: 'ned@example.test',
    administrator: false,
    federationOfficer: false,
  });
  const keys = await createActorKeys();
  const act = <T>(does: (work: Work) => Promise<T>, on = node) => transact(on.context, by, does);
  const make = (input: Omit<NewGroup, 'keys' | 'owner'>, on = node, person = owner) =>
    act((work) => createGroup(work, { ...input, owner: person.id, keys: keys as ActorKeys }), on);
  await act((work) =>
    updateProfile(work, member.id, { role: 'Adviser on parking permits', summary: 'I know about **blue badges**.' }),
  );

  const open = await make({
    name: 'Parking permits',
    handle: 'parking',
    summary: 'Everything about permits for residents and blue badges: questions, practice and news.',
    joining: 'open',
  });
  const web = await make({
    name: 'Open data',
    handle: 'open-data',
    reading: 'web',
    summary: 'What we publish, and how.',
  });
  const request = await make({ name: 'Housing inspectors', handle: 'inspectors', joining: 'request' });
  const closed = await make({ name: 'Crisis team', handle: 'crisis', reading: 'members', joining: 'request' });
  const hidden = await make({
    name: 'Reorganisation',
    handle: 'reorganisation',
    reading: 'members',
    joining: 'invited',
    listed: false,
  });
  const empty = await make({ name: 'Winter maintenance', handle: 'winter' });
  const archived = await make({ name: 'Census 2021', handle: 'census' });
  const invited = await make({ name: 'Service design', handle: 'design', joining: 'invited' });
  const remote = await make({ name: 'Youth care in practice', handle: 'youth' }, council, cato);

  await act(async (work) => {
    for (const person of [member, banned, leaver, colleague])
      await joinGroup(work, { group: open.id, person: person.id });
    await setRole(work, { group: open.id, person: colleague.id, by: owner.id, role: 'facilitator' });
    await joinGroup(work, { group: web.id, person: member.id });
    await joinGroup(work, { group: request.id, person: requester.id });
    await joinGroup(work, { group: request.id, person: member.id });
    await approve(work, { group: request.id, person: member.id, by: owner.id });
    await setQuestions(work, closed.id, owner.id, [
      { text: 'What do you work on?', required: true },
      { text: 'Who can we ask about you?', required: false },
    ]);
    const said = [{ question: 'What do you work on?', answer: 'I keep the rota of the duty officers.' }];
    await joinGroup(work, { group: closed.id, person: requester.id, answers: said });
    await setAutomaticRules(work, closed.id, owner.id, { agencies: [council.origin], domains: ['housing.example'] });
    await invite(work, { group: invited.id, person: member.id, by: owner.id });
    await ban(work, { group: open.id, person: banned.id, by: owner.id, reason: 'Advertising', until: null });
    await updateGroup(work, archived.id, owner.id, { archived: true });
    await updateGroup(work, closed.id, owner.id, { history: 'joining', inviting: 'members', recordCopy: true });
  });
  await disableLeaver(node.context, by, leaver.id);

  const openThere = await council.context.ports.actors.resolve(open.uri);
  const requestThere = await council.context.ports.actors.resolve(request.uri);
  const remoteHere = await node.context.ports.actors.resolve(remote.uri);
  await act(async (work) => {
    await joinGroup(work, { group: openThere.id, person: cato.id });
    await joinGroup(work, { group: requestThere.id, person: cato.id });
    for (const title of ['Waiting lists', 'A form that parents understand'])
      await createTopic(work, { group: remote.id, author: cato.id, title, ...markdownText('What works at your end?') });
  }, council);
  await act(async (work) => {
    for (const person of [owner, member]) await joinGroup(work, { group: remoteHere.id, person: person.id });
  });
  await settleAll(nodes);

  const topic = (group: string, author: string, title: string, text = 'How do you do this?') =>
    act((work) => createTopic(work, { group, author, title, language: 'en', ...markdownText(text) }));
  const thread = await topic(open.id, member.id, 'Moving to the new permit register', rich);
  const file = await hangPicture(node, member.id, thread.id);
  const library = await fillLibrary(node.context, { group: open.id, owner: owner.id, member: member.id });
  const locked = await topic(open.id, owner.id, 'House rules', 'Say what your question is about, such as #permits.');
  const removed = await topic(open.id, member.id, 'Cheap parking sensors');
  const deleted = await topic(open.id, member.id, 'Never mind');
  const reported = await topic(open.id, colleague.id, 'Call me about sensors');
  const onWeb = await topic(web.id, owner.id, 'Datasets of this month');
  const waiting = await topic(remoteHere.id, member.id, 'On its way');
  const refused = await topic(remoteHere.id, member.id, 'Not welcome there');
  const remoteTopic = await topic(remoteHere.id, member.id, 'How do you plan visits?');
  const draft = {
    group: open.id,
    replyTo: null,
    title: 'Permits by post',
    source: 'Do we still **need** them?',
    language: 'en',
  };
  const held = await transact(node.context, by, (work) => hold(work, { ...draft, author: member.id }, 86_400));
  await settleAll(nodes);
  const threadThere = await postByUri(council.context.db.reader, thread.uri);
  await act(
    (work) => reply(work, { replyTo: threadThere?.id ?? '', author: cato.id, ...markdownText('Both, for a year.') }),
    council,
  );
  const answer = await act((work) =>
    reply(work, { replyTo: thread.id, author: colleague.id, ...markdownText('March.') }),
  );
  await act(async (work) => {
    await markAnswered(work, { topic: thread.id, answer: answer.id, by: member.id });
    await like(work, { post: thread.id, by: { uri: owner.uri, person: owner.id } });
    await editPost(work, {
      post: thread.id,
      author: member.id,
      expected: 1,
      ...markdownText(`${rich}\n\nSee you there!`),
    });
    await pin(work, { post: locked.id, by: owner.id });
    await lock(work, { post: locked.id, by: owner.id });
    await removeFromGroup(work, { post: removed.id, by: owner.id, reason: 'Advertising' });
    await deletePost(work, { post: deleted.id, author: member.id });
    await report(work, { post: reported.id, reporter: member.id, reason: 'Not about permits' });
  });

  const end = new Date(Date.now() + 5 * day).toISOString();
  const past = new Date(Date.now() - day).toISOString();
  const decide = (what: Parameters<typeof decideAs>[1], name: string, fields = {}) =>
    act((work) => {
      const origin = `https://${name}.example`;
      return decideAs(work, what, {
        origin,
        fields: { agency: `${name} agency`, ...fields },
        by: 'Olga Owner',
        reason: 'Agreement 17',
      });
    });
  await decide('allow', 'soon', { expiresAt: end, agreementRef: 'DoH-2026-17', contact: 'Jo, 555 0101' });
  await decide('allow', 'named', { kind: 'supplier', groups: [open.id], expiresAt: end });
  await decide('allow', 'expired', { expiresAt: past });
  await decide('allow', 'later', { validFrom: end });
  await decide('allow', 'renewed', { pinnedKey: keys.rsa.public });
  await decide('allow', 'suspended');
  await decide('suspend', 'suspended');
  await decide('block', 'spam');
  await decide('propose', 'wanted');
  await act((work) =>
    work.db.updateTable('partner').set({ key_changed_at: past }).where('agency', '=', 'renewed agency').execute(),
  );
  await transact(asking.context, by, (work) =>
    decideAs(work, 'propose', {
      origin: node.origin,
      fields: { agency: 'Department' },
      by: 'test',
      reason: 'Together',
    }),
  );
  await act(async (work) => {
    const { ask } = node.context.ports.asks;
    const origin = 'https://elsewhere.example';
    await ask(work, { person: member.id, origin, reason: 'Their flood group answers what we keep asking.' });
    await ask(work, { person: newcomer.id, origin, group: `${origin}/groups/floods`, reason: 'Floods' });
    const older = await work.db
      .selectFrom('partner_host')
      .select('partner_id')
      .where('origin', 'like', '%soon%')
      .execute();
    const set = work.db.updateTable('partner').set({ scopes: '["discover"]', offered_scopes: '["discover"]' });
    if (older[0]) await set.where('id', '=', older[0].partner_id).execute();
  });
  await asking.federation.bridge.trust.refresh();
  await node.federation.bridge.trust.refresh();
  const claims = { agency: asking.context.config.agency, identifier: null, kind: 'government', contact: null } as const;
  const asked = { scopes: ['discover', 'open-groups'], direction: 'both', reason: 'Together', expires: null } as const;
  await sendProposal(asking.context, node.origin, { ...claims, ...asked, scopes: [...asked.scopes] });
  await settleAll(nodes);

  // As between sending and an answer; set last, since the group has taken both in.
  await act(async (work) => {
    const set = (id: string, change: object) => work.db.updateTable('post').set(change).where('id', '=', id).execute();
    await set(waiting.id, { status: 'waiting' });
    await set(refused.id, { status: 'refused', refusal: 'banned' });
  });
  // Nor does the group show them: whoever opens it would read that it took them in.
  await act(async (work) => {
    const there = [waiting.uri, refused.uri];
    await work.db.updateTable('post').set({ removed_at: work.now }).where('uri', 'in', there).execute();
  }, council);
  const [elsewhere, hosts, remoteReply] = await Promise.all([
    node.context.db.reader.selectFrom('person').select('id').where('uri', '=', cato.uri).executeTakeFirstOrThrow(),
    node.context.db.reader.selectFrom('partner_host').select(['origin', 'partner_id']).execute(),
    node.context.db.reader
      .selectFrom('post')
      .select('id')
      .where('topic_id', '=', thread.id)
      .where('local', '=', 0)
      .executeTakeFirstOrThrow(),
  ]);
  const silence = { person: member.id, scope: 'group', subject: open.id, page: false, mail: true } as const;
  await act((work) => putMute(work, { person: owner.id, scope: 'topic', subject: thread.id, page: true, mail: true }));
  const notification = await node.context.db.reader
    .selectFrom('notification')
    .select('id')
    .where('person_id', '=', member.id)
    .where('kind', '=', 'reply')
    .executeTakeFirstOrThrow();
  const administrator = await transact(fresh.context, by, (work) =>
    createSignInLink(work, { account: null, purpose: 'first-administrator', minutes: 60 }),
  );
  const shut = await fillShut(node, make, { owner, member, colleague }, request.id);
  const conversations = {
    ...(await fillConversations(node, { owner, member, colleague, requester })),
    ...(await fillOverNodes(node, council, { owner, member, cato })),
  };
  await settleAll([node]);
  const signIn = await fillSignIn(node);
  const passkeys = await act(async (work) => {
    // The owner has no other way in, and one that was made for an address of before.
    const only = { name: 'Phone', aaguid: 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd', synced: 1, last_used_at: work.now };
    const last = await storePasskey(work, owner.account, only);
    await storePasskey(work, owner.account, { name: 'Security key', rp_id: 'old.housing.example', agent: null });
    await storePasskey(work, member.account, { name: 'Phone' });
    const live = (await providerById(work.db, signIn.providers.live)) as ProviderRow;
    const linked = await link(work, live, { subject: 'nia-7', claims: { sub: 'nia-7' } }, newcomer.account);
    return { last: last.id, one: (await storePasskey(work, member.account)).id, link: linked.id };
  });
  const guest = await addGuest(node, owner, [open.id]);
  const readers = [colleague.id, member.id, leaver.id];
  const emergency = await fillEmergency(node, { owner, colleague }, closed.id);
  const papers = await fillPapers(node, { group: closed.id, owner: owner.id, readers, peer: council.origin });
  await fillHeld(node, signIn.providers.live);
  return {
    node,
    people: { owner, member, newcomer },
    groups: {
      ...{ open: open.id, web: web.id, request: request.id, closed: closed.id, hidden: hidden.id, empty: empty.id },
      ...{ archived: archived.id, remote: remoteHere.id, invited: invited.id, shut: shut.group, shutOpen: shut.open },
    },
    posts: {
      ...{ thread: thread.id, locked: locked.id, removed: removed.id, deleted: deleted.id, web: onWeb.id },
      ...{ remote: remoteTopic.id, waiting: waiting.id, refused: refused.id, reported: reported.id, held: held.id },
      reply: remoteReply.id,
    },
    others: {
      ...{ colleague: colleague.id, requester: requester.id, banned: banned.id, leaver: leaver.id },
      ...{ elsewhere: elsewhere.id, elsewhereUri: cato.uri, neverSignedIn: neverSignedIn.id, guest },
    },
    partners: new Map(hosts.map((host) => [host.origin, host.partner_id])),
    links: {
      person: (await linkFor(node.context, by, neverSignedIn.id)).address,
      administrator: administrator.address,
      careful: await addCareful(node),
      register: `/register/${(await fillRegistration(node.context, owner.id)).token}`,
      mute: `/notifications/mute/${muteToken(node.context.secret, silence, new Date())}`,
    },
    providers: signIn.providers,
    passkeys,
    conversations: { ...conversations, shut: shut.conversation },
    notification: notification.id,
    file,
    papers,
    library,
    emergency,
    [Symbol.asyncDispose]: async () => {
      await signIn[Symbol.asyncDispose]();
      for (const one of [...nodes, fresh].reverse()) await one[Symbol.asyncDispose]();
    },
  };
}

/** As after a restore: people who wait to be let in, one of them at the door, and rules that nobody has looked at. */
async function fillHeld(node: TestNode, live: string): Promise<void> {
  const people = [await node.person('Wendy Waiting'), await node.person('Wim at the Door'), await node.person('Wout')];
  await transact(node.context, by, async (work) => {
    const provider = (await providerById(work.db, live)) as ProviderRow;
    const [, asking] = people;
    for (const { account } of people)
      await work.db
        .updateTable('account')
        .set({ held_at: work.now, disabled_at: work.now, seen_at: account === asking?.account ? work.now : null })
        .where('id', '=', account)
        .execute();
    const identity = await link(work, provider, { subject: '7f0c', claims: { sub: '7f0c' } }, asking?.account ?? '');
    const told = { name: 'Wim at the Door', email: 'wim@housing.example', groups: 'staff, permits' };
    const asked_claims = work.secret.encrypt(JSON.stringify(told));
    await work.db.updateTable('sign_in_identity').set({ asked_claims }).where('id', '=', identity.id).execute();
    await work.db.updateTable('account').set({ asked_at: work.now }).where('id', '=', identity.account_id).execute();
    await withhold(work, 'guests', '');
    await withhold(work, 'registration', '', 'domain');
    await withhold(work, 'sign-in.provider', live);
  });
}

/** As after a restore: a hidden group and a conversation that nobody has confirmed or opened again. */
async function fillShut(
  { context }: TestNode,
  make: (input: Omit<NewGroup, 'keys' | 'owner'>) => Promise<{ id: string }>,
  { owner, member, colleague }: Record<'owner' | 'member' | 'colleague', TestPerson>,
  request: string,
): Promise<{ group: string; open: string; conversation: string }> {
  const rules = { reading: 'members', joining: 'invited', listed: false } as const;
  const group = (await make({ name: 'Joining forces with Hillside', handle: 'hillside', ...rules })).id;
  const open = (await make({ name: 'Winter shelter', handle: 'shelter', summary: 'Beds, soup and who keeps the keys' }))
    .id;
  return transact(context, by, async (work) => {
    for (const { id: person } of [member, colleague]) {
      await invite(work, { group, person, by: owner.id });
      await joinGroup(work, { group, person });
      await joinGroup(work, { group: open, person });
    }
    for (const where of [group, open])
      for (const [author, title, text] of [
        [member.id, 'Forty beds from Friday', 'The school hall is ours until March. The caretaker has the list.'],
        [owner.id, 'Who may stay a second week?', 'Not decided yet. I shall ask the alderman on Tuesday.'],
      ] as const)
        await createTopic(work, { group: where, author, title, ...markdownText(text) });
    await ban(work, { group: open, person: colleague.id, by: owner.id, until: null });
    const about = { subject: 'Who tells the tenants?', content: 'Shall I?', language: 'en' };
    const { id } = await beginConversation(work, { by: owner.id, people: [member.id], ...about });
    await work.db
      .updateTable('group_member')
      .set({ state: 'unconfirmed' })
      .where('group_id', 'in', [group, open, id])
      .where('person_id', 'in', [owner.id, member.id, colleague.id])
      .where('state', '=', 'member')
      .execute();
    await work.db.updateTable('groups').set({ shut_at: work.now }).where('id', 'in', [group, open]).execute();
    await withhold(work, 'groups.members', open);
    await withhold(work, 'groups.joining', request, 'open');
    const decision = { take: 'anew', person: owner.id, by: '', reason: 'The disk failed' } as const;
    // Other nodes have told that its keys were renewed after the backup.
    const endedKeys = [`${context.config.origin}/groups/${group}#main-key`];
    const state = { at: work.now, asOf: work.now, confirmedAt: work.now, waiting: [], decision, endedKeys };
    await writeRestored(work.db, state);
    return { group, open, conversation: id };
  });
}

/** Somebody of a firm, who may write in these groups. */
async function addGuest({ context }: TestNode, sponsor: TestPerson, groups: string[]): Promise<string> {
  const summary = await context.ports.people.byId(context.db.reader, sponsor.id);
  if (!summary) throw new Error('There is no sponsor');
  const roles = { administrator: true, federationOfficer: false, via: 'session' } as const;
  const until = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  const { guest } = await inviteGuest(
    context,
    { account: sponsor.account, person: summary, ...roles },
    {
      name: 'Gita Guest',
      email: 'gita@fernhill.example',
      organisation: 'Fernhill Consultancy',
      language: 'en',
      until,
      groups,
    },
  );
  await transact(context, by, (work) => joinGroup(work, { group: groups[0] ?? '', person: guest.id }));
  return guest.id;
}

/** Identity providers in the states that pages show; a real one answers for all of them. */
async function fillSignIn(node: TestNode): Promise<AsyncDisposable & { providers: EveryState['providers'] }> {
  const { context, origin } = node;
  const self = { name: 'Anna Admin', groups: ['node-admins', 'housing'] };
  const first = people.keycloak('anna', self.name, 'anna@new.example', self.groups);
  const provider = await startIdentityProvider({ first });
  const { id: live } = await addProvider(context, by, { kind: 'keycloak', name: 'Council', issuer: provider.issuer });
  provider.register({
    redirect: `${origin}/sign-in/with/${live}/answer`,
    logout: `${origin}/sign-in/with/${live}/logout`,
  });
  const ids = await transact(context, by, async (work) => {
    const change = (id: string, values: Partial<ProviderRow>) =>
      work.db.updateTable('sign_in_provider').set(values).where('id', '=', id).execute();
    const client = { client_id: provider.clientId, client_secret: work.secret.encrypt(provider.clientSecret) };
    const row = await work.db
      .selectFrom('sign_in_provider')
      .selectAll()
      .where('id', '=', live)
      .executeTakeFirstOrThrow();
    const copy = async (name: string, values: Partial<ProviderRow>) => {
      const id = newId();
      const issuer = `https://login.example.gov/realms/${name.toLowerCase().replaceAll(' ', '-')}`;
      await work.db
        .insertInto('sign_in_provider')
        .values({ ...row, id, name, issuer, ...values })
        .execute();
      return id;
    };
    const draft = await copy('Regional office', {});
    const tried = await copy('Province', { ...client, tried_at: work.now });
    await change(live, { ...client, tried_at: work.now, state: 'live', administrators: 'node-admins' });
    return { live, tried, draft };
  });
  return { providers: ids, [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose]() };
}

/** Somebody with a password and a second step. */
async function addCareful({ context }: TestNode): Promise<{ email: string; password: string }> {
  const [email, password] = ['tess@example.test', 'a passphrase of plain words'];
  const input = { name: 'Tess Twostep', email, administrator: false, federationOfficer: false };
  const { id } = await addPerson(context, by, input);
  const account = (await accountOfPerson(context.db.reader, id)) as Account;
  const hash = await hashPassword(password);
  await transact(context, by, async (work) => {
    await setPassword(work, account.id, hash);
    await storePasskey(work, account.id);
    const key = work.secret.encrypt('A'.repeat(32));
    await work.db
      .insertInto('second_step')
      .values({ account_id: account.id, key, last_step: 0, created_at: work.now })
      .execute();
  });
  return { email, password };
}
