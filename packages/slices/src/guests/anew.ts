import { type WithheldRule, type Work, withhold } from '@joinery/core';
import { messages } from './messages.ts';
import { putSettings, settingsOf } from './settings.ts';

const kind = 'guests';

/** After a restore nobody knows whether somebody had left the inviting of guests to administrators after the backup: they invite alone until somebody has looked. */
export async function leaveToAdministrators(work: Work): Promise<void> {
  if (!(await settingsOf(work.db)).staff) return;
  await putSettings(work, { staff: false });
  await withhold(work, kind, '');
}

/** Who invites guests, as a rule that a restore switches off. */
export const guestRule: Record<string, WithheldRule> = {
  [kind]: {
    order: 40,
    describe: async (_db, _row, language) => {
      const t = messages(language);
      return { title: t('who'), says: t('whoStaff'), href: '/administration/guests' };
    },
    putBack: (work) => putSettings(work, { staff: true }),
  },
};
