import { type Visitor, visitors } from './closed-world.ts';

/** What whoever sends something is answered. */
export const answers = {
  may: 'let in: it is done, or they are told what of it does not fit',
  refused: 'told that they may not; the same as for what is missing, unless they may know of the group',
  'signed out': 'led to signing in, or asked for a token, whatever the address',
  'as missing':
    'the same answer, to the byte, as if there were no such thing; where it is about nothing in a group, that there is no such thing',
} as const;
export type SentAnswer = keyof typeof answers;
const letters: Record<string, SentAnswer> = { y: 'may', r: 'refused', s: 'signed out', '-': 'as missing' };

/** What each visitor is answered: one letter for a hidden and one for a closed, listed group; or one letter, where it is about nothing in a group. */
export type SendingRule = { says: string; cells: Record<Visitor, string>; routes: string[] };
type Given = Partial<Record<Visitor, string>>;

export function answerOfRule(rule: SendingRule, visitor: Visitor, place: number): SentAnswer {
  const answer = letters[rule.cells[visitor][place] ?? ''];
  if (!answer) throw new Error(`"${rule.says}" has no letter for ${visitor}`);
  return answer;
}

/** Whoever is not named is answered as a stranger is; who has not signed in, nodes included, is led to signing in. */
const rule =
  (places: number) =>
  (says: string, given: Given, routes: string[]): SendingRule => {
    const people: Visitor[] = ['guest', 'former', 'asking', 'invited', 'member', 'administrator', 'officer'];
    const cell = (visitor: Visitor): string => {
      const own = given[visitor];
      if (own !== undefined) return own;
      if (visitor === 'stranger') return '-'.repeat(places);
      if (visitor === 'facilitator') return cell('member');
      if (people.includes(visitor)) return cell('stranger');
      return visitor === 'nobody' ? 's'.repeat(places) : cell('nobody');
    };
    const cells = Object.fromEntries(Object.keys(visitors).map((one) => [one, cell(one as Visitor)]));
    return { says, cells: cells as SendingRule['cells'], routes };
  };
const inGroup = rule(2);
const ofNode = rule(1);

/** Who is answered what at every address that changes something. What is sent, and who of several people of one kind may, is in `changing-routes-table.ts`. */
export const sending: Record<string, SendingRule> = {
  running: inGroup(
    'In a group, by those who run it; a document also by its author',
    { invited: 'rr', member: 'rr', facilitator: 'yy' },
    [
      'POST /groups/:id/reports/:report/handled',
      'POST /posts/:id/not-answered',
      'POST /posts/:id/pin',
      'POST /posts/:id/unpin',
      'POST /posts/:id/lock',
      'POST /posts/:id/unlock',
      'POST /posts/:id/remove',
      'POST /posts/:id/put-back',
      'POST /groups/:id/library/folders',
      'POST /groups/:id/library/choice',
      'POST /folders/:id/edit',
      'POST /folders/:id/remove',
      'POST /folders/:id/official',
      'POST /folders/:id/not-official',
      'POST /documents/:id/move',
      'POST /documents/:id/official',
      'POST /documents/:id/not-official',
      'POST /documents/:id/version',
      'POST /documents/:id/versions/:number/restore',
      'POST /api/v1/groups/:id/library/folders',
      'PATCH /api/v1/folders/:id',
      'DELETE /api/v1/folders/:id',
      'PATCH /api/v1/documents/:id',
      'POST /api/v1/documents/:id/versions',
      'POST /api/v1/groups/:id/reports/:report/handled',
      'POST /api/v1/posts/:id/pin',
      'DELETE /api/v1/posts/:id/pin',
      'POST /api/v1/posts/:id/lock',
      'DELETE /api/v1/posts/:id/lock',
      'POST /api/v1/posts/:id/remove',
      'DELETE /api/v1/posts/:id/remove',
      'POST /api/v1/posts/:id/answered',
      'DELETE /api/v1/posts/:id/answered',
      'POST /posts/:id/answered',
    ],
  ),
  admitting: inGroup(
    'Who is in a group and what they are asked, by those who run it',
    { stranger: '-r', guest: '--', asking: 'rr', invited: 'rr', member: 'rr', facilitator: 'yy' },
    [
      'POST /groups/:id/requests',
      'POST /groups/:id/requests/questions',
      'POST /groups/:id/requests/automatic',
      'POST /groups/:id/requests/away',
      'POST /groups/:id/invitations',
      'POST /groups/:id/members/:person/answer',
      'POST /groups/:id/members/:person/remove',
      'POST /groups/:id/members/:person/ban',
      'POST /groups/:id/members/:person/unban',
      'POST /api/v1/groups/:id/requests',
      'POST /api/v1/groups/:id/invitations',
      'POST /api/v1/groups/:id/members/:person/approve',
      'POST /api/v1/groups/:id/members/:person/remove',
      'POST /api/v1/groups/:id/members/:person/ban',
      'DELETE /api/v1/groups/:id/members/:person/ban',
    ],
  ),
  owning: inGroup(
    'What a group is, by its owners',
    { stranger: '-r', guest: '--', asking: 'rr', invited: 'rr', member: 'rr' },
    [
      'POST /groups/:id/settings',
      'POST /groups/:id/classification',
      'POST /groups/:id/terms/edit',
      'POST /groups/:id/keys',
      'POST /groups/:id/introduce',
      'POST /groups/:id/archive',
      'POST /groups/:id/delete',
      'POST /groups/:id/members/:person/role',
      'PATCH /api/v1/groups/:id',
      'PUT /api/v1/groups/:id/label',
      'PUT /api/v1/groups/:id/introductions',
      'PATCH /api/v1/groups/:id/members/:person',
    ],
  ),
  authoring: inGroup(
    'A post, by its author alone; one of another node is hidden by an administrator who reads it',
    { invited: 'rr', member: 'rr' },
    [
      'POST /posts/:id/edit',
      'POST /posts/:id/delete',
      'POST /posts/:id/hide',
      'POST /posts/:id/unhide',
      'POST /posts/:id/delivery',
      'POST /posts/:id/send-again',
      'PATCH /api/v1/posts/:id',
      'DELETE /api/v1/posts/:id',
      'POST /api/v1/posts/:id/delivery/ask',
    ],
  ),
  reacting: inGroup('By those who read the group', { invited: 'yy', member: 'yy' }, [
    'POST /groups/:id/read',
    'POST /posts/:id/like',
    'POST /posts/:id/unlike',
    'POST /posts/:id/report',
    'PUT /api/v1/posts/:id/like',
    'DELETE /api/v1/posts/:id/like',
    'POST /api/v1/posts/:id/report',
  ]),
  writing: inGroup('By members', { invited: 'rr', member: 'yy' }, [
    'POST /groups/:id/new',
    'POST /posts/:id/replies',
    'POST /groups/:id/library/add',
    'POST /api/v1/groups/:id/library/documents',
    'POST /api/v1/groups/:id/posts',
    'POST /api/v1/posts/:id/replies',
  ]),
  leaving: inGroup(
    'Not taking part any more, by those who may know of the group; changes nothing for whoever did not',
    { stranger: '-y', guest: '--', asking: 'yy', invited: 'yy', member: 'yy' },
    [
      'POST /groups/:id/unfollow',
      'POST /groups/:id/leave',
      'POST /groups/:id/decline-invitation',
      'POST /api/v1/groups/:id/leave',
    ],
  ),
  joining: inGroup(
    'Taking part: in a group that one may ask to join, by those who may know of it',
    { stranger: '-y', guest: '--', asking: 'ry', invited: 'yy', member: 'ry' },
    ['POST /groups/:id/ask', 'POST /groups/:id/join', 'POST /api/v1/groups/:id/join'],
  ),
  holding: inGroup('What has not left yet, by its author (here the member)', { member: 'yy', facilitator: '--' }, [
    'POST /outgoing/:id',
    'POST /outgoing/:id/undo',
    'POST /outgoing/:id/now',
  ]),
  following: inGroup(
    'Following, by members',
    { stranger: '-r', guest: '--', asking: 'rr', invited: 'rr', member: 'yy' },
    ['POST /groups/:id/follow', 'POST /api/v1/groups/:id/follow'],
  ),
  restoring: inGroup('What was deleted, by its author, who is none of these', {}, [
    'POST /documents/:id/restore',
    'POST /api/v1/documents/:id/restore',
  ]),
  opening: inGroup(
    'A group that a restore keeps shut, by those who run it; others are not told that it is shut',
    { facilitator: 'yy' },
    ['POST /groups/:id/confirm'],
  ),
  allowing: inGroup(
    'A choice that a restore has switched off, by those who run the group; here there is none',
    { stranger: '-r', guest: '--', asking: 'rr', invited: 'rr', member: 'rr', facilitator: '--' },
    ['POST /groups/:id/joining'],
  ),
  administering: ofNode('By administrators', { stranger: 'r', administrator: 'y' }, [
    'POST /administration/health/reach',
    'POST /administration/defaults',
    'POST /administration/start/dismiss',
    'POST /administration/restored',
    'POST /administration/restored/groups',
    'POST /administration/restored/keys',
    'POST /administration/restored/people',
    'POST /administration/restored/people/:id/accept',
    'POST /administration/style',
    'POST /administration/people/new',
    'POST /administration/people/links',
    'POST /administration/people/import',
    'POST /administration/people/import/confirm',
    'POST /administration/people/:id/link',
    'POST /administration/people/:id/roles',
    'POST /administration/people/:id/disable',
    'POST /administration/people/:id/enable',
    'POST /administration/registration',
    'POST /administration/registration/answer',
    'POST /administration/emergency',
    'POST /api/v1/emergency',
    'POST /guests/new',
    'POST /administration/guests',
    'POST /administration/people/:id/second-step',
    'POST /administration/people/:id/sign-in/password/remove',
    'POST /administration/people/:id/sign-in/passkeys/:passkey/remove',
    'POST /administration/people/:id/sign-in/link',
    'POST /administration/people/:id/sign-in/links/:identity/unlink',
    'POST /administration/sign-in/new',
    'POST /administration/sign-in/:id',
    'POST /administration/sign-in/:id/live',
    'POST /administration/sign-in/:id/draft',
    'POST /administration/sign-in/:id/refresh',
    'POST /administration/sign-in/:id/remove',
    'POST /administration/mail',
    'POST /administration/messages/:report/forward',
    'POST /administration/messages/:report/handled',
    'POST /api/v1/people',
    'POST /api/v1/people/:id/disable',
  ]),
  partaking: ofNode(
    'A conversation, by those who are in it; an upload, by whoever began it (here the member)',
    { member: 'y', facilitator: '-' },
    [
      'PATCH /uploads/:id',
      'DELETE /uploads/:id',
      'PATCH /api/v1/uploads/:id',
      'DELETE /api/v1/uploads/:id',
      'POST /conversations/:id/messages',
      'POST /conversations/:id/leave',
      'POST /conversations/:id/reopen',
      'POST /conversations/:id/mute',
      'POST /conversations/:id/unmute',
      'POST /conversations/:id/accept',
      'POST /conversations/:id/ignore',
      'POST /api/v1/conversations/:id/messages',
      'POST /api/v1/conversations/:id/read',
      'POST /api/v1/conversations/:id/people',
      'PUT /api/v1/conversations/:id/request',
      'POST /api/v1/conversations/:id/leave',
      'PUT /api/v1/conversations/:id/mute',
      'DELETE /api/v1/conversations/:id/mute',
    ],
  ),
  signedIn: ofNode('About one’s own account, by everybody who has one', { stranger: 'y' }, [
    'POST /profile/posting',
    'POST /read',
    'POST /uploads',
    'POST /api/v1/uploads',
    'POST /profile',
    'POST /profile/sign-in/code/off',
    'POST /profile/sign-in/confirm/passkey/ask',
    'POST /profile/sign-in/confirm/passkey',
    'POST /profile/sign-in/passkeys',
    'POST /profile/sign-in/sessions/end-others',
    'POST /profile/sign-in/tokens',
    'POST /notifications/read',
    'POST /notifications/mute',
    'POST /notifications/unmute',
    'POST /notifications/settings',
    'POST /api/v1/notifications/read',
    'PATCH /api/v1/profile',
  ]),
  agreeing: ofNode('Agreements, labels and introductions, by federation officers', { stranger: 'r', officer: 'y' }, [
    'POST /administration/partners/preview',
    'POST /administration/partners/decide',
    'POST /administration/partners/proposals/check',
    'POST /administration/partners/proposals/answer',
    'POST /administration/partners/scopes',
    'POST /administration/partners/introduced',
    'POST /administration/partners/labels/theirs',
    'POST /administration/partners/labels',
    'POST /administration/partners/import',
    'PUT /api/v1/labels',
    'PUT /api/v1/labels/theirs',
    'PUT /api/v1/introductions',
    'POST /api/v1/partners',
    'PATCH /api/v1/partners/:id',
    'POST /api/v1/partners/:id/preview',
  ]),
  open: ofNode(
    'Open to anybody: what is sent along is the proof, or nothing is changed',
    { nobody: 'y', stranger: 'y' },
    [
      'POST /sign-in',
      'POST /sign-in/link/:token',
      'POST /language',
      'POST /own-node',
      'POST /register/:token',
      'POST /sign-in/passkey/ask',
      'POST /sign-in/passkey',
      'POST /sign-in/code/passkey/ask',
      'POST /notifications/mute/:token',
      'POST /register',
    ],
  ),
  staff: ofNode('By everybody of the agency, not by guests', { stranger: 'y', guest: 'r' }, [
    'POST /groups/new',
    'POST /groups/join',
    'POST /follow/ask',
    'POST /conversations/new',
    'POST /profile/conversations',
    'POST /api/v1/conversations',
    'POST /api/v1/groups',
    'POST /api/v1/memberships/remote',
  ]),
  possessing: ofNode(
    'Keys, sessions and tokens of an account, by whoever has them (here the stranger)',
    {
      stranger: 'y',
      guest: '-',
      former: '-',
      asking: '-',
      invited: '-',
      member: '-',
      administrator: '-',
      officer: '-',
    },
    [
      'POST /profile/sign-in/passkeys/:id',
      'POST /profile/sign-in/passkeys/:id/remove',
      'POST /profile/sign-in/identities/:id/unlink',
      'POST /profile/sign-in/sessions/:name/end',
      'POST /profile/sign-in/tokens/:id/revoke',
    ],
  ),
  deciding: ofNode(
    'Emergency access, by an owner of the group or another administrator: never by whoever asked (here the administrator)',
    { administrator: 'r' },
    [
      'POST /emergency/:id/approve',
      'POST /emergency/:id/refuse',
      'POST /api/v1/emergency/:id/approve',
      'POST /api/v1/emergency/:id/refuse',
    ],
  ),
  leadingToSignIn: ofNode('By anybody: leads to signing in', { stranger: 's' }, [
    'POST /sign-out',
    'POST /sign-in/code',
    'POST /sign-in/code/passkey',
  ]),
  firstKey: ofNode(
    'First keys of an account, by its owner, unless a provider decides (as for the stranger here)',
    {
      stranger: 'r',
      guest: 'y',
      former: 'y',
      asking: 'y',
      invited: 'y',
      member: 'y',
      administrator: 'y',
      officer: 'y',
    },
    ['POST /profile/password', 'POST /profile/sign-in/code', 'POST /profile/sign-in/passkeys/ask'],
  ),
  ending: ofNode('Emergency access, by whoever asked', { administrator: 'y' }, [
    'POST /emergency/:id/end',
    'POST /api/v1/emergency/:id/end',
  ]),
  sponsoring: ofNode(
    'A guest, by whoever answers for them (here the stranger) and by administrators',
    { stranger: 'y', guest: 'r', former: '-', asking: '-', invited: '-', member: '-', officer: '-' },
    ['POST /guests/:id/link', 'POST /guests/:id/end'],
  ),
  operating: ofNode('By administrators and federation officers', { stranger: 'r', administrator: 'y', officer: 'y' }, [
    'POST /administration/partners/:id/deliver',
    'POST /administration/partners/rehearsal',
  ]),
  restoredRules: ofNode(
    'What a restore has switched off, by administrators; agreements by federation officers',
    { stranger: 'r', administrator: 'y', officer: '-' },
    ['POST /administration/restored/rules'],
  ),
  extending: ofNode(
    'A guest for longer, by administrators',
    { stranger: 'r', former: '-', asking: '-', invited: '-', member: '-', administrator: 'y', officer: '-' },
    ['POST /guests/:id/extend'],
  ),
  confirmingSelf: ofNode(
    'A second step, by whoever has set one up (here the former member)',
    { stranger: 'r', former: 'y' },
    ['POST /profile/sign-in/confirm'],
  ),
  linkingSelf: ofNode(
    'A provider’s account, by whoever has signed in there (here the stranger)',
    {
      stranger: 'y',
      guest: 'r',
      former: 'r',
      asking: 'r',
      invited: 'r',
      member: 'r',
      administrator: 'r',
      officer: 'r',
    },
    ['POST /profile/sign-in/link'],
  ),
  bringingIn: ofNode(
    'Somebody else into a conversation, by those who are in it; never by guests',
    { guest: 'r', member: 'y', facilitator: '-' },
    ['POST /conversations/:id/people'],
  ),
};
