import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import {
  countAttempt,
  type Environment,
  jsonAnswer,
  jsonBody,
  limits,
  listOfItems,
  listQuery,
  type RequestContext,
  refuse,
  requireVisitor,
  transactAs,
  type Visitor,
} from '@joinery/core';
import { fileById, filesOf } from '@joinery/slices/files';
import { binned, markdownText, seeGroup } from '@joinery/slices/posts';
import { z } from 'zod';
import { addDocument, addVersion, mark, placeDocument, restoreDocument, titleOf } from './documents.ts';
import { documentChange, newDocument, newVersion } from './input.ts';
import { documentJson, documentSchema, versionJson, versionSchema } from './json.ts';
import { findDocument, type ListedDocument, listDocuments, orders, tagAsked, tagsIn } from './lists.ts';
import { seeDocument, withTitles } from './reads.ts';
import { versionsOf } from './store.ts';

const params = z.object({ id: z.string() });
const documentsQuery = listQuery.extend({
  folder: z.string().max(64).default('').describe('Local id; the library itself unless given'),
  order: z.enum(orders).default('name'),
  tag: z
    .string()
    .max(61)
    .optional()
    .describe('Only those with this tag, wherever they lie: `folder` counts for nothing then'),
});
const tagsSchema = {
  tags: z
    .array(z.object({ tag: z.string(), count: z.number().int() }))
    .describe('Tags of the documents of this library that you see, the most frequent first; at most 50'),
};

async function toJson(c: RequestContext, group: string, documents: readonly ListedDocument[]) {
  const ids = documents.map(({ id }) => id);
  const files = await filesOf(c.var.context.db.reader, 'posts', ids);
  return documents.map((document) => documentJson(group, document, files.get(document.id)?.[0]));
}

/** A document as it is now. */
async function showOne(c: RequestContext, visitor: Visitor, id: string) {
  const { group, viewer } = await seeDocument(c.var.context, id, visitor);
  const found = await findDocument(c.var.context.db.reader, viewer, group.id, id);
  const titled = found ? await withTitles(c.var.context, group, viewer, [found]) : [];
  const [shown] = await toJson(c, group.id, titled);
  return shown ?? refuse('not_found', 'There is nothing at this address');
}

/** Documents of libraries. */
export function documentApi(app: OpenAPIHono<Environment>): void {
  listApi(app);
  versionApi(app);

  app.openapi(
    createRoute({
      method: 'get',
      path: '/documents/{id}',
      summary: 'A document of a library',
      request: { params },
      responses: { 200: jsonAnswer(documentSchema, 'The document') },
    }),
    async (c) => c.json(await showOne(c, requireVisitor(c), c.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/documents/{id}',
      summary: 'Put a document into another folder, or say whether it is official',
      request: { params, body: jsonBody(documentChange) },
      responses: { 200: jsonAnswer(documentSchema, 'The document') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seeDocument(c.var.context, c.req.valid('param').id, visitor);
      const { folder, official } = c.req.valid('json');
      const by = visitor.person.id;
      await transactAs(c, visitor, async (work) => {
        if (folder !== undefined) await placeDocument(work, { post: post.id, folder, by });
        if (official !== undefined) await mark(work, { post: post.id, official, by });
      });
      return c.json(await showOne(c, visitor, post.id), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/documents/{id}/restore',
      summary: 'Have a document back that you deleted: it gets an id of its own',
      request: { params },
      responses: { 201: jsonAnswer(documentSchema, 'The document') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { id } = c.req.valid('param');
      const row = await binned(c.var.context.db.reader, id);
      await seeGroup(c.var.context, row?.group_id ?? id, visitor);
      const made = await transactAs(c, visitor, (work) => restoreDocument(work, { post: id, by: visitor.person.id }));
      return c.json(await showOne(c, visitor, made.id), 201);
    },
  );
}

function listApi(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/groups/{id}/library/documents',
      summary: 'Documents of one folder, or of the library itself',
      request: { params, query: documentsQuery },
      responses: { 200: jsonAnswer(listOfItems(documentSchema).extend(tagsSchema), 'A page of documents') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { group, viewer } = await seeGroup(c.var.context, c.req.valid('param').id, visitor);
      const { tag, ...asked } = c.req.valid('query');
      const query = { ...asked, group: group.id, tag: tagAsked(tag) };
      const { items, next } = await listDocuments(c.var.context.db.reader, viewer, query);
      const titled = await withTitles(c.var.context, group, viewer, items);
      const tags = await tagsIn(c.var.context.db.reader, viewer, group.id);
      return c.json({ items: await toJson(c, group.id, titled), next, tags }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/groups/{id}/library/documents',
      summary: 'Make a document of a file that was uploaded',
      request: { params, body: jsonBody(newDocument) },
      responses: { 201: jsonAnswer(documentSchema, 'The document') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { group } = await seeGroup(c.var.context, c.req.valid('param').id, visitor);
      const { title, description, language = null, ...given } = c.req.valid('json');
      countAttempt(c.var.context, `postsByProgram ${visitor.account}`, limits.postsByProgram);
      const file = await fileById(c.var.context.db.reader, given.file);
      const input = {
        ...given,
        ...{ group: group.id, by: visitor.person.id, language },
        // Whose name a file of somebody else has is told to nobody.
        title: title ?? titleOf(file?.owner_id === visitor.person.id ? file.name : ''),
        ...(description === undefined ? {} : { description: markdownText(description) }),
      };
      const made = await transactAs(c, visitor, (work) => addDocument(work, input));
      return c.json(await showOne(c, visitor, made.id), 201);
    },
  );
}

function versionApi(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/documents/{id}/versions',
      summary: 'Versions of a document, the newest first',
      request: { params, query: listQuery },
      responses: { 200: jsonAnswer(listOfItems(versionSchema), 'The versions; the last 500') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seeDocument(c.var.context, c.req.valid('param').id, visitor);
      const db = c.var.context.db.reader;
      const newest = (await filesOf(db, 'posts', [post.id])).get(post.id)?.[0];
      const older = (await filesOf(db, 'library', [post.id])).get(post.id) ?? [];
      const versions = await versionsOf(db, post.id);
      const items = versions.map((version, index) =>
        versionJson(version, index === 0 ? newest : older.find(({ id }) => id === version.file_id)),
      );
      return c.json({ items, next: null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/documents/{id}/versions',
      summary: 'Bring a new version, or have an earlier one again',
      request: { params, body: jsonBody(newVersion) },
      responses: { 201: jsonAnswer(documentSchema, 'The document with it') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { post } = await seeDocument(c.var.context, c.req.valid('param').id, visitor);
      const { revision, description: said, ...given } = c.req.valid('json');
      const description = said === undefined ? undefined : markdownText(said);
      const input = { ...given, description, post: post.id, by: visitor.person.id, expected: revision };
      await transactAs(c, visitor, async (work) => {
        await addVersion(work, input);
      });
      return c.json(await showOne(c, visitor, post.id), 201);
    },
  );
}
