import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { type Environment, jsonAnswer, listOfItems, listQuery, refuse, requireVisitor } from '@joinery/core';
import { z } from 'zod';
import { answerFile, readableFile } from './answer.ts';
import { fileJson, fileSchema } from './json.ts';
import { readingsOf, seesReaders, toldOf, ways } from './readers.ts';
import { mayReadFile, requesterOf } from './reading.ts';
import { readerLines } from './routes-pages.tsx';
import { fileById } from './store.ts';
import { bytesType, tus } from './tus.ts';

const params = z.object({ id: z.string() });
const base = '/api/v1/uploads';

const readingSchema = z.object({
  person: z.object({ id: z.string(), name: z.string() }).nullable(),
  node: z.string().nullable().describe('Origin of another node, which read it for one of its people'),
  did: z.enum(['seen', 'opened', 'saved', 'kept']).describe('seen: as an image in a page; kept: as a record copy'),
  at: z.string(),
  through: z.string().nullable().describe('Origin of the node whose record copy was read, as that node says'),
});

const toldSchema = {
  told: z
    .array(z.object({ node: z.string(), at: z.string(), complete: z.boolean() }))
    .describe(
      'Nodes that keep a record copy, and when they last told who read it there; complete: false when one told of more than is kept',
    ),
};

/** REST of files. Uploads speak tus 1.0.0, with the token in place of a session. */
const deeds = { [ways.seen]: 'seen', [ways.opened]: 'opened', [ways.saved]: 'saved', [ways.kept]: 'kept' } as const;

export function api(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/files/{id}',
      summary: 'A file: what it is, not its bytes',
      request: { params },
      responses: { 200: jsonAnswer(fileSchema, 'The file') },
    }),
    async (c) => {
      requireVisitor(c);
      const { context } = c.var;
      const file = await fileById(context.db.reader, c.req.valid('param').id);
      const requester = requesterOf(c);
      const own = file !== undefined && requester.kind === 'person' && requester.person === file.owner_id;
      if (!(own || (await mayReadFile(context, context.db.reader, requester, file))) || !file)
        refuse('not_found', 'There is nothing at this address');
      return c.json(fileJson(file), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/files/{id}/readers',
      summary:
        'Who read a file, for its owner and those who run its group: people of this node, other nodes as a whole',
      request: { params, query: listQuery },
      responses: {
        200: jsonAnswer(listOfItems(readingSchema).extend(toldSchema), 'The latest first, each once within an hour'),
      },
    }),
    async (c) => {
      requireVisitor(c);
      const { context } = c.var;
      const db = context.db.reader;
      const file = await readableFile(c, c.req.valid('param').id);
      if (!(await seesReaders(context, db, requesterOf(c), file)))
        refuse('not_found', 'There is nothing at this address');
      const { cursor = null, limit } = c.req.valid('query');
      const { items, next } = await readingsOf(db, [file.id], { cursor, limit });
      const lines = await readerLines(context, items, 'en');
      const shown = items.map(({ kind, reader, how, at, through }, index) => ({
        person: kind === 'person' ? { id: reader, name: lines[index]?.who.name ?? '' } : null,
        node: kind === 'node' ? reader : null,
        did: deeds[how],
        at,
        through,
      }));
      const told = (await toldOf(db, file.id)).map(({ origin: node, at, more_at }) => ({
        ...{ node, at, complete: more_at === null },
      }));
      return c.json({ items: shown, next, told }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/files/{id}/content',
      summary: 'The bytes of a file; takes Range',
      request: { params },
      responses: {
        200: { description: 'All of it', content: { 'application/octet-stream': { schema: z.string() } } },
        206: { description: 'The part asked for', content: { 'application/octet-stream': { schema: z.string() } } },
      },
    }),
    (c) => answerFile(c, c.req.valid('param').id) as never,
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/uploads',
      summary: 'Begin an upload (tus 1.0.0): its id is that of the file it becomes',
      request: {
        headers: z.object({
          'tus-resumable': z.string().optional(),
          'upload-length': z.string().optional().describe('Bytes'),
          'upload-metadata': z.string().optional().describe('filename and its value in base64'),
        }),
      },
      responses: { 201: { description: 'Begun: Location says where to send the bytes' } },
    }),
    (c) => tus.begin(c, base) as never,
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/uploads/{id}',
      summary: 'How far an upload is: Upload-Offset',
      request: { params },
      responses: { 200: { description: 'Its length and how much of it is here, as headers' } },
    }),
    (c) => tus.state(c, c.req.valid('param').id) as never,
  );
  app.openapi(
    createRoute({
      method: 'patch',
      path: '/uploads/{id}',
      summary: 'Send the next bytes of an upload; with the last ones it becomes a file',
      request: {
        params,
        body: { content: { [bytesType]: { schema: z.string() } } },
      },
      responses: { 204: { description: 'Taken: Upload-Offset says how far it is now' } },
    }),
    (c) => tus.append(c, c.req.valid('param').id) as never,
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/uploads/{id}',
      summary: 'Give an upload up',
      request: { params },
      responses: { 204: { description: 'Nothing of it is left' } },
    }),
    (c) => tus.end(c, c.req.valid('param').id) as never,
  );
}
