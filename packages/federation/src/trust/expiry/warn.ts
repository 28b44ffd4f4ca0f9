import { type Context, enqueueJob, type JsonObject, streams, transact } from '@joinery/core';
import { formatDate, type Language } from '@joinery/ui';
import { z } from 'zod';
import { lastDay } from '../labels.tsx';
import { decidersOf } from '../policy.ts';
import { type Partner, partnerById } from '../store.ts';
import { home } from '../views.tsx';
import { warningHtml } from './mail.tsx';
import { expiryText } from './text.ts';

const warning = z.object({ partner: z.string(), expiresAt: z.string(), days: z.int() });
const mail = warning.extend({ account: z.string() });

/** Tells everybody who decides that an agreement ends; nobody when it was changed, stopped or extended since it was planned. */
export async function warnOfEnd(context: Context, data: JsonObject): Promise<void> {
  const planned = warning.parse(data);
  await transact(context, { kind: 'system', what: 'end of an agreement' }, async (work) => {
    const partner = await partnerById(work.db, planned.partner);
    if (!partner || !stillEnds(partner, planned.expiresAt)) return;
    work.emit('partner.expires_soon', streams.local, { partner: partner.id, days: planned.days });
    for (const { id: account } of await decidersOf(work.db))
      await enqueueJob(
        work,
        'partners.expiry-mail',
        { ...planned, account },
        { key: `${partner.id} ${planned.expiresAt} ${planned.days} ${account}` },
      );
  });
}

function stillEnds(partner: Partner, expiresAt: string): boolean {
  return partner.state === 'allowed' && partner.expiresAt === expiresAt;
}

/**
 * Sends the warning to one of those who decide, in their language.
 * @throws when the mail server cannot take it now: the job is tried again
 */
export async function mailWarning(context: Context, data: JsonObject): Promise<void> {
  const { db, doors, ports, config } = context;
  const { partner: id, expiresAt, days, account } = mail.parse(data);
  const partner = await partnerById(db.reader, id);
  const decider = (await decidersOf(db.reader)).find((one) => one.id === account);
  if (!doors.mail || !decider || !partner || !stillEnds(partner, expiresAt)) return;
  const person = await ports.people.byId(db.reader, decider.person_id);
  const language: Language = person?.language === 'nl' ? 'nl' : 'en';
  const t = expiryText(language);
  const date = formatDate(language, 'UTC', lastDay(expiresAt));
  const link = `${config.origin}${home}/${id}`;
  const subject = t('subject', { days, agency: partner.agency });
  const lines = {
    ends: `${subject}.`,
    afterwards: t('afterwards', { date }),
    open: t('open'),
    why: t('why', { agency: config.agency }),
  };
  const outcome = await doors.mail.send({
    to: decider.email,
    subject,
    text: `${[lines.ends, lines.afterwards, `${lines.open} ${link}`, lines.why].join('\n\n')}\n`,
    html: warningHtml({ language, agency: partner.agency, link, lines }),
    messageId: `<partner-${id}-${days}-${Date.parse(expiresAt)}-${account}@${new URL(config.origin).hostname}>`,
  });
  if (!outcome.ok && outcome.retryable) throw new Error(outcome.detail);
}
