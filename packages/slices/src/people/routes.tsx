import {
  accountById,
  type Environment,
  hashPassword,
  holdAccount,
  isRefusal,
  ownPasswordFits,
  providerDecides,
  type RequestContext,
  readForm,
  refuse,
  requireStaff,
  requireVisitor,
  setPassword,
  signIn,
  transactAs,
} from '@joinery/core';
import { type FieldError, isLanguage, readerOf, renderPanels, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { fieldErrors } from './faults.ts';
import { check, profileInput } from './input.ts';
import { personLabel } from './label.ts';
import { listPage } from './list-page.ts';
import { messages } from './messages.ts';
import { updateProfile } from './people.ts';
import { canAdministerPeople, canSeePeople, canSeePerson } from './policy.ts';
import { administrationRoutes } from './routes-administration.tsx';
import { importRoutes } from './routes-import.tsx';
import { signInRoutes } from './routes-sign-in.tsx';
import { personById } from './store.ts';
import type { PersonRow } from './tables.ts';
import { NoPasswordPage, PasswordPage, PeoplePage, PersonPage, ProfilePage, type ProfileValues } from './views.tsx';
import { emitWay } from './ways.ts';

/** Pages of people: signing in, who is here, profiles, administration. */
export function routes(app: Hono<Environment>): void {
  signInRoutes(app);
  // Before the pages of one person, whose address would take `import` for an id.
  importRoutes(app);
  administrationRoutes(app);

  app.get('/people', async (c) => {
    const visitor = requireStaff(c);
    const { context, language } = c.var;
    const { search, people, next } = await listPage(c, visitor, false);
    const page = (
      <PeoplePage
        language={language}
        agency={context.config.agency}
        people={people}
        search={search}
        next={next && `/people?${next}`}
        administrator={canAdministerPeople(visitor)}
        panels={await renderPanels(c, 'people', null)}
      />
    );
    return showPage(c, { title: messages(language)('people') }, page);
  });

  app.get('/people/:id', async (c) => {
    const visitor = requireVisitor(c);
    const { context, language } = c.var;
    const person = await personById(context.db.reader, c.req.param('id'));
    if (!person || !(await canSeePerson(context, visitor, person.id))) refuse('not_found', 'No such person');
    if (person.deleted_at !== null) refuse('gone', 'This person was deleted');
    const page = (
      <PersonPage
        language={language}
        reader={readerOf(c)}
        person={person}
        own={visitor.person.id === person.id}
        administrator={canAdministerPeople(visitor)}
        list={canSeePeople(visitor)}
        panels={await renderPanels(c, 'person', person)}
      />
    );
    return showPage(c, { title: personLabel(person, language).name }, page);
  });

  app.get('/profile', async (c) => {
    const person = await ownPerson(c);
    return profilePage(c, person, valuesOf(person), []);
  });

  app.post('/profile', async (c) => {
    const person = await ownPerson(c);
    const form = await readForm(c, z.object({}).catchall(z.string()));
    const typed: Record<string, string> = form.ok ? form.value : form.typed;
    const checked = check(profileInput, typed);
    if (!checked.ok) {
      const values = { ...valuesOf(person), ...typed };
      return profilePage(c, person, values, fieldErrors(checked.faults, c.var.language));
    }
    await transactAs(c, requireVisitor(c), (work) => updateProfile(work, person.id, checked.value));
    return c.redirect('/profile?done=saved', 303);
  });

  // The switch at the foot of every page: whoever signed in has chosen for everywhere. The shell answers.
  app.post('/language', async (c, next) => {
    const { visitor, form } = c.var;
    const language = form?.fields.get('language')?.[0];
    if (visitor && isLanguage(language)) {
      await transactAs(c, visitor, (work) => updateProfile(work, visitor.person.id, { language }));
    }
    await next();
  });

  app.get('/profile/password', async (c) => passwordPage(c, []));

  app.post('/profile/password', async (c) => {
    const visitor = requireVisitor(c);
    const { context, language } = c.var;
    const form = await readForm(c, z.object({ currentPassword: z.string().optional(), password: z.string() }));
    if (!form.ok) return passwordPage(c, fieldErrors(form.faults, language));
    const account = (await accountById(context.db.reader, visitor.account)) ?? refuse('not_found', 'No such account');
    if (await providerDecides(context, context.db.reader, account.id)) return passwordPage(c, [], 403);
    const { currentPassword = '', password } = form.value;
    if (!(await ownPasswordFits(context, account, currentPassword))) {
      return passwordPage(c, fieldErrors([{ field: 'currentPassword', code: 'does_not_match' }], language));
    }
    try {
      const hash = await hashPassword(password);
      await transactAs(c, visitor, async (work) => {
        await holdAccount(work, account.id);
        if (await providerDecides(context, work.db, account.id))
          refuse('forbidden', 'Your identity provider decides who comes in');
        await setPassword(work, account.id, hash);
        emitWay(work, 'password.changed', visitor.person.id);
      });
    } catch (error) {
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      return passwordPage(c, fieldErrors(error.faults, language));
    }
    await signIn(c, account.id);
    return c.redirect('/profile?done=password', 303);
  });
}

async function ownPerson(c: RequestContext): Promise<PersonRow> {
  const visitor = requireVisitor(c);
  return (await personById(c.var.context.db.reader, visitor.person.id)) ?? refuse('not_found', 'No such person');
}

function valuesOf(person: PersonRow): ProfileValues {
  return {
    name: person.name,
    role: person.role,
    summary: person.summary_source,
    language: person.language,
    timeZone: person.time_zone,
  };
}

async function profilePage(
  c: RequestContext,
  person: PersonRow,
  values: ProfileValues,
  errors: readonly FieldError[],
): Promise<Response> {
  const { language, csrf } = c.var;
  const t = messages(language);
  const done = { saved: t('profileSaved'), password: t('passwordChanged') }[c.req.query('done') ?? ''];
  const notices = done && errors.length === 0 ? [{ kind: 'success' as const, text: done }] : [];
  const panels = await renderPanels(c, 'profile', person);
  const page = (
    <ProfilePage language={language} csrf={csrf} id={person.id} values={values} errors={errors} panels={panels} />
  );
  return showPage(c, { title: t('yourProfile'), error: errors.length > 0, notices }, page);
}

async function passwordPage(c: RequestContext, errors: readonly FieldError[], status?: 403): Promise<Response> {
  const visitor = requireVisitor(c);
  const { context, language, csrf } = c.var;
  const title = messages(language)('passwordChange');
  if (await providerDecides(context, context.db.reader, visitor.account))
    return showPage(c, { title, status }, <NoPasswordPage language={language} />);
  const account = await accountById(context.db.reader, visitor.account);
  const hasPassword = account?.password_hash != null;
  const page = <PasswordPage language={language} csrf={csrf} hasPassword={hasPassword} errors={errors} />;
  return showPage(c, { title, error: errors.length > 0 }, page);
}
