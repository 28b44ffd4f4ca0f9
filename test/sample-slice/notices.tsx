import { createRoute, z } from '@hono/zod-openapi';
import {
  decodeCursor,
  encodeCursor,
  jsonAnswer,
  jsonBody,
  listOfItems,
  listQuery,
  newId,
  type Reader,
  type RequestContext,
  readForm,
  refuse,
  requireVisitor,
  type Slice,
  streams,
  transact,
  transactAs,
  type Work,
} from '@joinery/core';
import { ErrorSummary, type FieldError, Form, List, ListItem, SubmitButton, showPage, TextField } from '@joinery/ui';

declare module '@joinery/core' {
  interface Schema {
    sample_notice: { id: string; text: string; author_id: string; seen: number; created_at: string };
  }
  interface Events {
    'sample.notice-posted': { notice: string };
  }
}

const input = z.object({ text: z.string().trim().min(1).max(200) });
const shape = z.object({ id: z.string(), text: z.string(), seen: z.number() }).openapi('Notice');

/** The rule: the same function for page, API and command line. */
async function postNotice(work: Work, author: string, text: string) {
  if (text === 'full') refuse('conflict', 'The board is full');
  const notice = { id: newId(), text, author_id: author, seen: 0, created_at: work.now };
  await work.db.insertInto('sample_notice').values(notice).execute();
  work.emit('sample.notice-posted', streams.local, { notice: notice.id });
  return { id: notice.id, text, seen: 0 };
}

const notices = (db: Reader, before: string | undefined, limit: number) =>
  db
    .selectFrom('sample_notice')
    .select(['id', 'text', 'seen'])
    .where('id', '<', before ?? '~')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** A whole capability in one file: proves that the contract of slices is enough. */
export const sample: Slice = {
  name: 'sample',
  migrations: {
    '2026-11-21-sample': async (db) => {
      await db.schema
        .createTable('sample_notice')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('text', 'text', (column) => column.notNull())
        .addColumn('author_id', 'text', (column) => column.notNull())
        .addColumn('seen', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .execute();
    },
  },
  events: { 'sample.notice-posted': { v: 1, data: z.object({ notice: z.string() }) } },
  on: {
    'sample.notice-posted': async (work, { data }) => {
      await work.db
        .updateTable('sample_notice')
        .set((eb) => ({ seen: eb('seen', '+', 1) }))
        .where('id', '=', data.notice)
        .execute();
    },
  },
  navigation: [
    { href: '/notices', order: 50, label: (language) => (language === 'nl' ? 'Prikbord' : 'Notices'), show: Boolean },
  ],
  routes: (app) => {
    const show = async (c: RequestContext, typed: string, errors: FieldError[]) => {
      const rows = await notices(c.var.context.db.reader, undefined, 20);
      return showPage(
        c,
        { title: 'Notices', error: errors.length > 0 },
        <>
          <ErrorSummary errors={errors} language={c.var.language} />
          <List>
            {rows.map((row) => (
              <ListItem title={row.text} href={`/notices/${row.id}`} />
            ))}
          </List>
          <Form action="/notices" csrf={c.var.csrf} errors={errors}>
            <TextField name="text" label="Text" value={typed} />
            <SubmitButton>Post</SubmitButton>
          </Form>
        </>,
      );
    };
    app.get('/notices', async (c) => {
      requireVisitor(c);
      return show(c, '', []);
    });
    app.post('/notices', async (c) => {
      const visitor = requireVisitor(c);
      const form = await readForm(c, input);
      if (!form.ok) return show(c, form.typed.text ?? '', [{ field: 'text', text: 'Write 1 to 200 characters' }]);
      await transactAs(c, visitor, (work) => postNotice(work, visitor.person.id, form.value.text));
      return c.redirect('/notices', 303);
    });
  },
  api: (api) => {
    api.openapi(
      createRoute({
        method: 'get',
        path: '/notices',
        request: { query: listQuery },
        responses: { 200: jsonAnswer(listOfItems(shape), 'A page of notices') },
      }),
      async (c) => {
        const { cursor, limit } = c.req.valid('query');
        const [before] = decodeCursor(cursor, ['string']) ?? [];
        const rows = await notices(c.var.context.db.reader, before?.toString(), limit + 1);
        const items = rows.slice(0, limit);
        const last = items.at(-1);
        return c.json({ items, next: rows.length > limit && last ? encodeCursor([last.id]) : null }, 200);
      },
    );
    api.openapi(
      createRoute({
        method: 'post',
        path: '/notices',
        request: { body: jsonBody(input) },
        responses: { 201: jsonAnswer(shape, 'The notice') },
      }),
      async (c) => {
        const visitor = requireVisitor(c);
        const { text } = c.req.valid('json');
        const made = await transactAs(c, visitor, (work) => postNotice(work, visitor.person.id, text));
        return c.json(made, 201);
      },
    );
  },
  commands: [
    {
      name: 'notice post',
      summary: 'Post a notice',
      arguments: ['text'],
      run: async (context, { arguments: [text = ''] }) => {
        const by = { kind: 'command', by: 'notice post' } as const;
        const made = await transact(context, by, (work) => postNotice(work, 'command line', text));
        return { json: made, say: `Posted ${made.id}` };
      },
    },
  ],
};
