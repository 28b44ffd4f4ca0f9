import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  type Environment,
  jsonAnswer,
  jsonBody,
  listOfItems,
  listQuery,
  refuse,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { inBin, seeGroup } from '@joinery/slices/posts';
import { z } from 'zod';
import { documentApi } from './api-documents.ts';
import { mark } from './documents.ts';
import { changeFolder, makeFolder, removeFolder } from './folders.ts';
import { folderChange, newFolder } from './input.ts';
import { binJson, binSchema, folderJson, folderSchema } from './json.ts';
import { namedFolders, seeFolder } from './reads.ts';
import { folderById } from './store.ts';

const params = z.object({ id: z.string() });

/** REST of libraries. Documents are posts as well: `/posts/{id}` changes their words, deletes and discusses them. */
export function api(app: OpenAPIHono<Environment>): void {
  folderApi(app);
  documentApi(app);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/library/bin',
      summary: 'Documents that you deleted and may have back; to those who run the group, those of everybody',
      request: { params },
      responses: { 200: jsonAnswer(listOfItems(binSchema), 'The last deleted first') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { group, standing } = await seeGroup(c.var.context, c.req.valid('param').id, visitor);
      const of = { group: group.id, ...(standing.moderates ? {} : { author: visitor.person.id }) };
      return c.json({ items: (await inBin(c.var.context.db.reader, of)).map(binJson), next: null }, 200);
    },
  );
}

function folderApi(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/library/folders',
      summary: 'All folders of a library, by name',
      request: { params, query: listQuery },
      responses: { 200: jsonAnswer(listOfItems(folderSchema), 'The folders; there are at most 500') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { group } = await seeGroup(c.var.context, c.req.valid('param').id, visitor);
      const folders = await namedFolders(c.var.context, group, c.var.language);
      return c.json({ items: folders.map(folderJson), next: null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups/{id}/library/folders',
      summary: 'Make a folder',
      request: { params, body: jsonBody(newFolder) },
      responses: { 201: jsonAnswer(folderSchema, 'The folder') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { group } = await seeGroup(c.var.context, c.req.valid('param').id, visitor);
      const input = { ...c.req.valid('json'), group: group.id, by: visitor.person.id };
      return c.json(folderJson(await transactAs(c, visitor, (work) => makeFolder(work, input))), 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/folders/{id}',
      summary: 'Rename or move a folder, or say whether it is official',
      request: { params, body: jsonBody(folderChange) },
      responses: { 200: jsonAnswer(folderSchema, 'The folder') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { folder } = await seeFolder(c.var.context, c.req.valid('param').id, visitor);
      const { official, ...change } = c.req.valid('json');
      const by = visitor.person.id;
      const changed = await transactAs(c, visitor, async (work) => {
        if (change.name !== undefined || change.parent !== undefined)
          await changeFolder(work, { ...change, folder: folder.id, by });
        if (official !== undefined) await mark(work, { folder: folder.id, official, by });
        return (await folderById(work.db, folder.id)) ?? refuse('not_found', 'There is no such folder');
      });
      return c.json(folderJson(changed), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/folders/{id}',
      summary: 'Remove an empty folder',
      request: { params },
      responses: { 200: jsonAnswer(folderSchema, 'The folder as it was') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { folder } = await seeFolder(c.var.context, c.req.valid('param').id, visitor);
      const input = { folder: folder.id, by: visitor.person.id };
      return c.json(folderJson(await transactAs(c, visitor, (work) => removeFolder(work, input))), 200);
    },
  );
}
