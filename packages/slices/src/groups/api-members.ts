import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  type Environment,
  isId,
  jsonAnswer,
  jsonBody,
  listOfItems,
  listQuery,
  nameCursor,
  namePosition,
  type Reader,
  type RequestContext,
  refuse,
  requireVisitor,
  transactAs,
  type Work,
} from '@joinery/core';
import { z } from 'zod';
import { groupParams, memberAnswer, memberParams } from './api-parts.ts';
import { banInput, invitationInput, reasonBody, roleInput } from './input.ts';
import { invite } from './invitations.ts';
import { memberJson, memberSchema } from './json.ts';
import { type ListedMember, listMembers } from './lists.ts';
import { approve, ban, decline, removeMember, setRole, unban } from './moderation.ts';
import { canInvite, canModerate, canSeeMembers } from './policy.ts';
import { countMemberPage, findPerson, seeGroup } from './reads.ts';
import { newNodesOf } from './requests/new-nodes.ts';
import { groupById, membershipOf } from './store.ts';
import { type GroupRow, memberStates } from './tables.ts';

async function showMember(c: RequestContext, id: string, person: string) {
  const db = c.var.context.db.reader;
  const standing = await membershipOf(db, id, person);
  const row = await db.selectFrom('person').selectAll().where('id', '=', person).executeTakeFirst();
  if (!standing || !row) refuse('not_found', 'This person has no part in the group');
  const [shown] = await withFirst(db, await groupById(db, id), [{ person: row, standing }], true);
  return shown ?? refuse('not_found', 'This person has no part in the group');
}

/** Members as they are shown; of who is invited or asks, also whether they are the first of their node. */
async function withFirst(db: Reader, group: GroupRow | undefined, members: readonly ListedMember[], full: boolean) {
  const outside = members.filter(({ standing: { state } }) => state === 'invited' || state === 'requested');
  const people = outside.map(({ person }) => person);
  const fresh = group && full && people.length > 0 ? await newNodesOf(db, group, people) : null;
  return members.map((member) => ({
    ...memberJson(member, full),
    ...(fresh && outside.includes(member) ? { firstOfNode: fresh.has(member.person.home) } : {}),
  }));
}

/** REST of the people in a group: list, decisions, invitations. */
export function memberRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/members',
      summary: 'Members by name; requests, invitations and bans only for those who run the group',
      request: { params: groupParams, query: listQuery.extend({ state: z.enum(memberStates).default('member') }) },
      responses: { 200: jsonAnswer(listOfItems(memberSchema), 'A page of members') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { group, standing, readable } = await seeGroup(db, c.req.valid('param').id, visitor);
      const { cursor, limit, state } = c.req.valid('query');
      const full = canModerate(group, standing);
      const shows = readable && canSeeMembers(visitor.person.guest, standing);
      if (!shows || (state !== 'member' && !full)) refuse('forbidden', 'Only those who run the group see this');
      const after = namePosition(cursor);
      if (after !== null) countMemberPage(c.var.context, visitor, { group, standing });
      const rows = await listMembers(db, group.id, {
        states: [state],
        after,
        limit: limit + 1,
      });
      const shown = rows.slice(0, limit);
      const next = rows.length > limit ? nameCursor(shown.at(-1)?.person) : null;
      return c.json({ items: await withFirst(db, group, shown, full), next }, 200);
    },
  );
  const decisions = [
    ['post', 'approve', 'Let in who asked', reasonBody, approve],
    ['post', 'remove', 'Remove a member, or decline a request', reasonBody, removeOrDecline],
    ['delete', 'ban', 'End a ban', reasonBody, unban],
  ] as const;
  for (const [method, verb, summary, schema, does] of decisions) {
    app.openapi(
      createRoute({
        method,
        path: `/groups/{id}/members/{person}/${verb}`,
        summary,
        request: { params: memberParams, ...(method === 'post' ? { body: jsonBody(schema) } : {}) },
        responses: memberAnswer,
      }),
      async (c) => {
        const input = method === 'post' ? reasonBody.parse(await c.req.json()) : {};
        return c.json(await decide(c, (work, parties) => does(work, { ...parties, ...given(input.reason) })), 200);
      },
    );
  }
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups/{id}/members/{person}/ban',
      summary: 'Ban somebody, for good or until an instant',
      request: { params: memberParams, body: jsonBody(banInput) },
      responses: memberAnswer,
    }),
    async (c) => {
      const { reason, until } = c.req.valid('json');
      const end = until ? new Date(until).toISOString() : null;
      return c.json(await decide(c, (work, parties) => ban(work, { ...parties, ...given(reason), until: end })), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/groups/{id}/members/{person}',
      summary: 'Give or take a role',
      request: { params: memberParams, body: jsonBody(roleInput) },
      responses: memberAnswer,
    }),
    async (c) => {
      const { role } = c.req.valid('json');
      return c.json(await decide(c, (work, parties) => setRole(work, { ...parties, role })), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups/{id}/invitations',
      summary: 'Invite a person of this node or another one',
      request: { params: groupParams, body: jsonBody(invitationInput) },
      responses: { 201: jsonAnswer(memberSchema, 'The invited person') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { id } = c.req.valid('param');
      const { person, uri } = c.req.valid('json');
      const { group, standing } = await seeGroup(c.var.context.db.reader, id, visitor);
      // Checked before anything is fetched for somebody who may not invite.
      if (!canInvite(group, standing, visitor.person.guest))
        refuse(group.local === 1 ? 'forbidden' : 'not_here', 'The group says who invites, at its own node');
      const invited = person ?? (await findPerson(c.var.context, uri ?? ''));
      await transactAs(c, visitor, (work) => invite(work, { group: id, person: invited, by: visitor.person.id }));
      return c.json(await showMember(c, id, invited), 201);
    },
  );
}

const given = (reason: string | undefined) => (reason ? { reason } : {});

type Decided = { group: string; person: string; by: string };

async function removeOrDecline(work: Work, input: Decided & { reason?: string }): Promise<void> {
  const standing = await membershipOf(work.db, input.group, input.person);
  if (standing?.state === 'requested') return decline(work, input);
  return removeMember(work, input);
}

/** Carries out a decision about a member, and shows what they are now. */
async function decide(c: RequestContext, does: (work: Work, input: Decided) => Promise<unknown>) {
  const visitor = requireVisitor(c);
  const { id = '', person = '' } = c.req.param() as { id?: string; person?: string };
  await seeGroup(c.var.context.db.reader, id, visitor);
  if (!isId(person)) refuse('not_found', 'There is no such person here');
  await transactAs(c, visitor, (work) => does(work, { group: id, person, by: visitor.person.id }));
  return showMember(c, id, person);
}
