import {
  classificationLabels,
  classifyGroup,
  createActorKeys,
  type Environment,
  type FieldFault,
  isRefusal,
  type RefusalCode,
  type RequestContext,
  readForm,
  refusalText,
  refuse,
  requireStaff,
  requireVisitor,
  transactAs,
} from '@joinery/core';
import { type FieldError, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { attempt, type Failed, nothingTyped } from './attempt.ts';
import { usualPreset } from './choice.ts';
import { createGroup, deleteGroup, updateGroup } from './groups.ts';
import { archiveForm, deleteForm, newGroupForm, referenceForm, rulesOf, settingsForm } from './input.ts';
import { messages } from './messages.ts';
import { canManage } from './policy.ts';
import { findGroup, seeGroup } from './reads.ts';
import type { GroupRow } from './tables.ts';
import { NewGroupPage, OpenByLinkPage, SettingsPage } from './views-form.tsx';

/** Pages with forms: a new group, a group by its link, a group's settings. */
export function formRoutes(app: Hono<Environment>): void {
  app.get('/groups/new', (c) => {
    requireStaff(c);
    return showNewGroup(c, nothingTyped);
  });
  app.post('/groups/new', makeGroup);
  app.get('/groups/join', (c) => {
    requireStaff(c);
    const reference = c.req.query('reference') ?? '';
    return showOpenByLink(c, { errors: [], typed: { reference: reference.slice(0, 2_048) } });
  });
  app.post('/groups/join', openByLink);
  app.get('/groups/:id/settings', async (c) => showSettings(c, await managedGroup(c), null));
  app.post('/groups/:id/settings', saveSettings);
  app.post('/groups/:id/archive', archive);
  app.post('/groups/:id/delete', remove);
}

async function showNewGroup(c: RequestContext, { errors, typed }: Failed) {
  const { csrf, language } = c.var;
  const title = messages(language)('newGroup');
  const { reader } = c.var.context.db;
  const [labels, preset] = await Promise.all([classificationLabels(reader), usualPreset(reader)]);
  const body = (
    <NewGroupPage language={language} csrf={csrf} errors={errors} typed={{ preset, ...typed }} labels={labels} />
  );
  return showPage(c, { title, error: errors.length > 0 }, body);
}

/** A closed or hidden group on the web is a contradiction: the writer decides which of both is meant. */
const webContradiction: FieldFault[] = [{ field: 'web', code: 'bad_choice' }];

async function makeGroup(c: RequestContext) {
  const visitor = requireStaff(c);
  let made = '';
  const failed = await attempt(c, await readForm(c, newGroupForm), async ({ preset, web, label, ...words }) => {
    const rules = rulesOf(preset, web);
    if (web && rules.reading !== 'web') refuse('invalid', 'A closed group cannot be on the web', webContradiction);
    const keys = await createActorKeys();
    const input = { ...words, ...rules, owner: visitor.person.id, keys };
    made = await transactAs(c, visitor, async (work) => {
      const { id } = await createGroup(work, input);
      const decided = { by: visitor.person.name, reason: '' };
      if (label) await classifyGroup(work, { group: id, label, ...decided });
      return id;
    });
  });
  return failed ? showNewGroup(c, failed) : c.redirect(`/groups/${made}`, 303);
}

async function showOpenByLink(c: RequestContext, { errors, typed }: Failed) {
  const { csrf, language } = c.var;
  const title = messages(language)('joinTitle');
  const body = <OpenByLinkPage language={language} csrf={csrf} errors={errors} typed={typed} />;
  return showPage(c, { title, error: errors.length > 0 }, body);
}

const lookUpFaults = new Set(['not_found', 'no_agreement', 'unavailable', 'bad_request', 'unknown_node', 'gone']);

/** What a failed look-up says beside the field where the address was typed. */
export function lookUpFault(c: RequestContext, field: string, words: string) {
  return (code: string): FieldError | undefined => {
    if (!lookUpFaults.has(code)) return undefined;
    const { text } = refusalText(code as RefusalCode, c.var.language);
    return { field, text: code === 'bad_request' ? words : text };
  };
}

async function openByLink(c: RequestContext) {
  const visitor = requireStaff(c);
  let found = '';
  const failed = await attempt(
    c,
    await readForm(c, referenceForm),
    async ({ reference }) => {
      const known = await findGroup(c.var.context, reference, visitor).catch((error: unknown) => {
        // Its page says what is missing, and takes the wish for an agreement.
        if (isRefusal(error) && error.code === 'no_agreement') return null;
        throw error;
      });
      found = known === null ? `/follow?uri=${encodeURIComponent(reference)}` : `/groups/${known}`;
    },
    lookUpFault(c, 'reference', messages(c.var.language)('notAGroup')),
  );
  return failed ? showOpenByLink(c, failed) : c.redirect(found, 303);
}

/** The group of this address, when the visitor may change it. @throws {Refusal} signed_out, not_found, forbidden */
export async function managedGroup(c: RequestContext): Promise<GroupRow> {
  const visitor = requireVisitor(c);
  const { group, standing } = await seeGroup(c.var.context.db.reader, c.req.param('id') ?? '', visitor);
  if (!canManage(group, standing)) refuse('forbidden', 'Only owners change the group');
  return group;
}

async function showSettings(c: RequestContext, group: GroupRow, failed: Failed | null) {
  const { csrf, language } = c.var;
  const t = messages(language);
  const typed = failed?.typed.name !== undefined ? failed.typed : asTyped(group);
  const errors = failed?.errors ?? [];
  const saved = c.req.query('saved') === '1' ? [{ kind: 'success' as const, text: t('saved') }] : [];
  const title = t('settingsOf', { group: group.name });
  const body = <SettingsPage language={language} csrf={csrf} errors={errors} typed={typed} group={group} />;
  return showPage(c, { title, error: errors.length > 0, notices: saved }, body);
}

function asTyped(group: GroupRow): Record<string, string> {
  return {
    name: group.name,
    summary: group.summary,
    reading: group.reading === 'members' ? 'members' : 'partners',
    web: group.reading === 'web' ? '1' : '',
    joining: group.joining,
    listed: group.listed === 1 ? '1' : '',
  };
}

async function saveSettings(c: RequestContext) {
  const visitor = requireVisitor(c);
  const group = await managedGroup(c);
  const failed = await attempt(
    c,
    await readForm(c, settingsForm),
    async ({ reading, web, ...rest }) => {
      if (web && reading === 'members') refuse('invalid', 'A closed group cannot be on the web', webContradiction);
      const input = { ...rest, reading: web ? ('web' as const) : reading };
      await transactAs(c, visitor, (work) => updateGroup(work, group.id, visitor.person.id, input));
    },
    (code) => {
      const text = messages(c.var.language)(group.reading === 'members' ? 'cannotOpen' : 'cannotClose');
      return code === 'conflict' ? { field: 'reading', text } : undefined;
    },
  );
  return failed ? showSettings(c, group, failed) : c.redirect(`/groups/${group.id}/settings?saved=1`, 303);
}

async function archive(c: RequestContext) {
  const visitor = requireVisitor(c);
  const group = await managedGroup(c);
  const form = await readForm(c, archiveForm);
  if (!form.ok) refuse('invalid', 'Say whether to archive', form.faults);
  const archived = form.value.archived === '1';
  await transactAs(c, visitor, (work) => updateGroup(work, group.id, visitor.person.id, { archived }));
  return c.redirect(`/groups/${group.id}`, 303);
}

async function remove(c: RequestContext) {
  const visitor = requireVisitor(c);
  const group = await managedGroup(c);
  const failed = await attempt(c, await readForm(c, deleteForm), async ({ handle }) => {
    if (handle !== group.handle)
      refuse('invalid', 'Confirm with the short name', [{ field: 'handle', code: 'does_not_match' }]);
    await transactAs(c, visitor, (work) => deleteGroup(work, group.id, visitor.person.id));
  });
  return failed ? showSettings(c, group, failed) : c.redirect('/groups', 303);
}
