import type { AdministrationEntry, Context, Panel, RequestContext, Visitor } from '@joinery/core';
import type { Child } from 'hono/jsx';
import { type PageModel, renderPage, shellPaths } from './layout.tsx';
import { type Assets, assets } from './stylesheet.ts';
import type { Reader } from './time.tsx';

/** What a route says about its page; the rest comes from the request. */
export type PageOptions = {
  title: string;
  /** This page answers a form that had faults. */
  error?: boolean;
  notices?: PageModel['notices'];
  description?: string;
  /** Id of the group that the page is about: its browser then offers what is new. Only for pages that the visitor may read. */
  live?: string;
};

let files: Assets | undefined;

/**
 * Everything around the content of a page: node, house style, visitor, language, and the navigation of all slices as this visitor may see it, with the marks
 * beside their account.
 */
export async function pageModel(c: RequestContext, options: PageOptions): Promise<PageModel> {
  const { context, visitor, language, csrf } = c.var;
  files ??= assets();
  const style = await context.slices.find((slice) => slice.houseStyle)?.houseStyle?.(context);
  const standing = visitor?.administrator ? await noticesFor(context, language) : [];
  const { pathname, search } = new URL(c.req.url);
  const entries = context.slices
    .flatMap((slice) => slice.navigation ?? [])
    .filter((entry) => entry.show(visitor))
    .sort((one, other) => one.order - other.order);
  return {
    title: options.title,
    language,
    node: {
      agency: context.config.agency,
      name: 'Joinery',
      origin: context.config.origin,
      themeHref: style?.stylesheetHref ?? files.themeHref,
      stylesheetHref: files.stylesheetHref,
      scriptHref: files.scriptHref,
      logo: style?.logo,
    },
    visitor: visitor && { name: visitor.person.name, href: '/profile', administrator: visitor.administrator },
    csrf,
    marks: await marksOf(c, pathname),
    liveTopic: options.live === undefined ? null : c.var.liveTopic(options.live),
    kept: c.var.kept,
    navigation: linksTo(entries, pathname, language),
    area: pathname.startsWith(`${shellPaths.administration}/`)
      ? linksTo(administrationFor(context, visitor), pathname, language)
      : [],
    search: searchBox(c, pathname),
    notices: options.notices ?? [],
    standing,
    error: options.error,
    // After a form the address may answer nothing but that form.
    returnTo: c.req.method === 'GET' ? `${pathname}${search}` : undefined,
    description: options.description,
  };
}

/** The pages of the administration that this visitor may open, in their order. */
export function administrationFor(context: Context, visitor: Visitor | null): AdministrationEntry[] {
  if (!visitor) return [];
  return context.slices
    .flatMap((slice) => slice.administration ?? [])
    .filter((entry) => entry.show(visitor))
    .sort((one, other) => one.order - other.order);
}

function linksTo(
  entries: readonly { href: string; label: (language: string) => string }[],
  pathname: string,
  language: string,
): PageModel['navigation'] {
  // The longest address that fits: /groups/new lies below /groups, and every page below /.
  const current = entries
    .map(({ href }) => href)
    .filter((href) => pathname === href || (href !== '/' && pathname.startsWith(`${href}/`)))
    .sort((one, other) => other.length - one.length)[0];
  return entries.map(({ href, label }) => ({ href, label: label(language), current: href === current }));
}

/** A mark that cannot be asked for is left out: the page that says what is wrong has a header, too. */
async function marksOf(c: RequestContext, pathname: string): Promise<NonNullable<PageModel['marks']>> {
  const { context, visitor, language } = c.var;
  if (!visitor) return [];
  const marks = context.slices
    .flatMap((slice) => slice.headerMarks ?? [])
    .sort((one, other) => one.order - other.order);
  return Promise.all(
    marks.map(async ({ href, icon, render }) => ({
      ...{ href, icon, current: pathname === href },
      ...(await render(context, visitor, language)),
    })),
  ).catch(() => []);
}

/** The box of the slice that offers one (`searchBox`); not on its own page, which has a larger one. */
function searchBox(c: RequestContext, pathname: string): PageModel['search'] {
  const { context, visitor, language } = c.var;
  const box = context.slices.find((slice) => slice.searchBox)?.searchBox;
  if (!box?.show(visitor) || pathname === box.action) return null;
  return { action: box.action, label: box.label(language) };
}

/** What an administrator must know, whatever the page; left out where it cannot be asked for, as the marks are. */
async function noticesFor(context: Context, language: 'en' | 'nl') {
  const told = await Promise.all(context.slices.map((slice) => slice.notices?.(context, language) ?? [])).catch(
    () => [],
  );
  return told.flat();
}

/**
 * Answers a whole page: with 422 when it says what was wrong with a form, unless another status is given.
 * @param body where it is still to come, what stands around it is asked for meanwhile: only where nothing around it hangs on what the body does
 */
export async function showPage(
  c: RequestContext,
  options: PageOptions & { status?: 403 | 410 | 429 | 502 },
  body: Child | Promise<Child>,
): Promise<Response> {
  const { status, ...page } = options;
  const [model, content] = await Promise.all([pageModel(c, page), body]);
  return c.html(renderPage(model, content), status ?? (options.error ? 422 : 200));
}

/** Who reads the page, as far as dates and words are concerned. Signed out: in UTC. */
export function readerOf(c: RequestContext): Reader & { now: Date } {
  const { visitor, language, context } = c.var;
  return { language, timeZone: visitor?.person.timeZone || 'UTC', now: context.clock.now() };
}

/** What the slices show at a place of this page, in their order. `subject` is what the page is about, if anything. */
export async function renderPanels(
  c: RequestContext,
  place: Panel['place'],
  subject: { id: string } | null,
): Promise<Child[]> {
  const { context, visitor, language, csrf } = c.var;
  const panels = context.slices
    .flatMap((slice) => slice.panels ?? [])
    .filter((panel) => panel.place === place)
    .sort((one, other) => one.order - other.order);
  const rendered = await Promise.all(panels.map((panel) => panel.render(context, visitor, subject, language, csrf)));
  return rendered.filter((panel) => panel !== null && panel !== undefined) as Child[];
}
