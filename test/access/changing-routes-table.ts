import { codeAt, stepAt } from '@joinery/core';
import { type Person, passphrase, secondStepKey, type Things } from './seed.ts';

type Body = Record<string, unknown>;
type Call = {
  /** Names of the seeded things that stand for the parameters of the path, in their order. */
  at?: (keyof Things)[];
  /** Form fields of a page, JSON of the API; valid, so that only who asks can be the reason of a refusal. */
  send?: Body | ((things: Things) => Body);
  /** Of what a program sends: bytes in place of fields, with headers in place of a form. */
  bytes?: string;
  headers?: Record<string, string>;
  /** Why nothing is stored by it even when it is allowed. */
  changesNothing?: string;
  /** What it answers whoever may, where nothing genuine can be sent here. */
  answers?: number;
};
/** How a route is called, and by whom. A route that the signed-out may call says why. */
export type Row = Call & ({ as: Person; not: Person[] } | { open: string });

/** Whoever has no part in a closed group: it is not there for them, whatever they are on the node. */
const outsiders: Person[] = ['bystander', 'banned', 'administrator', 'officer', 'guest'];
/** Whoever is banned may still go, which changes nothing: the ban stays. */
const strangers: Person[] = outsiders.filter((person) => person !== 'banned');
/** Who may see the closed group but not run it, and who may not see it. */
const notFacilitators: Person[] = ['member', 'requester', ...outsiders];
const notOwners: Person[] = ['facilitator', ...notFacilitators];
/** Authors alone change what they wrote: those who run the group do not either. */
const notAuthor: Person[] = ['owner', 'facilitator', 'colleague', ...outsiders];
const notAdministrators: Person[] = ['bystander', 'owner', 'officer', 'guest'];
/** Who looks after people does not decide about partners where somebody else does. */
const notOfficers: Person[] = ['bystander', 'owner', 'facilitator', 'administrator'];
/** Everybody of the agency may. */
const guests: Person[] = ['guest'];
/** Everybody with an account may. */
const nobody: Person[] = [];

const onlyShows = 'it only shows what would change';
const reason = { reason: 'Not about this' };

const inGroup = (as: Person, not: Person[], send?: Call['send']): Row => ({ as, not, at: ['closed'], ...body(send) });
const onMember = (person: Person, as: Person, not: Person[], send?: Call['send']): Row => ({
  ...{ as, not },
  at: ['closed', person],
  ...body(send),
});
const onPost = (post: keyof Things, as: Person, not: Person[], send?: Call['send']): Row => ({
  ...{ as, not },
  at: [post],
  ...body(send),
});
const body = (send: Call['send']) => (send === undefined ? {} : { send });

const entry = { agency: 'New agency', kind: 'government', scopes: 'open-groups', coverage: 'all', direction: 'both' };
const newPartner = { ...entry, what: 'allow', hosts: 'new.gov', reason: 'Agreement 17' };
const newPerson = { name: 'Nina New', email: 'nina@example.test', administrator: false, federationOfficer: false };
const peopleList = { text: 'name,email\nNina New,nina@example.test' };

const pagesOfGroups: Record<string, Row> = {
  'POST /groups/new': {
    ...{ as: 'bystander', not: guests },
    send: { name: 'Winter', handle: 'winter', summary: 'Roads', preset: 'open' },
  },
  'POST /groups/join': {
    ...{ as: 'bystander', not: guests },
    send: ({ uri }) => ({ reference: uri }),
    changesNothing: 'it opens a group that is known already',
  },
  'POST /groups/:id/settings': inGroup('owner', notOwners, {
    ...{ name: 'Crisis team 2', summary: '', reading: 'members', joining: 'invited' },
  }),
  'POST /groups/:id/classification': inGroup('owner', notOwners, { label: 'internal', reason: 'Names of suppliers' }),
  'POST /groups/:id/ask': inGroup('invitee', outsiders),
  'POST /groups/:id/requests': inGroup('facilitator', notFacilitators, ({ requester }) => ({
    ...{ person: requester, decision: 'decline', reason: 'Full' },
  })),
  'POST /groups/:id/requests/questions': inGroup('facilitator', notFacilitators, { question0: 'Why?', required0: '1' }),
  'POST /groups/:id/requests/automatic': inGroup('facilitator', notFacilitators, { domains: 'housing.example' }),
  'POST /groups/:id/requests/away': inGroup('facilitator', notFacilitators, { until: '2099-01-01', deputy: '' }),
  'POST /groups/:id/terms/edit': inGroup('owner', notOwners, {
    ...{ history: 'joining', inviting: 'members', asking: 'node', recordCopy: '1' },
  }),
  'POST /groups/:id/keys': inGroup('owner', notOwners, { keyReason: 'A laptop was lost' }),
  'POST /groups/:id/introduce': inGroup('owner', notOwners, { on: '1' }),
  'POST /groups/:id/archive': inGroup('owner', notOwners, { archived: '1' }),
  'POST /groups/:id/delete': inGroup('owner', notOwners, ({ handle }) => ({ handle })),
  'POST /groups/:id/join': inGroup('invitee', outsiders),
  'POST /groups/:id/follow': inGroup('reader', outsiders),
  'POST /groups/:id/unfollow': inGroup('member', strangers),
  'POST /groups/:id/leave': inGroup('member', strangers),
  'POST /groups/:id/decline-invitation': inGroup('invitee', strangers),
  'POST /groups/:id/confirm': { as: 'owner', not: ['member', 'colleague', 'facilitator', ...outsiders], at: ['shut'] },
  'POST /groups/:id/joining': inGroup('facilitator', notFacilitators),
  'POST /groups/:id/invitations': inGroup('facilitator', notFacilitators, ({ bystander }) => ({ person: bystander })),
  'POST /groups/:id/members/:person/answer': onMember('requester', 'facilitator', notFacilitators, {
    decision: 'decline',
  }),
  'POST /groups/:id/members/:person/remove': onMember('colleague', 'facilitator', notFacilitators),
  'POST /groups/:id/members/:person/ban': onMember('colleague', 'facilitator', notFacilitators, { banReason: 'Spam' }),
  'POST /groups/:id/members/:person/unban': onMember('banned', 'facilitator', notFacilitators),
  'POST /groups/:id/members/:person/role': onMember('colleague', 'owner', notOwners, { role: 'facilitator' }),
};

const pagesOfPosts: Record<string, Row> = {
  'POST /groups/:id/new': inGroup('member', ['requester', 'invitee', ...outsiders], { title: 'New', content: 'Text' }),
  'POST /groups/:id/read': inGroup('member', outsiders),
  'POST /outgoing/:id': onPost('held', 'member', notAuthor, { title: 'A', content: 'Changed' }),
  'POST /outgoing/:id/undo': onPost('held', 'member', notAuthor),
  'POST /outgoing/:id/now': onPost('held', 'member', notAuthor),
  'POST /profile/posting': { as: 'bystander', not: nobody, send: { seconds: '60' } },
  'POST /read': { as: 'member', not: nobody },
  'POST /groups/:id/reports/:report/handled': {
    ...{ as: 'facilitator', not: notFacilitators },
    at: ['closed', 'report'],
  },
  'POST /posts/:id/replies': onPost('topic', 'colleague', outsiders, { content: 'Text' }),
  'POST /posts/:id/edit': onPost('topic', 'member', notAuthor, { title: 'A', content: 'Changed', revision: '1' }),
  'POST /posts/:id/delete': onPost('topic', 'member', notAuthor),
  'POST /posts/:id/like': onPost('topic', 'colleague', outsiders),
  'POST /posts/:id/unlike': onPost('liked', 'colleague', outsiders),
  'POST /posts/:id/answered': onPost('reply', 'member', ['colleague', ...outsiders]),
  'POST /posts/:id/not-answered': onPost('answer', 'member', ['colleague', ...outsiders]),
  'POST /posts/:id/pin': onPost('topic', 'facilitator', notFacilitators),
  'POST /posts/:id/unpin': onPost('fixed', 'facilitator', notFacilitators),
  'POST /posts/:id/lock': onPost('topic', 'facilitator', notFacilitators),
  'POST /posts/:id/unlock': onPost('fixed', 'facilitator', notFacilitators),
  'POST /posts/:id/remove': onPost('topic', 'facilitator', notFacilitators, reason),
  'POST /posts/:id/hide': {
    as: 'administrator',
    not: ['owner', 'officer', 'bystander'],
    at: ['foreign'],
    send: reason,
  },
  'POST /posts/:id/unhide': { as: 'administrator', not: ['owner', 'officer', 'bystander'], at: ['hidden'] },
  'POST /posts/:id/put-back': onPost('removed', 'facilitator', notFacilitators),
  'POST /posts/:id/report': onPost('topic', 'reader', ['member', ...outsiders], reason),
  'POST /posts/:id/delivery': {
    ...onPost('topic', 'member', notAuthor),
    ...{ changesNothing: 'it is at no other node: there is nobody to ask', answers: 409 },
  },
  'POST /posts/:id/send-again': onPost('refused', 'member', notAuthor),
};

const writers: Person[] = ['requester', 'invitee', ...outsiders];
/** Those who run the group may as well, where the document lives. */
const notVersions: Person[] = ['colleague', ...outsiders];
const newVersion: Call['send'] = ({ looseFile }) => ({ file: looseFile, note: 'Newer', revision: '2' });
const pagesOfLibrary: Record<string, Row> = {
  'POST /groups/:id/library/add': inGroup('member', writers, ({ looseFile }) => ({ file: looseFile, folder: '' })),
  'POST /groups/:id/library/folders': inGroup('facilitator', notFacilitators, { name: 'New', parent: '' }),
  'POST /groups/:id/library/choice': inGroup('facilitator', notFacilitators, { foldersBy: 'members' }),
  'POST /folders/:id/edit': onPost('folder', 'facilitator', notFacilitators, { name: 'Letters', parent: '' }),
  'POST /folders/:id/remove': onPost('emptyFolder', 'facilitator', notFacilitators),
  'POST /folders/:id/official': onPost('folder', 'facilitator', notFacilitators),
  'POST /folders/:id/not-official': onPost('markedFolder', 'facilitator', notFacilitators),
  'POST /documents/:id/move': onPost('document', 'member', ['colleague', ...outsiders], { folder: '' }),
  'POST /documents/:id/official': onPost('document', 'facilitator', notFacilitators),
  'POST /documents/:id/not-official': onPost('official', 'facilitator', notFacilitators),
  'POST /documents/:id/version': {
    ...{ as: 'member', not: notVersions },
    ...{ at: ['document'], send: newVersion },
  },
  'POST /documents/:id/versions/:number/restore': {
    ...{ as: 'member', not: notVersions },
    at: ['document', 'versionNumber'],
  },
  'POST /documents/:id/restore': onPost('binned', 'member', notAuthor),
};

const apiOfLibrary: Record<string, Row> = {
  'POST /groups/:id/library/folders': inGroup('facilitator', notFacilitators, { name: 'New' }),
  'POST /groups/:id/library/documents': inGroup('member', writers, ({ looseFile }) => ({ file: looseFile })),
  'PATCH /folders/:id': onPost('folder', 'facilitator', notFacilitators, { name: 'Letters' }),
  'DELETE /folders/:id': onPost('emptyFolder', 'facilitator', notFacilitators),
  'PATCH /documents/:id': onPost('document', 'facilitator', ['colleague', ...outsiders], { official: true }),
  'POST /documents/:id/versions': onPost('document', 'member', notVersions, ({ looseFile }) => ({
    ...{ file: looseFile, note: 'Newer', revision: 2 },
  })),
  'POST /documents/:id/restore': onPost('binned', 'member', notAuthor, {}),
};

/** Uploads belong to whoever began them. */
const ofUpload: Row = { as: 'member', not: ['owner', 'colleague', 'administrator', 'guest'], at: ['upload'] };
const tus = { 'tus-resumable': '1.0.0' };
const nextBytes = { 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
const uploads: Record<string, Row> = {
  'POST /uploads': { as: 'bystander', not: nobody, headers: { ...tus, 'upload-length': '4' } },
  'PATCH /uploads/:id': { ...ofUpload, headers: { ...tus, ...nextBytes }, bytes: 'pl' },
  'DELETE /uploads/:id': { ...ofUpload, headers: tus },
};

const pagesOfPeople: Record<string, Row> = {
  'POST /sign-in': {
    open: 'whoever knows the password of an account gets a session, which is all that is stored',
    send: { email: 'keeper@example.test', password: passphrase },
    changesNothing: 'sessions are not looked at here',
  },
  'POST /sign-in/link/:token': { open: 'the link is the proof', at: ['link'], send: { password: passphrase } },
  'POST /sign-out': { open: 'without a session there is nothing to end', changesNothing: 'nobody was signed in' },
  'POST /language': {
    open: 'strangers choose the language of what they may read',
    send: { language: 'nl', next: '/' },
    changesNothing: 'the choice of a stranger is a cookie',
  },
  'POST /own-node': {
    open: 'it is for those who have no account here, and only says where a browser goes on',
    send: ({ uri }) => ({ path: new URL(uri).pathname, node: 'work.other.example' }),
    changesNothing: 'the choice of a stranger is a cookie',
  },
  'POST /follow/ask': {
    ...{ as: 'bystander', not: guests },
    send: { uri: 'https://unknown.example/groups/1', reason: 'We build the same crossing' },
  },
  'POST /profile': { as: 'bystander', not: nobody, send: { name: 'Bo Changed' } },
  'POST /profile/password': { as: 'colleague', not: ['bystander'], send: { password: passphrase } },
  'POST /administration/health/reach': {
    ...{ as: 'administrator', not: notAdministrators },
    changesNothing: 'what it finds out is kept in memory',
  },
  'POST /administration/defaults': { ...{ as: 'administrator', not: notAdministrators }, send: { guests: 'staff' } },
  'POST /administration/start/dismiss': { as: 'administrator', not: notAdministrators },
  'POST /administration/restored': {
    ...{ as: 'administrator', not: notAdministrators },
    send: { administrator: 'nobody' },
    changesNothing: 'the restore of this node was confirmed before',
  },
  'POST /administration/restored/rules': {
    ...{ as: 'administrator', not: notAdministrators },
    send: { answer: 'on', kind: 'guests', subject: '' },
  },
  'POST /administration/restored/groups': {
    ...{ as: 'administrator', not: notAdministrators },
    send: ({ shutOpen }) => ({ group: shutOpen }),
  },
  'POST /administration/restored/keys': {
    ...{ as: 'administrator', not: notAdministrators },
    changesNothing: 'no other node has told that keys of this one have ended',
  },
  'POST /administration/restored/people': {
    ...{ as: 'administrator', not: notAdministrators },
    send: ({ waiter }) => ({ whom: 'chosen', person: waiter }),
  },
  'POST /administration/restored/people/:id/accept': {
    ...{ as: 'administrator', not: notAdministrators },
    at: ['waiter'],
    send: ({ askedIdentity }) => ({ identity: askedIdentity }),
  },
  'POST /administration/style': {
    ...{ as: 'administrator', not: notAdministrators },
    send: { what: 'save', colour: '#c8102e', second: '#1a5d78', radius: '4', logoAlt: '' },
  },
  'POST /administration/people/new': {
    ...{ as: 'administrator', not: notAdministrators },
    send: { name: newPerson.name, email: newPerson.email },
  },
  'POST /administration/people/links': { as: 'administrator', not: notAdministrators },
  'POST /administration/people/import': {
    ...{ as: 'administrator', not: notAdministrators, send: peopleList },
    changesNothing: onlyShows,
  },
  'POST /administration/people/import/confirm': { as: 'administrator', not: notAdministrators, send: peopleList },
  'POST /administration/people/:id/link': { as: 'administrator', not: notAdministrators, at: ['newcomer'] },
  'POST /administration/people/:id/roles': {
    ...{ as: 'administrator', not: notAdministrators, at: ['colleague'] },
    send: { federationOfficer: '1' },
  },
  'POST /administration/people/:id/disable': { as: 'administrator', not: notAdministrators, at: ['colleague'] },
  'POST /administration/people/:id/enable': { as: 'administrator', not: notAdministrators, at: ['leaver'] },
};

/** Nobody who is not in it, and nobody runs it. */
const inConversation = (send?: Call['send']): Row => ({
  ...{ as: 'member', not: ['owner', 'facilitator', ...outsiders], at: ['conversation'] },
  ...body(send),
});
const noMail = 'they have muted nothing, and hear of it already';
const askedByNobody = 'nobody of another node brought them in';
const begun = ({ colleague }: Things) => ({ people: [colleague], content: 'Shall we?' });
const pagesOfConversations: Record<string, Row> = {
  'POST /conversations/new': {
    ...{ as: 'bystander', not: guests },
    send: { to: 'Col League', subject: 'Lunch', content: 'Shall we?' },
  },
  'POST /conversations/:id/messages': inConversation({ content: 'Yes' }),
  'POST /conversations/:id/people': inConversation({ to: 'Bo Bystander' }),
  'POST /conversations/:id/leave': inConversation(),
  'POST /conversations/:id/reopen': {
    ...{ as: 'member', not: ['owner', 'facilitator', ...outsiders] },
    at: ['shutConversation'],
  },
  'POST /conversations/:id/mute': inConversation(),
  'POST /conversations/:id/unmute': { ...inConversation(), changesNothing: noMail },
  'POST /conversations/:id/accept': { ...inConversation(), changesNothing: askedByNobody },
  'POST /conversations/:id/ignore': { ...inConversation(), changesNothing: askedByNobody },
  'POST /profile/conversations': { as: 'bystander', not: guests, send: { contacts: 'no' } },
  'POST /administration/messages/:report/forward': {
    ...{ as: 'administrator', not: notAdministrators, at: ['reportedMessage'] },
    ...{ answers: 404, changesNothing: 'its author is of this node' },
  },
  'POST /administration/messages/:report/handled': {
    ...{ as: 'administrator', not: notAdministrators, at: ['reportedMessage'] },
  },
};
const apiOfConversations: Record<string, Row> = {
  'POST /api/v1/conversations': { as: 'bystander', not: guests, send: begun },
  'POST /api/v1/conversations/:id/messages': inConversation({ content: 'Yes' }),
  'POST /api/v1/conversations/:id/read': inConversation(),
  'POST /api/v1/conversations/:id/people': inConversation(({ bystander }) => ({ person: bystander })),
  'PUT /api/v1/conversations/:id/request': { ...inConversation({ state: 'ignored' }), changesNothing: askedByNobody },
  'POST /api/v1/conversations/:id/leave': inConversation(),
  'PUT /api/v1/conversations/:id/mute': inConversation(),
  'DELETE /api/v1/conversations/:id/mute': { ...inConversation(), changesNothing: noMail },
};

const sessions = 'sessions are not looked at here';
const settings = { name: 'Agency', clientId: 'other', scope: 'openid', admits: 'linked' };
const code = () => codeAt(secondStepKey, stepAt(new Date()));
const pagesOfSignIn: Record<string, Row> = {
  'POST /sign-in/code': {
    open: 'whoever has proven their password owes a code; others are led back',
    changesNothing: 'nobody has proven a password',
  },
  'POST /profile/sign-in/code': {
    ...{ as: 'colleague', not: ['bystander'] },
    send: ({ sealedKey }) => ({ sealed: sealedKey, code: code() }),
  },
  'POST /profile/sign-in/code/off': { as: 'reader', not: nobody, send: () => ({ code: code() }) },
  'POST /administration/people/:id/second-step': { as: 'administrator', not: notAdministrators, at: ['reader'] },
  'POST /administration/people/:id/sign-in/password/remove': {
    ...{ as: 'administrator', not: notAdministrators, at: ['keeper'] },
  },
  'POST /administration/people/:id/sign-in/passkeys/:passkey/remove': {
    ...{ as: 'administrator', not: notAdministrators, at: ['bystander', 'passkey'] },
  },
  'POST /administration/people/:id/sign-in/link': {
    ...{ as: 'administrator', not: notAdministrators, at: ['reader'] },
    send: ({ provider }) => ({ provider, subject: 'rae', confirmed: '1' }),
  },
  'POST /administration/people/:id/sign-in/links/:identity/unlink': {
    ...{ as: 'administrator', not: notAdministrators, at: ['bystander', 'identity'] },
  },
  'POST /administration/sign-in/new': {
    ...{ as: 'administrator', not: notAdministrators },
    send: ({ issuer }) => ({ kind: 'other', name: 'New', issuer }),
  },
  'POST /administration/sign-in/:id': {
    ...{ as: 'administrator', not: notAdministrators, at: ['provider'], send: settings },
  },
  'POST /administration/sign-in/:id/live': { as: 'administrator', not: notAdministrators, at: ['draft'] },
  'POST /administration/sign-in/:id/draft': { as: 'administrator', not: notAdministrators, at: ['provider'] },
  'POST /administration/sign-in/:id/refresh': { as: 'administrator', not: notAdministrators, at: ['provider'] },
  'POST /administration/sign-in/:id/remove': { as: 'administrator', not: notAdministrators, at: ['provider'] },
  'POST /sign-in/passkey/ask': { open: 'whoever signs in is asked the same' },
  'POST /sign-in/passkey': {
    ...{ open: 'the answer of a passkey proves who it is', answers: 403 },
    changesNothing: 'nothing was asked',
  },
  'POST /sign-in/code/passkey/ask': {
    ...{ open: 'whoever has proven their password is asked', answers: 410 },
    changesNothing: 'nobody has proven a password',
  },
  'POST /sign-in/code/passkey': {
    open: 'whoever has proven their password owes an answer; others are led back',
    changesNothing: 'nobody has proven a password',
  },
  'POST /profile/sign-in/confirm': {
    ...{ as: 'reader', not: nobody, send: () => ({ code: code() }) },
  },
  'POST /profile/sign-in/confirm/passkey/ask': { as: 'bystander', not: nobody },
  'POST /profile/sign-in/confirm/passkey': {
    ...{ as: 'bystander', not: nobody, answers: 422 },
    changesNothing: 'nothing was asked',
  },
  'POST /profile/sign-in/passkeys/ask': { as: 'colleague', not: ['bystander'] },
  'POST /profile/sign-in/passkeys': {
    ...{ as: 'colleague', not: nobody, answers: 422 },
    changesNothing: 'nothing was asked',
  },
  'POST /profile/sign-in/passkeys/:id': {
    ...{ as: 'bystander', not: ['owner'], at: ['passkey'], send: { passkeyName: 'Phone' } },
  },
  'POST /profile/sign-in/passkeys/:id/remove': { as: 'bystander', not: ['owner'], at: ['passkey'] },
  'POST /profile/sign-in/link': { as: 'bystander', not: ['owner'], send: ({ sealed }) => ({ sealed }) },
  'POST /profile/sign-in/identities/:id/unlink': { as: 'bystander', not: ['owner'], at: ['identity'] },
  'POST /profile/sign-in/sessions/:name/end': {
    ...{ as: 'bystander', not: ['owner'], at: ['session'], changesNothing: sessions },
  },
  'POST /profile/sign-in/sessions/end-others': { as: 'bystander', not: nobody, changesNothing: sessions },
  'POST /profile/sign-in/tokens': { as: 'colleague', not: nobody, send: { tokenName: 'calendar' } },
  'POST /profile/sign-in/tokens/:id/revoke': { as: 'bystander', not: ['owner'], at: ['ownToken'] },
};

const until = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
const ofGuest: Row = { as: 'bystander', not: ['owner', 'officer', 'guest'], at: ['guest'] };
const pagesOfGuests: Record<string, Row> = {
  'POST /guests/new': {
    // Until an administrator lets everybody.
    ...{ as: 'administrator', not: notAdministrators },
    send: { name: 'Nina New', email: 'nina@firm.example', organisation: 'Fernhill', until },
  },
  'POST /guests/:id/link': ofGuest,
  // As inviting: whoever answers for a guest only where an administrator lets everybody invite.
  'POST /guests/:id/extend': { ...{ as: 'administrator', not: notAdministrators, at: ['guest'] }, send: { until } },
  'POST /guests/:id/end': ofGuest,
  'POST /administration/guests': { ...{ as: 'administrator', not: notAdministrators }, send: { who: 'staff' } },
};

const theirs: Person[] = ['bystander', 'member', 'facilitator', 'administrator', 'officer', 'guest'];
const emergency: Record<string, Row> = {
  'POST /emergency/:id/approve': { as: 'owner', not: theirs, at: ['emergency'] },
  'POST /emergency/:id/refuse': { as: 'owner', not: theirs, at: ['emergency'] },
  'POST /emergency/:id/end': { as: 'administrator', not: ['owner', 'member', 'officer', 'guest'], at: ['emergency'] },
};
const asksToRead = ({ shut }: Things) => ({ group: shut, reason: 'Water in the archive' });

const domains = 'good.example';
const pagesOfRegistration: Record<string, Row> = {
  'POST /register': {
    open: 'an administrator lets people register; it only sends a mail',
    send: { name: 'Nina New', email: 'nina@council.example' },
  },
  'POST /register/:token': {
    open: 'the link in the mail is the proof',
    at: ['registrationToken'],
    send: { name: 'Nina New', password: passphrase },
  },
  'POST /administration/registration': {
    ...{ as: 'administrator', not: notAdministrators },
    send: { mode: 'domain', domains },
  },
  'POST /administration/registration/answer': {
    ...{ as: 'administrator', not: notAdministrators },
    send: ({ registration }) => ({ registration, decision: 'approve' }),
  },
};

const pagesOfPartners: Record<string, Row> = {
  'POST /administration/partners/preview': {
    ...{ as: 'officer', not: notOfficers, send: newPartner },
    changesNothing: onlyShows,
  },
  'POST /administration/partners/decide': { as: 'officer', not: notOfficers, send: newPartner },
  'POST /administration/partners/:id/deliver': {
    ...{ as: 'officer', not: ['bystander', 'owner', 'facilitator'], at: ['partner'] },
    changesNothing: 'nothing waits for that partner',
  },
  'POST /administration/partners/proposals/check': {
    ...{ as: 'officer', not: notOfficers },
    send: { origin: 'https://asking.example', what: 'decline' },
  },
  'POST /administration/partners/proposals/answer': {
    ...{ as: 'officer', not: notOfficers },
    send: { origin: 'https://wanted.example', 'answer-https-wanted-example': 'Not this year' },
  },
  'POST /administration/partners/scopes': {
    ...{ as: 'officer', not: notOfficers },
    send: { scope: 'open-groups', reason: 'Not needed' },
    changesNothing: 'no agreement is older than the scopes of this version',
  },
  'POST /administration/partners/introduced': {
    ...{ as: 'officer', not: notOfficers },
    send: { group: 'https://a.example/groups/1', origin: 'https://b.example', refused: '1', reason: 'Not needed' },
    answers: 404,
    changesNothing: 'no group introduces anybody here',
  },
  'POST /administration/partners/labels/theirs': {
    ...{ as: 'officer', not: notOfficers },
    send: { 'origin-0': 'https://a.example', 'word-0': 'Secret', 'means-0': 'internal', mapReason: 'Agreed' },
    changesNothing: 'no group here carries a label of theirs',
  },
  'POST /administration/partners/labels': {
    ...{ as: 'officer', not: notOfficers },
    send: { labels: 'Public / Openbaar\nInternal / Intern', reason: 'Policy 4' },
  },
  'POST /administration/partners/rehearsal': {
    ...{ as: 'officer', not: ['bystander', 'owner', 'facilitator'] },
    changesNothing: 'its nodes are others, and gone afterwards',
  },
  'POST /administration/partners/import': {
    ...{ as: 'officer', not: notOfficers },
    send: { list: 'new.gov', source: 'Region', as: 'allow', apply: '1', reason: 'Agreement 17' },
  },
};

const pagesOfNotifications: Record<string, Row> = {
  'POST /notifications/read': { as: 'member', not: nobody },
  'POST /notifications/mute': { as: 'bystander', not: nobody, send: { scope: 'kind', subject: 'reply' } },
  'POST /notifications/unmute': { as: 'member', not: nobody, send: { scope: 'kind', subject: 'mention' } },
  'POST /notifications/settings': { as: 'bystander', not: nobody, send: { mailOff: '1' } },
  'POST /notifications/mute/:token': {
    open: 'the link of a mail silences one thing without signing in (RFC 8058)',
    at: ['muteToken'],
  },
  'POST /administration/mail': {
    ...{ as: 'administrator', not: notAdministrators },
    changesNothing: 'it sends a test mail',
  },
};

const api: Record<string, Row> = {
  'POST /notifications/read': { as: 'member', not: nobody, send: {} },
  'POST /groups': { as: 'bystander', not: guests, send: { name: 'Winter', handle: 'winter' } },
  'PATCH /groups/:id': inGroup('owner', notOwners, { name: 'Crisis team 2' }),
  'POST /groups/:id/requests': inGroup('facilitator', notFacilitators, ({ requester }) => ({
    ...{ people: [requester], decision: 'decline', reason: 'Full' },
  })),
  'PUT /groups/:id/label': inGroup('owner', notOwners, { label: 'internal', reason: 'Names of suppliers' }),
  'PUT /groups/:id/introductions': inGroup('owner', notOwners, { introduced: true }),
  'PUT /labels': {
    ...{ as: 'officer', not: notOfficers },
    send: { labels: [{ en: 'Public', nl: 'Openbaar' }], reason: 'Policy 4' },
  },
  'PUT /labels/theirs': {
    ...{ as: 'officer', not: notOfficers },
    send: { home: 'https://a.example', word: 'Secret', label: 'internal', reason: 'Agreed' },
    answers: 404,
    changesNothing: 'no group here carries a label of theirs',
  },
  'PUT /introductions': {
    ...{ as: 'officer', not: notOfficers },
    send: { group: 'https://a.example/groups/1', origin: 'https://b.example', refused: true, reason: 'Not needed' },
    answers: 404,
    changesNothing: 'no group introduces anybody here',
  },
  'POST /groups/:id/join': inGroup('invitee', outsiders),
  'POST /groups/:id/follow': inGroup('reader', outsiders),
  'POST /groups/:id/leave': inGroup('member', strangers),
  'POST /memberships/remote': { as: 'bystander', not: ['banned', 'guest'], send: ({ uri }) => ({ uri }) },
  'POST /groups/:id/invitations': inGroup('facilitator', notFacilitators, ({ bystander }) => ({ person: bystander })),
  'POST /groups/:id/members/:person/approve': onMember('requester', 'facilitator', notFacilitators, {}),
  'POST /groups/:id/members/:person/remove': onMember('colleague', 'facilitator', notFacilitators, {}),
  'POST /groups/:id/members/:person/ban': onMember('colleague', 'facilitator', notFacilitators, reason),
  'DELETE /groups/:id/members/:person/ban': onMember('banned', 'facilitator', notFacilitators),
  'PATCH /groups/:id/members/:person': onMember('colleague', 'owner', notOwners, { role: 'facilitator' }),
  'POST /groups/:id/posts': inGroup('member', ['requester', 'invitee', ...outsiders], {
    ...{ title: 'New', content: 'Text' },
  }),
  'POST /groups/:id/reports/:report/handled': {
    ...{ as: 'facilitator', not: notFacilitators },
    at: ['closed', 'report'],
  },
  'PATCH /posts/:id': onPost('topic', 'member', notAuthor, { content: 'Changed' }),
  'DELETE /posts/:id': onPost('topic', 'member', notAuthor),
  'POST /posts/:id/replies': onPost('topic', 'colleague', outsiders, { content: 'Text' }),
  'PUT /posts/:id/like': onPost('topic', 'colleague', outsiders, {}),
  'DELETE /posts/:id/like': onPost('liked', 'colleague', outsiders),
  'POST /posts/:id/pin': onPost('topic', 'facilitator', notFacilitators, {}),
  'DELETE /posts/:id/pin': onPost('fixed', 'facilitator', notFacilitators),
  'POST /posts/:id/delivery/ask': {
    ...onPost('topic', 'member', notAuthor, {}),
    ...{ changesNothing: 'it is at no other node: there is nobody to ask', answers: 409 },
  },
  'POST /posts/:id/lock': onPost('topic', 'facilitator', notFacilitators, {}),
  'DELETE /posts/:id/lock': onPost('fixed', 'facilitator', notFacilitators),
  'POST /posts/:id/remove': onPost('topic', 'facilitator', notFacilitators, reason),
  'DELETE /posts/:id/remove': onPost('removed', 'facilitator', notFacilitators),
  'POST /posts/:id/answered': onPost('reply', 'member', ['colleague', ...outsiders], {}),
  'DELETE /posts/:id/answered': onPost('answer', 'member', ['colleague', ...outsiders]),
  'POST /posts/:id/report': onPost('topic', 'reader', ['member', ...outsiders], reason),
  'PATCH /profile': { as: 'bystander', not: nobody, send: { name: 'Bo Changed' } },
  'POST /people': { as: 'administrator', not: notAdministrators, send: newPerson },
  'POST /people/:id/disable': { as: 'administrator', not: notAdministrators, at: ['colleague'] },
  'POST /partners': {
    ...{ as: 'officer', not: notOfficers },
    send: { agency: 'New agency', origin: 'https://new.gov', reason: 'Agreement 17' },
  },
  'PATCH /partners/:id': {
    ...{ as: 'officer', not: notOfficers, at: ['partner'] },
    send: { state: 'suspended', reason: 'Incident' },
  },
  'POST /partners/:id/preview': {
    ...{ as: 'officer', not: notOfficers, at: ['partner'], send: { state: 'suspended' } },
    changesNothing: onlyShows,
  },
};

/** Every route that may change something, by `METHOD /path`. */
export const changingRoutes: Record<string, Row> = {
  ...pagesOfGroups,
  ...pagesOfPosts,
  ...pagesOfLibrary,
  ...uploads,
  ...Object.fromEntries(Object.entries(uploads).map(([route, row]) => [route.replace(' ', ' /api/v1'), row])),
  ...pagesOfPeople,
  ...pagesOfRegistration,
  'POST /administration/emergency': { as: 'administrator', not: notAdministrators, send: asksToRead },
  'POST /api/v1/emergency': { as: 'administrator', not: notAdministrators, send: asksToRead },
  ...emergency,
  ...Object.fromEntries(Object.entries(emergency).map(([route, row]) => [route.replace(' ', ' /api/v1'), row])),
  ...pagesOfGuests,
  ...pagesOfSignIn,
  ...pagesOfPartners,
  ...pagesOfNotifications,
  ...pagesOfConversations,
  ...apiOfConversations,
  ...Object.fromEntries(Object.entries(apiOfLibrary).map(([route, row]) => [route.replace(' ', ' /api/v1'), row])),
  ...Object.fromEntries(Object.entries(api).map(([route, row]) => [route.replace(' ', ' /api/v1'), row])),
};
