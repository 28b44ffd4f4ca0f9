import type { Context as HonoContext } from 'hono';
import { z } from 'zod';
import { type FieldCode, type FieldFault, refuse } from '../errors.ts';
import { isDangerousField, readBytes, readText } from './body.ts';
import type { Environment, SentForm } from './environment.ts';
import { readStreamedForm } from './uploads.ts';

type C = HonoContext<Environment>;

/** Bytes that a form may have, without and with uploads. */
const longestForm = 256 * 1024;
const longestUpload = 5 * 1024 * 1024;
const mostFields = 2_000;

/**
 * Reads the body of a form. Done before any route runs; routes use `readForm`.
 * @param streamed for an address that takes large files: whether they may be kept, by the fields before them
 * @throws {Refusal} unsupported_media_type, too_large, bad_request
 */
export async function readSentForm(
  c: C,
  streamed: ((fields: SentForm['fields']) => boolean) | null = null,
): Promise<SentForm> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data' && streamed) return clean(await readStreamedForm(c, streamed));
  if (type === 'multipart/form-data') return readMultipart(c);
  if (type !== 'application/x-www-form-urlencoded') {
    refuse('unsupported_media_type', 'Send a form: application/x-www-form-urlencoded');
  }
  const text = readText(await readBytes(c.req.raw, longestForm));
  try {
    decodeURIComponent(text);
  } catch {
    refuse('bad_request', 'The form is not valid UTF-8 in percent encoding');
  }
  return gather([...new URLSearchParams(text)]);
}

/** What streamed in passes the same checks. @throws {Refusal} bad_request */
function clean(form: SentForm): SentForm {
  for (const [name, values] of form.fields) {
    if (isDangerousField(name)) refuse('bad_request', 'A field has a name that is not allowed');
    if (values.some((value) => value.includes('\0'))) refuse('bad_request', 'Text may not contain NUL');
  }
  return form;
}

async function readMultipart(c: C): Promise<SentForm> {
  const bytes = await readBytes(c.req.raw, longestUpload);
  const headers = { 'content-type': c.req.header('content-type') ?? '' };
  const data = await new Response(bytes, { headers }).formData().catch(() => {
    return refuse('bad_request', 'The form cannot be read');
  });
  return gather([...data.entries()]);
}

function gather(entries: [string, string | File][]): SentForm {
  if (entries.length > mostFields) refuse('too_large', `A form may have at most ${mostFields} fields`);
  const form: SentForm = { fields: new Map(), files: new Map(), arrived: [], tooLarge: false };
  for (const [name, value] of entries) {
    if (isDangerousField(name)) refuse('bad_request', 'A field has a name that is not allowed');
    if (typeof value !== 'string') {
      if (!form.files.has(name)) form.files.set(name, value);
      continue;
    }
    if (value.includes('\0')) refuse('bad_request', 'Text may not contain NUL');
    const values = form.fields.get(name);
    if (values) values.push(value);
    else form.fields.set(name, [value]);
  }
  return form;
}

/** What was typed, to show it again; of a field that came several times the first value. */
export type Typed = Record<string, string>;
export type FormAnswer<T> = { ok: true; value: T } | { ok: false; faults: FieldFault[]; typed: Typed };

/**
 * Reads the form of this request with a schema. A field whose schema is a list gets every value, any other the first one.
 * Line ends are `\n`.
 * @returns the value, or what is wrong per field and what was typed
 */
export async function readForm<S extends z.ZodObject>(c: C, schema: S): Promise<FormAnswer<z.infer<S>>> {
  const sent = c.var.form?.fields ?? new Map<string, string[]>();
  const typed: Typed = Object.create(null);
  const input: Record<string, unknown> = Object.create(null);
  for (const [name, values] of sent) {
    const clean = values.map((value) => value.replace(/\r\n?/g, '\n'));
    typed[name] = clean[0] ?? '';
    input[name] = isList(schema.shape[name]) ? clean : clean[0];
  }
  for (const [name, field] of Object.entries(schema.shape)) {
    // A browser sends nothing for a list without a choice.
    if (isList(field) && !(name in input)) input[name] = [];
  }
  const result = await schema.safeParseAsync({ ...input });
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, faults: faultsOf(result.error, input), typed };
}

/** The file that was uploaded in a field, or null when none was chosen. */
export function uploadedFile(c: C, field: string): File | null {
  const file = c.var.form?.files.get(field);
  return file && file.size > 0 ? file : null;
}

function isList(field: unknown): boolean {
  let current = field;
  while (current instanceof z.ZodOptional || current instanceof z.ZodDefault) current = current.unwrap();
  return current instanceof z.ZodArray;
}

/**
 * What is wrong per field, in the codes that interfaces have words for. One fault per field: the first.
 * @param input what was checked, to tell a missing value from a wrong one
 */
export function faultsOf(error: z.ZodError, input?: unknown): FieldFault[] {
  const faults = new Map<string, FieldFault>();
  for (const issue of error.issues) {
    const field = issue.path.map(String).join('.');
    if (!faults.has(field))
      faults.set(field, faultOf(field, issue, input === undefined ? 'unknown' : valueAt(input, issue.path)));
  }
  return [...faults.values()];
}

function valueAt(input: unknown, path: PropertyKey[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[step];
  }
  return value;
}

const fieldCodes = new Set<string>([
  ...['required', 'too_long', 'too_short', 'bad_format', 'bad_choice', 'taken', 'reserved', 'too_large'],
  ...['too_small', 'unknown', 'in_the_past', 'does_not_match'],
]);

function faultOf(field: string, issue: z.core.$ZodIssue, value: unknown): FieldFault {
  const missing = value === undefined || value === null || value === '' || issue.message.endsWith('received undefined');
  // A schema may name the code itself: z.string().refine(…, 'in_the_past').
  if (fieldCodes.has(issue.message)) return { field, code: issue.message as FieldCode };
  switch (issue.code) {
    case 'too_small':
      if (missing) return { field, code: 'required' };
      return issue.origin === 'string' || issue.origin === 'array'
        ? { field, code: 'too_short', values: { minimum: Number(issue.minimum) } }
        : { field, code: 'too_small', values: { minimum: Number(issue.minimum) } };
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? { field, code: 'too_long', values: { maximum: Number(issue.maximum) } }
        : { field, code: 'too_large', values: { maximum: Number(issue.maximum) } };
    case 'invalid_value':
      return { field, code: missing ? 'required' : 'bad_choice' };
    case 'unrecognized_keys':
      return { field: field || issue.keys.join(', '), code: 'unknown' };
    default:
      return { field, code: missing ? 'required' : 'bad_format' };
  }
}
