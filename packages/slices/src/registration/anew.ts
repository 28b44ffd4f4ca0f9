import { type WithheldRule, type Work, withhold } from '@joinery/core';
import { messages } from './messages.ts';
import { modes, putSettings, settingsOf } from './settings.ts';

const kind = 'registration';

/**
 * After a restore nobody knows whether somebody had switched registration off after the backup, or taken a domain out: it is off until somebody has looked. Whoever asked and was not
 * answered as of the backup may have been: they ask again.
 */
export async function switchOff(work: Work): Promise<void> {
  await work.db.deleteFrom('registration').where('state', 'in', ['asked', 'waiting']).execute();
  const settings = await settingsOf(work.db);
  if (settings.mode === 'off') return;
  await putSettings(work, { ...settings, mode: 'off' });
  await withhold(work, kind, '', settings.mode);
}

/** Registration as a rule that a restore switches off. */
export const registrationRule: Record<string, WithheldRule> = {
  [kind]: {
    order: 30,
    describe: async (db, row, language) => {
      const t = messages(language);
      const { domains } = await settingsOf(db);
      const mode = { off: t('modeOff'), domain: t('modeDomain'), approval: t('modeApproval'), both: t('modeBoth') };
      const known = modes.find((one) => one === row.data) ?? 'off';
      const listed = known === 'domain' || known === 'both' ? ` (${domains.join(', ')})` : '';
      return { title: t('manage'), says: `${mode[known]}${listed}`, href: '/administration/registration' };
    },
    putBack: async (work, row) => {
      const mode = modes.find((one) => one === row.data) ?? 'off';
      await putSettings(work, { ...(await settingsOf(work.db)), mode });
    },
  },
};
