import { type Context, isTrial, lastBackup, type Reader, transact } from '@joinery/core';
import type { Language } from '@joinery/ui';
import { hasLooked } from './defaults.ts';
import { messages } from './messages.ts';
import { defaultsHref } from './paths.ts';

/** One of the first steps of a new node. */
export type Step = {
  name: string;
  title: string;
  says: string;
  done: boolean;
  optional?: boolean;
  link?: { href: string; text: string };
  /** What to type on the machine. */
  command?: string;
};

const standardName = 'My agency';

/** What a new node needs, and what of it is done, from what the node knows. */
export async function firstSteps(context: Context, language: Language): Promise<Step[]> {
  const t = messages(language);
  const { config } = context;
  const { reader } = context.db;
  const [people, administrators, backup, style, looked] = await Promise.all([
    reader
      .selectFrom('account')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('disabled_at', 'is', null)
      .executeTakeFirst(),
    reader
      .selectFrom('account')
      .innerJoin('person', 'person.id', 'account.person_id')
      .select('person.name')
      .where('account.administrator', '=', 1)
      .where('account.disabled_at', 'is', null)
      .orderBy('person.sort_name')
      .limit(3)
      .execute(),
    lastBackup(reader),
    context.slices.find((slice) => slice.houseStyle)?.houseStyle?.(context),
    hasLooked(context),
  ]);
  const count = Number(people?.count ?? 0);
  // Whoever needs a service names its address.
  const services = await Promise.all(context.slices.map((slice) => slice.services?.(reader) ?? []));
  const providers = services.flat().length;
  const partners = context.ports.peers.allowed(null).length;
  const named = config.agency !== standardName;
  return [
    {
      ...{ name: 'agency', title: t('agency'), done: named },
      says: named ? t('agencySays', { agency: config.agency }) : t('agencyDo'),
    },
    {
      ...{ name: 'administrator', title: t('administrator'), done: administrators.length > 0 },
      says: t(administrators.length > 1 ? 'administratorsSay' : 'administratorSays', {
        names: administrators.map(({ name }) => name).join(', '),
      }),
      link: { href: '/administration/people', text: t('administratorLink') },
    },
    {
      ...{ name: 'address', title: t('address'), done: !isTrial(config) },
      says: t(isTrial(config) ? 'addressTrial' : 'addressSays', { origin: config.origin }),
      link: { href: '/administration/health', text: t('addressLink') },
    },
    {
      ...{ name: 'sign-in', title: t('signInStep'), done: providers > 0, optional: true, says: t('signInSays') },
      link: { href: '/administration/sign-in', text: t('signInLink') },
    },
    {
      ...{ name: 'mail', title: t('mailStep'), done: context.doors.mail !== null },
      says: context.doors.mail ? t('mailGood', { server: context.doors.mail.server }) : t('mailMend'),
      ...(context.doors.mail ? { link: { href: '/administration/mail', text: t('mailLink') } } : {}),
    },
    {
      ...{ name: 'style', title: t('look'), done: style != null, optional: true, says: t('lookSays') },
      link: { href: '/administration/style', text: t('lookLink') },
    },
    {
      ...{ name: 'defaults', title: t('defaults'), done: looked, says: t('defaultsSays') },
      link: { href: defaultsHref, text: t('defaultsLink') },
    },
    {
      ...{ name: 'people', title: t('peopleStep'), done: count > 1, says: t('peopleSays', { count }) },
      link: { href: '/administration/people', text: t('peopleLink') },
    },
    {
      ...{ name: 'partner', title: t('partner'), done: partners > 0 },
      says: partners > 0 ? t('partnerCount', { count: partners }) : t('partnerSays'),
      link: { href: '/administration/partners/new', text: t('partnerLink') },
    },
    {
      ...{ name: 'backup', title: t('backupStep'), done: backup !== null },
      says: backup ? t('backupThen', { secret: config.secretFile }) : t('backupDo'),
      ...(backup
        ? {}
        : {
            command: isTrial(config)
              ? 'npm run joinery -- backup ../joinery-backups'
              : 'joinery backup /var/backups/joinery',
          }),
    },
  ];
}

const dismissedName = 'first_steps_dismissed';

export async function isDismissed(db: Reader): Promise<boolean> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', dismissedName).executeTakeFirst();
  return row !== undefined;
}

/** An administrator no longer wants to see the first steps on the start page. */
export async function dismiss(context: Context, person: string): Promise<void> {
  await transact(context, { kind: 'person', person }, async (work) => {
    await work.db
      .insertInto('meta')
      .values({ name: dismissedName, value: work.now })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
  });
}
