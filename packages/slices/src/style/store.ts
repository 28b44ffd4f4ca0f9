import type { Asset, Context, HouseStyle, Reader } from '@joinery/core';
import { logoAsset, themeAsset } from '@joinery/ui';
import type { StyleLogoRow, StyleVersionRow } from './tables.ts';

/** Looks whose files are still answered: a page that was open during a change asks for those of the one before. */
const versionsKept = 4;

/** The look that the agency chose last, or undefined when it never did. */
export async function currentVersion(db: Reader): Promise<StyleVersionRow | undefined> {
  return db.selectFrom('style_version').selectAll().orderBy('id', 'desc').limit(1).executeTakeFirst();
}

/** A logo by its id. */
export async function logoById(db: Reader, id: string): Promise<StyleLogoRow | undefined> {
  return db.selectFrom('style_logo').selectAll().where('id', '=', id).executeTakeFirst();
}

type Known = { newest: string; style: HouseStyle | null };
const kept = new WeakMap<Context, { known: Known | null; fresh: Promise<HouseStyle | null> | null }>();

/**
 * How pages of this node look; null when its agency has not chosen. Answered from memory; looked up again when something was committed, here or by
 * another process.
 */
export function houseStyle(context: Context): Promise<HouseStyle | null> {
  let state = kept.get(context);
  if (!state) {
    const made: { known: Known | null; fresh: Promise<HouseStyle | null> | null } = { known: null, fresh: null };
    context.db.changes.subscribe(() => {
      made.fresh = null;
    });
    kept.set(context, made);
    state = made;
  }
  const of = state;
  of.fresh ??= look(context, of.known).then(
    (known) => {
      of.known = known;
      return known.style;
    },
    // Without a database every page would be a page about that: it keeps the look it had.
    () => {
      of.fresh = null;
      return of.known?.style ?? null;
    },
  );
  return of.fresh;
}

async function look(context: Context, known: Known | null): Promise<Known> {
  const { reader } = context.db;
  const versions = await reader
    .selectFrom('style_version')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(versionsKept)
    .execute();
  const [current] = versions;
  if (!current) return { newest: '', style: null };
  if (known?.newest === current.id) return known;
  const files = new Map<string, Asset>();
  let style: HouseStyle | null = null;
  for (const version of versions) {
    const theme = themeAsset(version);
    files.set(theme.href, theme.asset);
    const row = version.logo_id === null ? undefined : await logoById(reader, version.logo_id);
    const logo = row && logoAsset(Buffer.from(row.bytes, 'base64'), row.type);
    if (logo) files.set(logo.href, logo.asset);
    style ??= { stylesheetHref: theme.href, logo: logo ? { href: logo.href, alt: version.logo_alt } : null, files };
  }
  return { newest: current.id, style };
}
