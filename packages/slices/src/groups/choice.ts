import { type NodeChoice, type Reader, refuse, streams } from '@joinery/core';
import { type Preset, presetNames } from './input.ts';
import { messages } from './messages.ts';

const name = 'new_groups';

/** What the form of a new group begins with; whoever makes the group may choose otherwise. */
export async function usualPreset(db: Reader): Promise<Preset> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
  return presetNames.find((preset) => preset === row?.value) ?? 'open';
}

/** Who reads and joins a new group, unless whoever makes it says otherwise. */
export const choice: NodeChoice = {
  name,
  order: 10,
  label: (language) => messages(language)('newGroups'),
  standard: 'open',
  options: async (_context, language) => presetOptions(language),
  value: usualPreset,
  change: async (work, value, by) => {
    if (!presetNames.some((preset) => preset === value)) refuse('bad_request', 'There is no such choice');
    await work.db
      .insertInto('meta')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
    work.emit('group.preset_changed', streams.local, { by });
  },
};

/** The presets in words. */
export function presetOptions(language: 'en' | 'nl') {
  const t = messages(language);
  return [
    { value: 'open', label: t('presetOpen'), description: t('presetOpenAbout') },
    { value: 'request', label: t('presetRequest'), description: t('presetRequestAbout') },
    { value: 'closed', label: t('presetClosed'), description: t('presetClosedAbout') },
    { value: 'hidden', label: t('presetHidden'), description: t('presetHiddenAbout') },
  ];
}
