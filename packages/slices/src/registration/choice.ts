import { type NodeChoice, refuse } from '@joinery/core';
import { messages } from './messages.ts';
import { changeSettings, modes, settingsOf } from './settings.ts';

/** Who may make an account of their own. Mail domains are listed on the page of registration; without any, and without mail, there is less to choose. */
export const choice: NodeChoice = {
  name: 'registration',
  order: 20,
  label: (language) => messages(language)('mode'),
  standard: 'off',
  options: async ({ db, doors }, language) => {
    const t = messages(language);
    const { mode, domains } = await settingsOf(db.reader);
    const listed = domains.length > 0;
    const all = [
      { value: 'off', label: t('modeOff'), description: t('modeOffHint'), open: true },
      { value: 'domain', label: t('modeDomain'), description: domains.join(', '), open: listed },
      { value: 'approval', label: t('modeApproval'), open: true },
      { value: 'both', label: t('modeBoth'), description: domains.join(', '), open: listed },
    ];
    const possible = (value: string) => value === 'off' || doors.mail !== null;
    return all
      .filter(({ value, open }) => value === mode || (open && possible(value)))
      .map(({ open: _open, ...option }) => option);
  },
  value: async (db) => (await settingsOf(db)).mode,
  change: async (work, value, by) => {
    const mode = modes.find((one) => one === value) ?? refuse('bad_request', 'There is no such choice');
    await changeSettings(work, { mode, domains: (await settingsOf(work.db)).domains }, by);
  },
};
