import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  createActorKeys,
  decodeCursor,
  type Environment,
  encodeCursor,
  jsonAnswer,
  jsonBody,
  listOfItems,
  listQuery,
  type RequestContext,
  requireStaff,
  requireVisitor,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { z } from 'zod';
import { labelApi } from './api-label.ts';
import { memberRoutes } from './api-members.ts';
import { groupAnswer, groupParams } from './api-parts.ts';
import { createGroup, updateGroup } from './groups.ts';
import { groupChangeInput, newGroupInput, remoteInput } from './input.ts';
import { groupJson, groupSchema } from './json.ts';
import { knownGroups } from './lists.ts';
import { followGroup, joinGroup, leaveGroup } from './membership.ts';
import { findGroup, seeGroup } from './reads.ts';
import { joinBody, requestApi, sentAnswers } from './requests/api.ts';
import { membershipOf } from './store.ts';

const nothing = z.object({});

async function showGroup(c: RequestContext, visitor: Visitor, id: string) {
  const db = c.var.context.db.reader;
  const { group, standing } = await seeGroup(db, id, visitor);
  return groupJson(db, group, standing);
}

/** REST of groups and memberships: contract.md names the addresses and shapes. */
export function api(app: OpenAPIHono<Environment>): void {
  groupRoutes(app);
  membershipRoutes(app);
  memberRoutes(app);
  requestApi(app);
  labelApi(app);
}

function groupRoutes(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups',
      summary: 'Groups that you may know of, newest first',
      request: { query: listQuery },
      responses: { 200: jsonAnswer(listOfItems(groupSchema), 'A page of groups') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const db = c.var.context.db.reader;
      const { cursor, limit } = c.req.valid('query');
      const [before] = decodeCursor(cursor, ['string']) ?? [null];
      const { id: person, guest } = visitor.person;
      const options = { person, guest, before: before as string | null, limit: limit + 1 };
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
      request: { body: jsonBody(newGroupInput) },
      responses: { 201: jsonAnswer(groupSchema, 'The group') },
    }),
    async (c) => {
      const visitor = requireStaff(c);
      const input = c.req.valid('json');
      const keys = await createActorKeys();
      const group = await transactAs(c, visitor, (work) =>
        createGroup(work, { ...input, owner: visitor.person.id, keys }),
      );
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
      request: { params: groupParams, body: jsonBody(groupChangeInput) },
      responses: groupAnswer,
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { id } = c.req.valid('param');
      await seeGroup(c.var.context.db.reader, id, visitor);
      await transactAs(c, visitor, (work) => updateGroup(work, id, visitor.person.id, c.req.valid('json')));
      return c.json(await showGroup(c, visitor, id), 200);
    },
  );
}

function membershipRoutes(app: OpenAPIHono<Environment>): void {
  const verbs = [
    ['join', 'Join a group, or ask to', joinBody, joinGroup],
    ['follow', 'Follow a group', nothing, followGroup],
    ['leave', 'Leave a group, and stop following it', nothing, leaveGroup],
  ] as const;
  for (const [verb, summary, schema, does] of verbs) {
    app.openapi(
      createRoute({
        method: 'post',
        path: `/groups/{id}/${verb}`,
        summary,
        request: { params: groupParams, body: { ...jsonBody(schema), required: false } },
        responses: groupAnswer,
      }),
      async (c) => {
        const visitor = requireVisitor(c);
        const { id } = c.req.valid('param');
        const before = await seeGroup(c.var.context.db.reader, id, visitor);
        const sent = joinBody.parse(c.req.valid('json'));
        const asks = verb === 'join' && before.standing?.state !== 'member';
        const answers = asks ? await sentAnswers(c, before.group, before.standing, sent) : {};
        const input = { group: id, person: visitor.person.id, ...answers };
        await transactAs(c, visitor, async (work) => void (await does(work, input)));
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
      request: { body: jsonBody(remoteInput) },
      responses: { 201: jsonAnswer(groupSchema, 'The group, as known here') },
    }),
    async (c) => {
      const visitor = requireStaff(c);
      const { uri, join } = c.req.valid('json');
      const id = await findGroup(c.var.context, uri, visitor);
      const input = { group: id, person: visitor.person.id };
      await transactAs(c, visitor, (work) => (join ? joinGroup(work, input) : followGroup(work, input)));
      return c.json(await showGroup(c, visitor, id), 201);
    },
  );
}
