import {
  type Environment,
  isId,
  nameCursor,
  namePosition,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  transactAs,
  type Work,
} from '@joinery/core';
import { readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { localPeople, personById } from '../people/index.ts';
import { formerNodes } from './access.ts';
import { attempt, type Failed, nothingTyped } from './attempt.ts';
import { answerForm, banForm, invitationForm, roleForm } from './input.ts';
import { invite } from './invitations.ts';
import { listMembers } from './lists.ts';
import { messages } from './messages.ts';
import { shutMessages } from './messages-shut.ts';
import { approve, ban, decline, type ModerationInput, removeMember, setRole, unban } from './moderation.ts';
import { canChangeRole, canInvite, canModerate, canRemove, canSeeMembers } from './policy.ts';
import { countMemberPage, findPerson, seeGroup } from './reads.ts';
import { newNodeOf } from './requests/new-nodes.ts';
import { mayDecide, waitingIn } from './requests/queue.ts';
import { lookUpFault } from './routes-form.tsx';
import { membershipOf } from './store.ts';
import { MembersPage } from './views-member.tsx';
import { type FirstOfNode, InvitePage, MemberPage } from './views-member-page.tsx';

const perPage = 50;

/** Pages about the people of a group: list, requests, one member, invitations. */
export function memberRoutes(app: Hono<Environment>): void {
  app.get('/groups/:id/members', showMembers);
  app.get('/groups/:id/invite', (c) => showInvite(c, nothingTyped));
  app.post('/groups/:id/invitations', sendInvitation);
  app.get('/groups/:id/members/:person', (c) => showMember(c, nothingTyped));
  app.post('/groups/:id/members/:person/remove', (c) => decide(c, removeMember));
  app.post('/groups/:id/members/:person/unban', (c) => decide(c, unban));
  app.post('/groups/:id/members/:person/answer', answerRequest);
  app.post('/groups/:id/members/:person/ban', banMember);
  app.post('/groups/:id/members/:person/role', changeRole);
}

async function showMembers(c: RequestContext) {
  const visitor = requireVisitor(c);
  const { context, csrf, language } = c.var;
  const db = context.db.reader;
  const { group, standing, readable } = await seeGroup(db, c.req.param('id') ?? '', visitor);
  if (!readable) refuse('forbidden', 'Only members see who is in a closed group');
  if (!canSeeMembers(visitor.person.guest, standing)) refuse('forbidden', 'Guests see who is in their own groups');
  const search = (c.req.query('q') ?? '').slice(0, 200);
  const after = namePosition(c.req.query('cursor'));
  if (after !== null || search !== '') countMemberPage(context, visitor, { group, standing });
  const moderates = canModerate(group, standing);
  const rows = await listMembers(db, group.id, {
    states: ['member'],
    search,
    after,
    limit: perPage + 1,
  });
  const hidden = async (state: 'invited' | 'banned') =>
    moderates && !after ? listMembers(db, group.id, { states: [state], limit: 200 }) : [];
  const now = context.clock.now().toISOString();
  const decides = !after && (await mayDecide(db, group, standing, now));
  const members = rows.slice(0, perPage);
  const cursor = rows.length > perPage ? nameCursor(members.at(-1)?.person) : null;
  const next = cursor && `/groups/${group.id}/members?${new URLSearchParams({ q: search, cursor })}`;
  const body = (
    <MembersPage
      reader={readerOf(c)}
      csrf={csrf}
      group={group}
      agency={context.config.agency}
      members={members}
      requests={decides ? (await waitingIn(db, group.id)).length : 0}
      invited={await hidden('invited')}
      banned={await hidden('banned')}
      former={moderates && group.local === 1 && !after ? await formerNodes(db, group.id) : []}
      search={search}
      next={next}
      moderates={moderates}
    />
  );
  const t = messages(language);
  const confirmed = Number(c.req.query('confirmed'));
  const done = confirmed > 0 ? shutMessages(language)('confirmed', { count: confirmed }) : null;
  const notices = done === null ? [] : [{ kind: 'success' as const, text: done }];
  return showPage(c, { title: t('membersOf', { group: group.name }), notices }, body);
}

/** The group and the person of this address, for those who run the group. @throws {Refusal} signed_out, not_found, forbidden */
async function moderated(c: RequestContext) {
  const visitor = requireVisitor(c);
  const db = c.var.context.db.reader;
  const { group, standing: own } = await seeGroup(db, c.req.param('id') ?? '', visitor);
  if (!canModerate(group, own)) refuse('forbidden', 'Only those who run the group see this');
  const id = c.req.param('person') ?? '';
  const person = isId(id) ? await personById(db, id) : undefined;
  if (!person) refuse('not_found', 'There is no such person here');
  const standing = await membershipOf(db, group.id, person.id);
  return { visitor, group, own, person, standing };
}

async function showMember(c: RequestContext, { errors, typed }: Failed) {
  const { visitor, group, own, person, standing } = await moderated(c);
  const body = (
    <MemberPage
      reader={readerOf(c)}
      csrf={c.var.csrf}
      group={group}
      person={person}
      standing={standing}
      errors={errors}
      typed={typed}
      mayChangeRole={canChangeRole(group, own)}
      mayRemove={canRemove(group, own, standing)}
      self={person.id === visitor.person.id}
      firstOfNode={await newNodeOf(c.var.context.db.reader, group, person, c.var.language)}
    />
  );
  const title = messages(c.var.language)('memberIn', { name: person.name, group: group.name });
  return showPage(c, { title, error: errors.length > 0 }, body);
}

/** A decision about one person without further questions, and back to the list. */
async function decide(c: RequestContext, does: (work: Work, input: ModerationInput) => Promise<unknown>) {
  const { visitor, group, person } = await moderated(c);
  await transactAs(c, visitor, (work) => does(work, { group: group.id, person: person.id, by: visitor.person.id }));
  return c.redirect(`/groups/${group.id}/members`, 303);
}

const given = (reason: string | undefined) => (reason ? { reason } : {});

async function answerRequest(c: RequestContext) {
  const { visitor, group, person } = await moderated(c);
  const parties = { group: group.id, person: person.id, by: visitor.person.id };
  const failed = await attempt(c, await readForm(c, answerForm), async ({ reason, decision }) => {
    const does = decision === 'approve' ? approve : decline;
    await transactAs(c, visitor, async (work) => void (await does(work, { ...parties, ...given(reason) })));
  });
  return failed ? showMember(c, failed) : c.redirect(`/groups/${group.id}/members`, 303);
}

async function banMember(c: RequestContext) {
  const { visitor, group, person } = await moderated(c);
  const parties = { group: group.id, person: person.id, by: visitor.person.id };
  const failed = await attempt(c, await readForm(c, banForm), async ({ banReason, until }) => {
    // The last day counts whole.
    const end = until ? `${until}T23:59:59.999Z` : null;
    await transactAs(c, visitor, (work) => ban(work, { ...parties, ...given(banReason), until: end }));
  });
  return failed ? showMember(c, failed) : c.redirect(`/groups/${group.id}/members`, 303);
}

async function changeRole(c: RequestContext) {
  const { visitor, group, person } = await moderated(c);
  const parties = { group: group.id, person: person.id, by: visitor.person.id };
  const failed = await attempt(c, await readForm(c, roleForm), async ({ role }) => {
    await transactAs(c, visitor, (work) => setRole(work, { ...parties, role }));
  });
  return failed ? showMember(c, failed) : c.redirect(`/groups/${group.id}/members`, 303);
}

async function invitingGroup(c: RequestContext) {
  const visitor = requireVisitor(c);
  const { group, standing } = await seeGroup(c.var.context.db.reader, c.req.param('id') ?? '', visitor);
  if (!canInvite(group, standing, visitor.person.guest)) refuse('forbidden', 'The group says who invites');
  return { visitor, group };
}

async function showInvite(c: RequestContext, { errors, typed }: Failed, first: FirstOfNode | null = null) {
  const { group } = await invitingGroup(c);
  const search = (c.req.query('q') ?? '').slice(0, 200).trim();
  const people = search === '' ? [] : await localPeople(c.var.context.db.reader, { search, limit: 20 });
  const body = (
    <InvitePage
      reader={readerOf(c)}
      csrf={c.var.csrf}
      group={group}
      people={people}
      search={search}
      first={first}
      errors={errors}
      typed={typed}
    />
  );
  const title = messages(c.var.language)('inviteTo', { group: group.name });
  return showPage(c, { title, error: errors.length > 0 }, body);
}

async function sendInvitation(c: RequestContext) {
  const { visitor, group } = await invitingGroup(c);
  const db = c.var.context.db.reader;
  let first: FirstOfNode | null = null;
  const failed = await attempt(
    c,
    await readForm(c, invitationForm),
    async ({ person, reference, knowing }) => {
      const invited = person ?? (await findPerson(c.var.context, reference ?? ''));
      const found = isId(invited) ? await personById(db, invited) : undefined;
      const means = found && knowing === undefined ? await newNodeOf(db, group, found, c.var.language) : null;
      if (found && means !== null) {
        first = { person: found, means };
        return;
      }
      await transactAs(c, visitor, (work) => invite(work, { group: group.id, person: invited, by: visitor.person.id }));
    },
    lookUpFault(c, 'reference', messages(c.var.language)('notAPerson')),
  );
  if (failed) return showInvite(c, failed);
  return first === null ? c.redirect(`/groups/${group.id}/members`, 303) : showInvite(c, nothingTyped, first);
}
