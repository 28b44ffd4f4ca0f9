import {
  type Environment,
  type RequestContext,
  readForm,
  requireAdministrator,
  transact,
  uploadedFile,
} from '@joinery/core';
import { type FieldError, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { fileFaultText } from './faults.ts';
import { decodeFile, type ImportFile, type LineFault, readImportFile } from './import-file.ts';
import { enqueueImport } from './import-job.ts';
import { planImport } from './import-plan.ts';
import { canMail } from './mail-link.tsx';
import { messages } from './messages.ts';
import { ImportPage, ImportPreviewPage } from './views-import.tsx';

const listForm = z.object({ text: z.string().optional(), mail: z.string().optional() });

/** A list of people: given, checked and shown, then added. */
export function importRoutes(app: Hono<Environment>): void {
  app.get('/administration/people/import', async (c) => {
    requireAdministrator(c);
    return importPage(c, '', [], []);
  });

  app.post('/administration/people/import', async (c) => {
    requireAdministrator(c);
    const { context, language, csrf } = c.var;
    const { text, file } = await givenList(c);
    if (!file.ok) return importPage(c, text, [{ field: 'file', text: fileFaultText(file.fault, language) }], []);
    const plan = await planImport(context.db.reader, file);
    if (plan.faults.length > 0) return faultyPage(c, text, plan.faults);
    const page = <ImportPreviewPage language={language} csrf={csrf} text={text} plan={plan} mails={canMail(context)} />;
    return showPage(c, { title: messages(language)('importWill', { count: plan.rows.length }) }, page);
  });

  app.post('/administration/people/import/confirm', async (c) => {
    const visitor = requireAdministrator(c);
    const { context, language } = c.var;
    const { text, file, mail } = await givenList(c);
    if (!file.ok) return importPage(c, text, [{ field: 'file', text: fileFaultText(file.fault, language) }], []);
    const plan = await planImport(context.db.reader, file);
    // Something was taken between the preview and now: shown again instead of half done.
    if (plan.faults.length > 0) return faultyPage(c, text, plan.faults);
    const by = visitor.person.id;
    await transact(context, { kind: 'person', person: by }, (work) =>
      enqueueImport(work, by, plan.rows, language, mail && canMail(context)),
    );
    return c.redirect(
      `/administration/people?imported=${plan.rows.length}${mail && canMail(context) ? '&mailed=1' : ''}`,
      303,
    );
  });
}

/** The uploaded file, or what was pasted. The text comes back with the page, so that nothing is lost. */
async function givenList(c: RequestContext): Promise<{ text: string; file: ImportFile; mail: boolean }> {
  const form = await readForm(c, listForm);
  const pasted = (form.ok ? form.value.text : form.typed.text) ?? '';
  const mail = form.ok && form.value.mail === '1';
  const upload = uploadedFile(c, 'file');
  const text = upload ? decodeFile(new Uint8Array(await upload.arrayBuffer())) : pasted;
  return text === null
    ? { mail, text: pasted, file: { ok: false, fault: { code: 'not_utf8' } } }
    : { mail, text, file: readImportFile(text) };
}

function faultyPage(c: RequestContext, text: string, faults: readonly LineFault[]): Promise<Response> {
  const count = new Set(faults.map((fault) => fault.line)).size;
  return importPage(c, text, [{ field: 'text', text: messages(c.var.language)('importFaults', { count }) }], faults);
}

function importPage(
  c: RequestContext,
  text: string,
  errors: readonly FieldError[],
  faults: readonly LineFault[],
): Promise<Response> {
  const { language, csrf } = c.var;
  const page = <ImportPage language={language} csrf={csrf} text={text} errors={errors} faults={faults} />;
  return showPage(c, { title: messages(language)('importPeople'), error: errors.length > 0 }, page);
}
