import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  type Environment,
  jsonAnswer,
  jsonBody,
  listOfItems,
  listQuery,
  nameCursor,
  namePosition,
  refuse,
  requireAdministrator,
  requireStaff,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { languages } from '@joinery/ui';
import { check, newPersonInput, profileInput } from './input.ts';
import { personSchema as person, personJson } from './json.ts';
import { countListPage } from './list-page.ts';
import { requireMail } from './mail-link.tsx';
import { addPerson, disableLeaver, mailed } from './onboarding.ts';
import { updateProfile } from './people.ts';
import { canSeePerson } from './policy.ts';
import { localPeople, personById } from './store.ts';
import type { PersonRow } from './tables.ts';

const profile = person
  .extend({
    source: z.string().openapi({ description: 'Markdown of the summary' }),
    language: z.string(),
    timeZone: z.string(),
    administrator: z.boolean(),
    federationOfficer: z.boolean(),
  })
  .openapi('Profile');

const idParameter = z.object({ id: z.string() });

const newPersonBody = z.strictObject({
  name: z.string(),
  email: z.string(),
  handle: z.string().optional(),
  role: z.string().optional(),
  language: z.enum(languages).optional(),
  administrator: z.boolean().optional(),
  federationOfficer: z.boolean().optional(),
  mailLink: z.boolean().optional().openapi({ description: 'Mail them a link for their first sign-in (false)' }),
});

const added = person
  .extend({
    linkMailed: z.boolean().openapi({
      description:
        'Whether a sign-in link is on its way to them by mail. Without one an administrator makes it on the page of the person.',
    }),
  })
  .openapi('AddedPerson');

const profileBody = z.strictObject({
  name: z.string().optional(),
  role: z.string().optional(),
  summary: z.string().optional().openapi({ description: 'Markdown' }),
  language: z.enum(languages).optional(),
  timeZone: z.string().optional().openapi({ description: 'IANA name' }),
});

function profileJson(
  row: PersonRow,
  visitor: { administrator: boolean; federationOfficer: boolean },
): z.infer<typeof profile> {
  const { administrator, federationOfficer } = visitor;
  return {
    ...personJson(row),
    source: row.summary_source,
    language: row.language,
    timeZone: row.time_zone,
    administrator,
    federationOfficer,
  };
}

/** REST: people of this node, one's own profile, and what administrators do. */
export function api(app: OpenAPIHono<Environment>): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/people',
      summary: 'People of this node, by name',
      request: { query: listQuery.extend({ q: z.string().max(100).optional() }) },
      responses: { 200: jsonAnswer(listOfItems(person), 'A page of people') },
    }),
    async (c) => {
      const visitor = requireStaff(c);
      const { cursor, limit, q } = c.req.valid('query');
      const after = namePosition(cursor);
      countListPage(c.var.context, visitor, { further: after !== null, search: (q ?? '').trim() !== '' });
      const found = await localPeople(c.var.context.db.reader, { search: q, after, limit: limit + 1 });
      const items = found.slice(0, limit);
      const next = found.length > limit ? nameCursor(items.at(-1)) : null;
      return c.json({ items: items.map(personJson), next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/people',
      summary: 'Add a person (administrators)',
      request: { body: jsonBody(newPersonBody) },
      responses: { 201: jsonAnswer(added, 'The person') },
    }),
    async (c) => {
      const visitor = requireAdministrator(c);
      const { context, language } = c.var;
      const { mailLink = false, ...input } = c.req.valid('json');
      const checked = check(newPersonInput, input);
      if (!checked.ok) refuse('invalid', 'The person cannot be added', checked.faults);
      if (mailLink) requireMail(context);
      const by = { kind: 'person', person: visitor.person.id } as const;
      const made = await addPerson(context, by, checked.value, language, mailLink ? mailed : undefined);
      return c.json({ ...personJson(made), linkMailed: mailLink }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/people/{id}',
      summary: 'A person of this node, or one of another node who is known here',
      request: { params: idParameter },
      responses: { 200: jsonAnswer(person, 'The person') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const { context } = c.var;
      const row = await personById(context.db.reader, c.req.valid('param').id);
      if (!row || !(await canSeePerson(context, visitor, row.id))) refuse('not_found', 'No such person');
      if (row.deleted_at !== null) refuse('gone', 'This person was deleted');
      return c.json(personJson(row), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'post',
      path: '/people/{id}/disable',
      summary: 'End the access of a person who has left (administrators)',
      request: { params: idParameter },
      responses: { 200: jsonAnswer(person, 'The person') },
    }),
    async (c) => {
      const visitor = requireAdministrator(c);
      const { id } = c.req.valid('param');
      await disableLeaver(c.var.context, { kind: 'person', person: visitor.person.id }, id);
      const row = await personById(c.var.context.db.reader, id);
      return c.json(personJson(row ?? refuse('not_found', 'No such person')), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/profile',
      summary: 'Oneself',
      responses: { 200: jsonAnswer(profile, 'The profile') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const row = await personById(c.var.context.db.reader, visitor.person.id);
      return c.json(profileJson(row ?? refuse('not_found', 'No such person'), visitor), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'patch',
      path: '/profile',
      summary: 'Change what others see of oneself, language and time zone',
      request: { body: jsonBody(profileBody) },
      responses: { 200: jsonAnswer(profile, 'The profile') },
    }),
    async (c) => {
      const visitor = requireVisitor(c);
      const checked = check(profileInput, c.req.valid('json'));
      if (!checked.ok) refuse('invalid', 'The profile cannot be changed', checked.faults);
      const row = await transactAs(c, visitor, (work) => updateProfile(work, visitor.person.id, checked.value));
      return c.json(profileJson(row, visitor), 200);
    },
  );
}
