import {
  accountOfPerson,
  type Environment,
  isId,
  isRefusal,
  periods,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  requireStaff,
  TooMany,
  transactAs,
} from '@joinery/core';
import { check, fieldErrors, guestsOf, newPersonInput, type PersonRow, peopleByIds } from '@joinery/slices/people';
import { type FieldError, formatDate, languages, readerOf, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { dayAfter, dayFault } from './days.ts';
import { endGuest, extendGuest, guestFor, invitableGroups, inviteGuest, type Link, linkForGuest } from './guests.ts';
import { messages } from './messages.ts';
import { canExtend, canInviteGuests } from './policy.ts';
import { changeSettings, settingsOf } from './settings.ts';
import { AdministrationPage, GuestPage, GuestsPage, InvitePage, type InviteValues } from './views.tsx';

export const administrationHref = '/administration/guests';
const longestOrganisation = 100;

const inviteForm = z.object({
  name: z.string().default(''),
  email: z.string().default(''),
  organisation: z.string().default(''),
  until: z.string().default(''),
  language: z.enum(languages).catch('en'),
  group: z.array(z.string()),
});

/** Pages about guests. `/guests/new` comes before `/guests/<person>`. */
export function routes(app: Hono<Environment>): void {
  app.get('/guests', async (c) => {
    const visitor = requireStaff(c);
    const { reader } = c.var.context.db;
    const guests = await guestsOf(reader, visitor.person.id);
    const mayInvite = canInviteGuests(visitor, await settingsOf(reader));
    if (!mayInvite && guests.length === 0) refuse('forbidden', 'Only administrators invite guests on this node');
    const t = messages(c.var.language);
    return showPage(c, { title: t('mine') }, <GuestsPage {...{ guests, mayInvite }} reader={readerOf(c)} />);
  });
  app.get('/guests/new', async (c) => {
    const { context, language } = c.var;
    const until = dayAfter(context.clock.now(), periods.guestUsual.days);
    return invitePage(c, { name: '', email: '', organisation: '', until, language, groups: [] }, []);
  });
  app.post('/guests/new', sendInvitation);
  app.get('/guests/:id', async (c) => guestPage(c, await guestOf(c), {}));
  app.post('/guests/:id/link', async (c) => {
    const visitor = requireStaff(c);
    const guest = await guestOf(c);
    return guestPage(c, guest, { link: await linkForGuest(c.var.context, visitor, guest.id) });
  });
  app.post('/guests/:id/extend', extend);
  app.post('/guests/:id/end', async (c) => {
    const visitor = requireStaff(c);
    const { id } = await guestOf(c);
    await endGuest(c.var.context, visitor, id);
    return c.redirect(`/guests/${id}?done=ended`, 303);
  });
  app.get(administrationHref, administrationPage);
  app.post(administrationHref, async (c) => {
    const visitor = requireAdministrator(c);
    const form = await readForm(c, z.object({ who: z.enum(['administrators', 'staff']) }));
    if (!form.ok) refuse('bad_request', 'Choose who may invite guests');
    const staff = form.value.who === 'staff';
    await transactAs(c, visitor, (work) => changeSettings(work, { staff }, visitor.person.id));
    return c.redirect(`${administrationHref}?done=saved`, 303);
  });
}

/** @throws {Refusal} signed_out, forbidden, not_found */
async function guestOf(c: RequestContext): Promise<PersonRow> {
  const visitor = requireStaff(c);
  const id = c.req.param('id') ?? '';
  return isId(id) ? guestFor(c.var.context.db.reader, visitor, id) : refuse('not_found', 'There is no such guest');
}

async function invitePage(
  c: RequestContext,
  values: InviteValues,
  errors: readonly FieldError[],
  status?: 429,
): Promise<Response> {
  const visitor = requireStaff(c);
  const { context, language, csrf } = c.var;
  const { reader } = context.db;
  if (!canInviteGuests(visitor, await settingsOf(reader)))
    refuse('forbidden', 'Only administrators invite guests on this node');
  const groups = await invitableGroups(reader, visitor.person.id);
  const page = <InvitePage {...{ language, csrf, values, errors, groups }} name={visitor.person.name} />;
  return showPage(c, { title: messages(language)('invite'), error: errors.length > 0, status }, page);
}

async function sendInvitation(c: RequestContext): Promise<Response> {
  const visitor = requireStaff(c);
  const { context, language } = c.var;
  const t = messages(language);
  const form = await readForm(c, inviteForm);
  if (!form.ok) refuse('bad_request', 'This form cannot be read');
  const { group: groups, until, ...typed } = form.value;
  const organisation = typed.organisation.replace(/\s+/g, ' ').trim();
  const checked = check(newPersonInput, { ...typed, administrator: false, federationOfficer: false });
  const errors = checked.ok ? [] : fieldErrors(checked.faults, language);
  // The same rule as for a name: no markup, nothing that a spreadsheet runs.
  if (organisation.length > longestOrganisation || !/^(?![=+\-@])[^<>\p{Cc}]+$/u.test(organisation))
    errors.push({ field: 'organisation', text: t('faultOrganisation', { maximum: longestOrganisation }) });
  const day = dayFault(until, context.clock.now());
  if (day) errors.push(dayError(c, day));
  const mine = new Set((await invitableGroups(context.db.reader, visitor.person.id)).map(({ id }) => id));
  if (groups.some((id) => !mine.has(id))) errors.push({ field: 'group', text: t('faultGroups') });
  const again = (faults: FieldError[], status?: 429) => invitePage(c, { ...typed, until, groups }, faults, status);
  if (errors.length > 0 || !checked.ok) return again(errors);
  try {
    const { name, email } = checked.value;
    const input = { name, email, organisation, until, groups, language: typed.language };
    const { guest, link } = await inviteGuest(context, visitor, input);
    const date = formatDate(language, 'UTC', `${until}T00:00:00.000Z`);
    return guestPage(c, guest, { link, said: t('invited', { name, date }) });
  } catch (error) {
    if (error instanceof TooMany) {
      c.header('Retry-After', String(error.retryAfter));
      return again([{ text: t('faultTooMany', { minutes: Math.ceil(error.retryAfter / 60) }) }], 429);
    }
    if (!isRefusal(error) || error.faults.length === 0) throw error;
    return again(fieldErrors(error.faults, language));
  }
}

function dayError(c: RequestContext, code: NonNullable<ReturnType<typeof dayFault>>): FieldError {
  const t = messages(c.var.language);
  const days = periods.guestLongest.days;
  const text = { bad_format: t('faultUntil'), in_the_past: t('faultPast'), too_large: t('faultFar', { days }) }[code];
  return { field: 'until', text };
}

async function extend(c: RequestContext): Promise<Response> {
  const visitor = requireStaff(c);
  const guest = await guestOf(c);
  const form = await readForm(c, z.object({ until: z.string().default('') }));
  const until = form.ok ? form.value.until : '';
  const day = dayFault(until, c.var.context.clock.now());
  if (day) return guestPage(c, guest, { errors: [dayError(c, day)], typed: until });
  await extendGuest(c.var.context, visitor, guest.id, until);
  return c.redirect(`/guests/${guest.id}?done=extended`, 303);
}

/** The link is shown in the answer to a form and nowhere else: only its hash is kept. */
async function guestPage(
  c: RequestContext,
  guest: PersonRow,
  more: { link?: Link; errors?: FieldError[]; typed?: string; said?: string },
): Promise<Response> {
  const { context, language, csrf } = c.var;
  const { reader } = context.db;
  const t = messages(language);
  const errors = more.errors ?? [];
  const said = { extended: t('extended'), ended: t('endedNow') }[c.req.query('done') ?? ''] ?? more.said;
  const sponsor =
    guest.guest_sponsor === null
      ? undefined
      : (await peopleByIds(reader, [guest.guest_sponsor])).get(guest.guest_sponsor);
  const page = (
    <GuestPage
      {...{ guest, csrf, errors, sponsor }}
      reader={readerOf(c)}
      email={(await accountOfPerson(reader, guest.id))?.email ?? ''}
      mayExtend={canExtend(requireStaff(c), guest, await settingsOf(reader))}
      link={more.link ?? null}
      until={more.typed ?? dayAfter(context.clock.now(), periods.guestUsual.days)}
    />
  );
  const notices = said && errors.length === 0 ? [{ kind: 'success' as const, text: said }] : [];
  return showPage(c, { title: guest.name, error: errors.length > 0, notices }, page);
}

async function administrationPage(c: RequestContext): Promise<Response> {
  requireAdministrator(c);
  const { context, csrf, language } = c.var;
  const { reader } = context.db;
  const t = messages(language);
  const guests = await guestsOf(reader, null);
  const sponsors = await peopleByIds(
    reader,
    guests.map(({ guest_sponsor }) => guest_sponsor).filter((id) => id !== null),
  );
  const page = (
    <AdministrationPage {...{ guests, sponsors, csrf }} reader={readerOf(c)} staff={(await settingsOf(reader)).staff} />
  );
  const notices = c.req.query('done') === 'saved' ? [{ kind: 'success' as const, text: t('saved') }] : [];
  return showPage(c, { title: t('all'), notices }, page);
}
