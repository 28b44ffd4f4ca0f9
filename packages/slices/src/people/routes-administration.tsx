import {
  accountOfPerson,
  type By,
  type Environment,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  setRoles,
  transact,
} from '@joinery/core';
import { type FieldError, renderPanels, showPage } from '@joinery/ui';
import { stringify } from 'csv-stringify/sync';
import type { Hono } from 'hono';
import { z } from 'zod';
import { fieldErrors } from './faults.ts';
import { waitingImports } from './import-job.ts';
import { check, newPersonInput } from './input.ts';
import { listPage } from './list-page.ts';
import { canMail, type SignInLink } from './mail-link.tsx';
import { type ManagedPerson, managedPeople } from './managed.ts';
import { messages } from './messages.ts';
import {
  addPerson,
  disableLeaver,
  enableReturner,
  linkFor,
  linksForNewcomers,
  mailed,
  resetSecondStep,
} from './onboarding.ts';
import { personById } from './store.ts';
import { DisablePage, ManagePeoplePage, ManagePersonPage } from './views-administration.tsx';
import { NewPersonPage, type NewPersonValues } from './views-new-person.tsx';

const anyForm = z.object({}).catchall(z.string());

/** What administrators do: add, link, roles, disable, enable. */
export function administrationRoutes(app: Hono<Environment>): void {
  app.get('/administration/people', async (c) => {
    const visitor = requireAdministrator(c);
    const { context, language } = c.var;
    const t = messages(language);
    const { search, people, next } = await listPage(c, visitor, true);
    const page = (
      <ManagePeoplePage
        language={language}
        people={await managedPeople(context.db.reader, people)}
        search={search}
        next={next && `/administration/people?${next}`}
        csrf={c.var.csrf}
        waiting={await waitingImports(context.db.reader)}
      />
    );
    const imported = Number(c.req.query('imported'));
    const words = [t('importAdded', { count: imported }), c.req.query('mailed') === '1' ? t('importMailed') : ''];
    const added = words.join(' ').trim();
    const notices = imported > 0 ? [{ kind: 'success' as const, text: added }] : [];
    return showPage(c, { title: t('managePeople'), notices }, page);
  });

  app.get('/administration/people/new', async (c) => {
    requireAdministrator(c);
    const { language } = c.var;
    return newPersonPage(c, { ...valuesOf({}, language), mail: canMail(c.var.context) ? true : null }, []);
  });

  app.post('/administration/people/new', async (c) => {
    const by = byOf(c);
    const { context, language } = c.var;
    const form = await readForm(c, anyForm);
    const typed: Record<string, string> = form.ok ? form.value : form.typed;
    const mail = typed.mail === '1' && canMail(context);
    const checked = check(newPersonInput, { ...typed, name: typed.name ?? '', email: typed.email ?? '' });
    const again = (faults: Parameters<typeof fieldErrors>[0]) =>
      newPersonPage(
        c,
        { ...valuesOf(typed, language), mail: canMail(context) ? mail : null },
        fieldErrors(faults, language),
      );
    if (!checked.ok) return again(checked.faults);
    try {
      const person = await addPerson(context, by, checked.value, language, mail ? mailed : undefined);
      return c.redirect(`/administration/people/${person.id}?done=added${mail ? '-mailed' : ''}`, 303);
    } catch (error) {
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      return again(error.faults);
    }
  });

  // A file, since only hashes are kept: whoever hands the links out needs them all at once.
  app.post('/administration/people/links', async (c) => {
    const links = await linksForNewcomers(c.var.context, byOf(c));
    const rows = links.map(({ name, email, address, expiresAt }) => [name, email, address, expiresAt]);
    c.header('Content-Disposition', 'attachment; filename="sign-in-links.csv"');
    // With a byte order mark, which spreadsheets need for the right letters; a cell that they would run as a formula stays text.
    const text = stringify([['name', 'email', 'link', 'expires'], ...rows], { bom: true, escape_formulas: true });
    return c.body(text, 200, { 'content-type': 'text/csv; charset=utf-8' });
  });

  app.get('/administration/people/:id', async (c) => {
    requireAdministrator(c);
    return personPage(c, await managedPerson(c), null, []);
  });

  // The link is shown in the answer to the form and nowhere else: only its hash is kept.
  app.post('/administration/people/:id/link', async (c) => {
    const by = byOf(c);
    const person = await managedPerson(c);
    const form = await readForm(c, anyForm);
    const mailed = form.ok && form.value.mail === '1' && canMail(c.var.context);
    return personPage(c, person, { ...(await linkFor(c.var.context, by, person.id, mailed)), mailed }, []);
  });

  app.post('/administration/people/:id/roles', async (c) => {
    const by = byOf(c);
    const person = await managedPerson(c);
    const form = await readForm(c, anyForm);
    const given: Record<string, string> = form.ok ? form.value : form.typed;
    const roles = { administrator: given.administrator === '1', federationOfficer: given.federationOfficer === '1' };
    return lastAdministratorKept(
      c,
      async () => {
        await transact(c.var.context, by, async (work) => {
          const account = (await accountOfPerson(work.db, person.id)) ?? refuse('not_found', 'No such account');
          await setRoles(work, account.id, roles);
        });
        return c.redirect(`/administration/people/${person.id}?done=roles`, 303);
      },
      (errors) => personPage(c, { ...person, ...roles }, null, errors),
    );
  });

  app.post('/administration/people/:id/second-step', async (c) => {
    const by = byOf(c);
    const person = await managedPerson(c);
    await resetSecondStep(c.var.context, by, person.id);
    return c.redirect(`/administration/people/${person.id}?done=second-step`, 303);
  });

  app.get('/administration/people/:id/disable', async (c) => {
    requireAdministrator(c);
    return disablePage(c, await managedPerson(c), []);
  });

  app.post('/administration/people/:id/disable', async (c) => {
    const by = byOf(c);
    const person = await managedPerson(c);
    return lastAdministratorKept(
      c,
      async () => {
        await disableLeaver(c.var.context, by, person.id);
        return c.redirect(`/administration/people/${person.id}?done=disabled`, 303);
      },
      (errors) => disablePage(c, person, errors),
    );
  });

  app.post('/administration/people/:id/enable', async (c) => {
    const by = byOf(c);
    const person = await managedPerson(c);
    await enableReturner(c.var.context, by, person.id);
    return c.redirect(`/administration/people/${person.id}?done=enabled`, 303);
  });
}

/** @throws {Refusal} signed_out, forbidden */
function byOf(c: RequestContext): By {
  return { kind: 'person', person: requireAdministrator(c).person.id };
}

/** Without an administrator nobody could add people any more: the change is refused in words on the same page. */
async function lastAdministratorKept(
  c: RequestContext,
  change: () => Promise<Response>,
  again: (errors: FieldError[]) => Promise<Response>,
): Promise<Response> {
  try {
    return await change();
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'conflict') throw error;
    return again([{ text: messages(c.var.language)('faultAdministratorLast') }]);
  }
}

async function managedPerson(c: RequestContext): Promise<ManagedPerson> {
  const { reader } = c.var.context.db;
  const person = await personById(reader, c.req.param('id') ?? '');
  if (person?.local !== 1 || person.deleted_at !== null) refuse('not_found', 'No such person on this node');
  const [managed] = await managedPeople(reader, [person]);
  return managed ?? refuse('not_found', 'No such person on this node');
}

function valuesOf(typed: Record<string, string>, language: string): Omit<NewPersonValues, 'mail'> {
  const { name = '', email = '', handle = '', role = '' } = typed;
  return {
    name,
    email,
    handle,
    role,
    language: typed.language ?? language,
    administrator: typed.administrator === '1',
    federationOfficer: typed.federationOfficer === '1',
  };
}

async function newPersonPage(
  c: RequestContext,
  values: NewPersonValues,
  errors: readonly FieldError[],
): Promise<Response> {
  const { language, csrf } = c.var;
  const panels = await renderPanels(c, 'new-person', null);
  const page = <NewPersonPage {...{ language, csrf, values, errors, panels }} />;
  return showPage(c, { title: messages(language)('addPerson'), error: errors.length > 0 }, page);
}

async function personPage(
  c: RequestContext,
  person: ManagedPerson,
  link: (SignInLink & { mailed: boolean }) | null,
  errors: readonly FieldError[],
): Promise<Response> {
  const { language, csrf, visitor } = c.var;
  const t = messages(language);
  const { name } = person;
  const done = {
    added: t('personAdded', { name }),
    'added-mailed': t('personAddedMailed', { name, email: person.email }),
    roles: t('rolesSaved'),
    disabled: t('disabledDone', { name }),
    enabled: t('enabledDone', { name }),
    'second-step': t('secondStepResetDone', { name }),
  }[c.req.query('done') ?? ''];
  const page = (
    <ManagePersonPage
      language={language}
      timeZone={visitor?.person.timeZone ?? 'UTC'}
      csrf={csrf}
      person={person}
      errors={errors}
      link={link}
      mails={canMail(c.var.context)}
      panels={await renderPanels(c, 'managed-person', person)}
    />
  );
  const notices = done ? [{ kind: 'success' as const, text: done }] : [];
  return showPage(c, { title: name, error: errors.length > 0, notices }, page);
}

function disablePage(c: RequestContext, person: ManagedPerson, errors: readonly FieldError[]): Promise<Response> {
  const { language, csrf } = c.var;
  const title = messages(language)('disableTitle', { name: person.name });
  return showPage(
    c,
    { title, error: errors.length > 0 },
    <DisablePage language={language} csrf={csrf} person={person} errors={errors} />,
  );
}
