import {
  type Environment,
  isRefusal,
  type RequestContext,
  readForm,
  refuse,
  requireAdministrator,
  transactAs,
  uploadedFile,
} from '@joinery/core';
import { defaultTheme, type FieldError, previewCss, showPage } from '@joinery/ui';
import type { Hono } from 'hono';
import { z } from 'zod';
import { fieldErrors, logoError, tokensError } from './faults.ts';
import { type StyleInput, styleInput } from './input.ts';
import { type Logo, readLogo } from './logo.ts';
import { messages } from './messages.ts';
import { currentVersion, logoById } from './store.ts';
import { changeStyle } from './style.ts';
import { readTokenFile } from './token-file.ts';
import { StylePage, type StyleValues } from './views.tsx';

const address = '/administration/style';
const form = styleInput.extend({
  what: z.string().optional(),
  logoRemove: z.string().optional(),
  logoKept: z.string().optional(),
});
const previewQuery = styleInput.omit({ logoAlt: true });

/** The page where an administrator chooses how the node looks. */
export function routes(app: Hono<Environment>): void {
  app.get(address, async (c) => {
    requireAdministrator(c);
    const t = messages(c.var.language);
    const version = await currentVersion(c.var.context.db.reader);
    const row = version?.logo_id ? await logoById(c.var.context.db.reader, version.logo_id) : undefined;
    const values = version ? valuesOf({ ...version, logoAlt: version.logo_alt }) : standard;
    const logo = row ? { type: row.type, bytes: Buffer.from(row.bytes, 'base64') } : null;
    const notices = c.req.query('done') === 'saved' ? [{ kind: 'success' as const, text: t('saved') }] : [];
    return stylePage(c, { values, shown: themeOf(values), logo, hasLogo: logo !== null, notices });
  });

  // The preview's colours: an attribute with them would be a style of its own, which the content security policy forbids.
  app.get(`${address}/preview.css`, async (c) => {
    requireAdministrator(c);
    const read = previewQuery.safeParse(c.req.query());
    if (!read.success) refuse('not_found', 'No such colours');
    return c.body(previewCss(read.data), 200, { 'content-type': 'text/css; charset=utf-8' });
  });

  app.post(address, async (c) => {
    const visitor = requireAdministrator(c);
    const { context, language } = c.var;
    const t = messages(language);
    const sent = await readForm(c, form);
    const typed = sent.ok ? valuesOf(sent.value) : { ...standard, ...sent.typed };
    const extra = sent.ok ? sent.value : sent.typed;
    const errors = sent.ok ? [] : fieldErrors(sent.faults, language);
    const version = await currentVersion(context.db.reader);
    const given = await givenLogo(c, extra.logoKept);
    if (given && 'error' in given) errors.push(given.error);
    const logo = given && 'logo' in given ? given.logo : null;
    const remove = extra.logoRemove === '1';
    const tokens = uploadedFile(c, 'tokens');
    const fromTokens = tokens && readTokenFile(await tokens.text());
    if (fromTokens && !fromTokens.ok) errors.push(tokensError(fromTokens.fault, language));
    const kept = logo ?? (remove ? null : await storedLogo(c, version?.logo_id));

    if (fromTokens?.ok) {
      const values = {
        ...typed,
        ...Object.fromEntries(Object.entries(fromTokens.choice).map(([k, v]) => [k, String(v)])),
      };
      const fine = errors.filter(({ field }) => !(field !== undefined && field in fromTokens.choice));
      const notices = fine.length > 0 ? [] : [{ kind: 'info' as const, text: t('tokensRead') }];
      const shown = { values, shown: themeOf(values), logo: kept, chosen: logo, remove, notices };
      return stylePage(c, { ...shown, hasLogo: Boolean(version?.logo_id), errors: fine });
    }
    const again = (faults: FieldError[]) => {
      const notices = faults.length > 0 ? [] : [{ kind: 'info' as const, text: t('previewUnsaved') }];
      const shown = { values: typed, shown: themeOf(typed), logo: kept, chosen: logo, remove, notices };
      return stylePage(c, { ...shown, hasLogo: Boolean(version?.logo_id), errors: faults });
    };
    if (!sent.ok || errors.length > 0 || sent.value.what === 'preview') return again(errors);
    const { value } = sent;
    try {
      await transactAs(c, visitor, (work) => changeStyle(work, value, logo ?? (remove ? null : 'keep')));
    } catch (error) {
      if (!isRefusal(error) || error.faults.length === 0) throw error;
      return again(fieldErrors(error.faults, language));
    }
    return c.redirect(`${address}?done=saved`, 303);
  });
}

const standard: StyleValues = {
  colour: defaultTheme.colour,
  second: defaultTheme.second ?? defaultTheme.colour,
  radius: String(defaultTheme.radius ?? 0),
  logoAlt: '',
};

const valuesOf = ({ colour, second, radius, logoAlt }: StyleInput): StyleValues => ({
  ...{ colour, second, logoAlt },
  radius: String(radius),
});

/** What can be shown of what was typed; the standard for the rest. */
function themeOf(values: StyleValues): Omit<StyleInput, 'logoAlt'> {
  const { shape } = styleInput;
  const one = <T,>(schema: z.ZodType<T>, typed: string, otherwise: T): T => {
    const read = schema.safeParse(typed);
    return read.success ? read.data : otherwise;
  };
  return {
    colour: one(shape.colour, values.colour, standard.colour),
    second: one(shape.second, values.second, standard.second),
    radius: one(shape.radius, values.radius, Number(standard.radius)),
  };
}

/** The logo that was uploaded, or the one that was uploaded for the preview before. It is checked again: it comes from the browser. */
async function givenLogo(
  c: RequestContext,
  kept: string | undefined,
): Promise<{ logo: Logo } | { error: FieldError } | null> {
  const file = uploadedFile(c, 'logo');
  if (!file && !kept) return null;
  const read = readLogo(file ? Buffer.from(await file.arrayBuffer()) : Buffer.from(kept ?? '', 'base64'));
  return read.ok ? { logo: read.logo } : { error: logoError(read.fault, c.var.language) };
}

async function storedLogo(c: RequestContext, id: string | null | undefined): Promise<Logo | null> {
  const row = id ? await logoById(c.var.context.db.reader, id) : undefined;
  return row ? { type: row.type, bytes: Buffer.from(row.bytes, 'base64') } : null;
}

type Shown = {
  values: StyleValues;
  shown: Omit<StyleInput, 'logoAlt'>;
  /** For the preview. */
  logo: Logo | null;
  /** Uploaded with this form, not saved yet. */
  chosen?: Logo | null;
  hasLogo: boolean;
  remove?: boolean;
  errors?: FieldError[];
  notices: { kind: 'success' | 'info'; text: string }[];
};

function stylePage(
  c: RequestContext,
  { values, shown, logo, chosen, hasLogo, remove, errors = [], notices }: Shown,
): Promise<Response> {
  const { language, csrf, context } = c.var;
  const query = new URLSearchParams({ colour: shown.colour, second: shown.second, radius: String(shown.radius) });
  const page = (
    <StylePage
      language={language}
      csrf={csrf}
      agency={context.config.agency}
      values={values}
      theme={shown}
      logo={logo && `data:${logo.type};base64,${logo.bytes.toString('base64')}`}
      chosen={chosen ? chosen.bytes.toString('base64') : null}
      hasLogo={hasLogo}
      remove={remove ?? false}
      errors={errors}
      previewHref={`${address}/preview.css?${query}`}
    />
  );
  return showPage(c, { title: messages(language)('title'), error: errors.length > 0, notices }, page);
}
