import { type Reader, type Visitor, type WithheldRule, type Work, withhold } from '@joinery/core';
import { suspendPartner } from './partners.ts';
import { mayDecide } from './policy.ts';
import { partnerById } from './store.ts';
import { pageText } from './text.ts';

const kind = 'partners.agreement';

/**
 * After a restore nobody here knows which agreement was blocked, narrowed or ended after the backup: each stays closed until somebody who decides about partners has looked at it.
 */
export async function closeAgreements(work: Work): Promise<void> {
  const partners = await work.db
    .selectFrom('partner')
    .select('id')
    .where('state', 'in', ['allowed', 'proposed_by_us'])
    .execute();
  for (const { id } of partners) await withhold(work, kind, id);
}

/** Origins of the partners at whose agreement nobody has looked since a restore. */
export async function unansweredOrigins(db: Reader): Promise<string[]> {
  const rows = await db
    .selectFrom('withheld')
    .innerJoin('partner_host', 'partner_host.partner_id', 'withheld.subject')
    .select('partner_host.origin')
    .where('withheld.kind', '=', kind)
    .orderBy('partner_host.origin')
    .execute();
  return rows.map(({ origin }) => origin);
}

/** Agreements as a rule that a restore switches off. */
export const agreementRule: Record<string, WithheldRule> = {
  [kind]: {
    order: 10,
    may: (db: Reader, visitor: Visitor) => mayDecide(db, visitor),
    describe: async (db, row, language) => {
      const partner = await partnerById(db, row.subject);
      if (!partner) return null;
      const t = pageText(language);
      const href = `/administration/partners/${partner.id}`;
      return { title: t('restoredAgreement', { agency: partner.agency }), says: t('restoredAgreementAbout'), href };
    },
    putBack: async () => {},
    leaveOff: async (work, row, by) => {
      const partner = await partnerById(work.db, row.subject);
      const origin = partner?.hosts[0]?.origin;
      if (!partner || origin === undefined || partner.state !== 'allowed') return;
      await suspendPartner(work, {
        origin,
        by,
        reason: 'Not taken up again after the node was restored from a backup',
      });
    },
  },
};
