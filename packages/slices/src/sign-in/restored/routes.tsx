import {
  countHeld,
  type Environment,
  nameCursor,
  namePosition,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  restoredState,
} from '@joinery/core';
import { type FieldError, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { canMail } from '../../people/index.ts';
import { allProviders } from '../store.ts';
import { admitPeople, isAlone } from './admit.ts';
import { askedClaims, askingPeople, type ListName, lists, restoredPeople } from './held.ts';
import { messages } from './messages.ts';
import { type Asking, NobodyWaits, RestoredPeoplePage, restoredPeopleHref } from './views.tsx';

const pageSize = 100;

const admitForm = z.object({
  person: z.array(z.string().max(64)).max(pageSize).default([]),
  shown: z.array(z.string().max(64)).max(pageSize).default([]),
  whom: z.enum(['chosen', 'shown']),
  roles: z.string().optional(),
  reason: z.string().trim().max(500).default(''),
  list: z.enum(lists).default('waiting'),
});
const acceptForm = z.object({ identity: z.string().max(64) });

/** Letting people in who wait since a restore. */
export function restoredRoutes(app: Hono<Environment>): void {
  app.get(restoredPeopleHref, (c) => showPeople(c, listOf(c.req.query('list')), { errors: [] }));

  app.post(restoredPeopleHref, async (c) => {
    const visitor = requireAdministrator(c);
    const form = await readForm(c, admitForm);
    if (!form.ok) return showPeople(c, 'waiting', { errors: [nobody(c)] });
    const { person, shown, whom, list, reason } = form.value;
    const people = whom === 'shown' ? shown : person;
    const roles = form.value.roles === '1' || list === 'in';
    if (people.length === 0) return showPeople(c, list, { errors: [nobody(c)], reason, roles });
    const by = { kind: 'person', person: visitor.person.id } as const;
    const admitted = await admitPeople(c.var.context, by, { people, roles, reason });
    const done = list === 'in' ? 'roles' : `${admitted.length}`;
    return c.redirect(`${restoredPeopleHref}?${new URLSearchParams({ list, done })}`, 303);
  });

  app.post(`${restoredPeopleHref}/:id/accept`, async (c) => {
    const visitor = requireAdministrator(c);
    const form = await readForm(c, acceptForm);
    if (!form.ok) refuse('bad_request', 'Say which sign-in is accepted');
    const by = { kind: 'person', person: visitor.person.id } as const;
    const people = [c.req.param('id')];
    const asked = { people, roles: false, reason: '', identity: form.value.identity };
    const admitted = await admitPeople(c.var.context, by, asked);
    return c.redirect(`${restoredPeopleHref}?done=${admitted.length}`, 303);
  });
}

const listOf = (text: string | undefined): ListName => lists.find((one) => one === text) ?? 'waiting';

const nobody = (c: RequestContext): FieldError => ({ field: 'person', text: messages(c.var.language)('nobody') });

async function showPeople(
  c: RequestContext,
  list: ListName,
  again: { errors: FieldError[]; reason?: string; roles?: boolean },
): Promise<Response> {
  const visitor = requireAdministrator(c);
  const { context, language, csrf } = c.var;
  const db = context.db.reader;
  const t = messages(language);
  const title = t('title');
  const state = await restoredState(db);
  if (state === null || state.confirmedAt === null || state.decision?.take !== 'anew')
    return showPage(
      c,
      { title },
      <NobodyWaits language={language} unconfirmed={state !== null && state.confirmedAt === null} />,
    );
  const now = context.clock.now().toISOString();
  const search = (c.req.query('q') ?? '').trim().slice(0, 100);
  const after = namePosition(c.req.query('cursor'));
  const found = await restoredPeople(db, { list, search, after, limit: pageSize + 1, now });
  const people = found.slice(0, pageSize);
  const cursor = found.length > pageSize ? nameCursor(people.at(-1)?.person) : null;
  const query = new URLSearchParams({ list, ...(search ? { q: search } : {}), ...(cursor ? { cursor } : {}) });
  const first = list === 'waiting' && after === null && search === '';
  const asking: Asking[] = (first ? await askingPeople(db, now) : []).flatMap((one) =>
    one.identities.flatMap((identity) =>
      identity.asked_claims === null
        ? []
        : [{ one, identity, claims: askedClaims(context.secret, identity.asked_claims) }],
    ),
  );
  const atDoor = new Set(asking.map(({ one }) => one.account));
  // What somebody runs again another administrator says, where there is one.
  const left = list === 'in' && !(await isAlone(db, visitor.person.id)) ? visitor.person.id : null;
  const page = (
    <RestoredPeoplePage
      {...{ list, search, csrf, asking }}
      {...again}
      people={people.filter(({ account, person }) => !atDoor.has(account) && person.id !== left)}
      next={cursor && `${restoredPeopleHref}?${query}`}
      providers={new Map((await allProviders(db)).map(({ id, name }) => [id, name]))}
      asOf={state.asOf}
      mails={canMail(context)}
      reader={readerOf(c)}
    />
  );
  const done = c.req.query('done');
  const said = done === 'roles' ? t('rolesGiven') : t('admitted', { count: Number(done) || 0 });
  const notices = done !== undefined && again.errors.length === 0 ? [{ kind: 'success' as const, text: said }] : [];
  return showPage(c, { title, error: again.errors.length > 0, notices }, page);
}

/** What administrators read on every page while somebody waits. */
export async function heldNotice(db: Parameters<typeof countHeld>[0], language: 'en' | 'nl') {
  const count = await countHeld(db);
  if (count === 0) return [];
  const t = messages(language);
  const link = { href: restoredPeopleHref, text: t('go') };
  return [{ kind: 'warning' as const, text: t('notice', { count }), link }];
}
