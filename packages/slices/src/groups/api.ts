import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  createActorKeys,
  decodeCursor,
  type Environment,
  encodeCursor,
  isId,
  listQuery,
  refuse,
  requireVisitor,
  transact,
  type Visitor,
  type Work,
} from '@joinery/core';
import type { Context as HonoContext } from 'hono';
import { z } from 'zod';
import { createGroup, updateGroup } from './groups.ts';
import {
  banInput,
  groupChangeInput,
  invitationInput,
  newGroupInput,
  reasonBody,
  remoteInput,
  roleInput,
} from './input.ts';
import { invite } from './invitations.ts';
import { groupJson, groupSchema, memberJson, memberSchema } from './json.ts';
import { knownGroups, listMembers } from './lists.ts';
import { followGroup, joinGroup, leaveGroup } from './membership.ts';
import { approve, ban, decline, removeMember, setRole, unban } from './moderation.ts';
import { canModerate } from './policy.ts';
import { findGroup, findPerson, seeGroup } from './reads.ts';
import { membershipOf } from './store.ts';
import { memberStates } from './tables.ts';

type C = HonoContext<Environment>;

const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const body = <T extends z.ZodType>(schema: T) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});
const groupParams = z.object({ id: z.string() });
const memberParams = z.object({ id: z.string(), person: z.string() });
const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() });
const groupAnswer = { 200: json(groupSchema, 'The group') };
const memberAnswer = { 200: json(memberSchema, 'The member') };

/** Carries out a change as the visitor. */
function change<T>(c: C, visitor: Visitor, does: (work: Work) => Promise<T>): Promise<T> {
  return transact(c.var.context, { kind: 'person', person: visitor.person.id }, does);
}

async function showGroup(c: C, visitor: Visitor, id: string) {
  const db = c.var.context.db.reader;
  const { group, standing } = await seeGroup(db, id, visitor);
  return groupJson(db, group, standing);
}

async function showMember(c: C, id: string, person: string) {
  const db = c.var.context.db.reader;
  const standing = await membershipOf(db, id, person);
  const row = await db.selectFrom('person').selectAll().where('id', '=', person).executeTakeFirst();
  if (!standing || !row) refuse('not_found', 'This person has no part in the group');
  return memberJson({ person: row, standing }, true);
}

/** REST of groups and memberships: contract.md names the addresses and shapes. */
export function api(app: OpenAPIHono<Environment>): void {
  groupRoutes(app);
  membershipRoutes(app);
  memberRoutes(app);
}

function groupRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups',
      summary: 'Groups that you may know of, newest first',
      request: { query: listQuery },
      responses: { 200: json(page(groupSchema), 'A page of groups') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { cursor, limit } = c.req.valid('query');
      const [before] = decodeCursor(cursor, ['string']) ?? [null];
      const options = { person: visitor.person.id, before: before as string | null, limit: limit + 1 };
      const rows = await knownGroups(db, options);
      const shown = rows.slice(0, limit);
      const items = await Promise.all(shown.map(({ group, standing }) => groupJson(db, group, standing)));
      const last = shown.at(-1);
      return c.json({ items, next: rows.length > limit && last ? encodeCursor([last.group.id]) : null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups',
      summary: 'Make a group; you become its owner',
      request: body(newGroupInput),
      responses: { 201: json(groupSchema, 'The group') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const input = c.req.valid('json');
      const keys = await createActorKeys();
      const group = await change(c, visitor, (work) => createGroup(work, { ...input, owner: visitor.person.id, keys }));
      return c.json(await showGroup(c, visitor, group.id), 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}',
      summary: 'A group',
      request: { params: groupParams },
      responses: groupAnswer,
    }),
    async (c) => c.json(await showGroup(c, requireVisitor(c), c.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/groups/{id}',
      summary: 'Change a group that you own',
      request: { params: groupParams, ...body(groupChangeInput) },
      responses: groupAnswer,
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { id } = c.req.valid('param');
      await seeGroup(c.var.context.db.reader, id, visitor);
      await change(c, visitor, (work) => updateGroup(work, id, visitor.person.id, c.req.valid('json')));
      return c.json(await showGroup(c, visitor, id), 200);
    },
  );
}

function membershipRoutes(app: OpenAPIHono<Environment>): void {
  const verbs = [
    ['join', 'Join a group, or ask to', joinGroup],
    ['follow', 'Follow a group', followGroup],
    ['leave', 'Leave a group, and stop following it', leaveGroup],
  ] as const;
  for (const [verb, summary, does] of verbs) {
    app.openapi(
      createRoute({
        method: 'post',
        path: `/groups/{id}/${verb}`,
        summary,
        request: { params: groupParams },
        responses: groupAnswer,
      }),
      async (c) => {
        const visitor = requireVisitor(c);
        const { id } = c.req.valid('param');
        const before = await seeGroup(c.var.context.db.reader, id, visitor);
        await change(c, visitor, async (work) => void (await does(work, { group: id, person: visitor.person.id })));
        const { reader } = c.var.context.db;
        // Who has left a hidden group cannot see it any more; the answer still says what became of the request.
        const standing = await membershipOf(reader, id, visitor.person.id);
        return c.json(await groupJson(reader, before.group, standing), 200);
      },
    );
  }
  app.openapi(
    createRoute({
      method: 'post',
      path: '/memberships/remote',
      summary: 'Join or follow a group elsewhere, by its link or handle',
      request: body(remoteInput),
      responses: { 201: json(groupSchema, 'The group, as known here') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { uri, join } = c.req.valid('json');
      const id = await findGroup(c.var.context, uri);
      const input = { group: id, person: visitor.person.id };
      await change(c, visitor, (work) => (join ? joinGroup(work, input) : followGroup(work, input)));
      return c.json(await showGroup(c, visitor, id), 201);
    },
  );
}

function memberRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/members',
      summary: 'Members by name; requests, invitations and bans only for those who run the group',
      request: { params: groupParams, query: listQuery.extend({ state: z.enum(memberStates).default('member') }) },
      responses: { 200: json(page(memberSchema), 'A page of members') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { group, standing, readable } = await seeGroup(db, c.req.valid('param').id, visitor);
      const { cursor, limit, state } = c.req.valid('query');
      const full = canModerate(group, standing);
      if (!readable || (state !== 'member' && !full)) refuse('forbidden', 'Only those who run the group see this');
      const after = decodeCursor(cursor, ['string', 'string']);
      const rows = await listMembers(db, group.id, {
        states: [state],
        after: after && { sortName: String(after[0]), id: String(after[1]) },
        limit: limit + 1,
      });
      const shown = rows.slice(0, limit);
      const last = shown.at(-1)?.person;
      const next = rows.length > limit && last ? encodeCursor([last.sort_name, last.id]) : null;
      return c.json({ items: shown.map((row) => memberJson(row, full)), next }, 200);
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
        request: { params: memberParams, ...(method === 'post' ? body(schema) : {}) },
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
      request: { params: memberParams, ...body(banInput) },
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
      request: { params: memberParams, ...body(roleInput) },
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
      request: { params: groupParams, ...body(invitationInput) },
      responses: { 201: json(memberSchema, 'The invited person') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { id } = c.req.valid('param');
      const { person, uri } = c.req.valid('json');
      const { group, standing } = await seeGroup(c.var.context.db.reader, id, visitor);
      // Checked before anything is fetched for somebody who may not invite.
      if (!canModerate(group, standing)) refuse('forbidden', 'Only those who run the group invite');
      const invited = person ?? (await findPerson(c.var.context, uri ?? ''));
      await change(c, visitor, (work) => invite(work, { group: id, person: invited, by: visitor.person.id }));
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
async function decide(c: C, does: (work: Work, input: Decided) => Promise<unknown>) {
  const visitor = requireVisitor(c);
  const { id = '', person = '' } = c.req.param() as { id?: string; person?: string };
  await seeGroup(c.var.context.db.reader, id, visitor);
  if (!isId(person)) refuse('not_found', 'There is no such person here');
  await change(c, visitor, (work) => does(work, { group: id, person, by: visitor.person.id }));
  return showMember(c, id, person);
}
