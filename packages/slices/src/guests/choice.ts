import { type NodeChoice, refuse } from '@joinery/core';
import { messages } from './messages.ts';
import { changeSettings, settingsOf } from './settings.ts';

/** Who may invite guests. */
export const choice: NodeChoice = {
  name: 'guests',
  order: 30,
  label: (language) => messages(language)('who'),
  standard: 'administrators',
  options: async (_context, language) => {
    const t = messages(language);
    return [
      { value: 'administrators', label: t('whoAdministrators') },
      { value: 'staff', label: t('whoStaff'), description: t('whoStaffHint') },
    ];
  },
  value: async (db) => ((await settingsOf(db)).staff ? 'staff' : 'administrators'),
  change: async (work, value, by) => {
    if (value !== 'administrators' && value !== 'staff') refuse('bad_request', 'There is no such choice');
    await changeSettings(work, { staff: value === 'staff' }, by);
  },
};
