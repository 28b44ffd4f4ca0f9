import { readFileSync } from 'node:fs';
import { type Command, type FieldFault, refuse } from '@joinery/core';
import { formatDateTime, isLanguage } from '@joinery/ui';
import { decodeFile, readImportFile } from './import-file.ts';
import { planImport } from './import-plan.ts';
import { check, newPersonInput } from './input.ts';
import { personJson } from './json.ts';
import { requireMail } from './mail-link.tsx';
import {
  addPerson,
  defaultTimeZone,
  disableLeaver,
  findLocal,
  importPeople,
  linkFor,
  resetSecondStep,
} from './onboarding.ts';
import { personById } from './store.ts';

const by = { kind: 'command', by: 'person' } as const;

const when = (instant: string) => formatDateTime('en', defaultTimeZone('en'), instant);

const mailOption = { name: 'mail', description: 'Also mail them the sign-in link; otherwise no mail is sent' };
const mailSaid = 'It is on its way to them by mail as well.';
const noMailSaid = 'No mail was sent: hand the link out yourself, or add --mail.';

function inWords(faults: readonly FieldFault[]): string {
  return faults.map((fault) => `${fault.field}: ${fault.code.replaceAll('_', ' ')}`).join('; ');
}

/** What `joinery person …` can do. */
export const commands: Command[] = [
  {
    name: 'person add',
    summary: 'Add a person and print a link with which they can sign in',
    options: [
      { name: 'name', value: 'name', description: 'Full name', required: true },
      { name: 'email', value: 'address', description: 'Mail address to sign in with', required: true },
      { name: 'handle', value: 'handle', description: 'Short name in addresses; made of the name unless given' },
      { name: 'role', value: 'role', description: 'What the person does at the agency' },
      { name: 'language', value: 'en|nl', description: 'Language of the interface (en)' },
      { name: 'admin', description: 'May administer this node' },
      { name: 'federation-officer', description: 'May decide with which nodes this one works' },
      mailOption,
    ],
    run: async (context, { options }) => {
      const mail = options.mail === true;
      if (mail) requireMail(context);
      const checked = check(newPersonInput, {
        ...options,
        administrator: options.admin === true,
        federationOfficer: options['federation-officer'] === true,
      });
      if (!checked.ok) refuse('invalid', `The person cannot be added: ${inWords(checked.faults)}`, checked.faults);
      const person = await addPerson(context, by, checked.value);
      const link = await linkFor(context, by, person.id, mail);
      return {
        json: { ...personJson(person), signInLink: link, linkMailed: mail },
        say: [
          `Added ${person.name} (@${person.handle}, ${person.id}).`,
          `Sign in once, before ${when(link.expiresAt)}: ${link.address}`,
          mail ? mailSaid : noMailSaid,
        ].join('\n'),
      };
    },
  },
  {
    name: 'person import',
    summary: 'Add the people of a CSV file (columns name, email and if you like handle, role, language)',
    arguments: ['csv'],
    options: [{ name: 'language', value: 'en|nl', description: 'Language for rows that do not say (en)' }, mailOption],
    run: async (context, { arguments: [path = ''], options }) => {
      const mail = options.mail === true;
      if (mail) requireMail(context);
      const text = decodeFile(readBytes(path));
      if (text === null) refuse('invalid', `${path} is not UTF-8: save it as "CSV UTF-8" and try again`);
      const file = readImportFile(text);
      if (!file.ok) refuse('invalid', `${path} cannot be used: ${fileFaults[file.fault.code]}`);
      const plan = await planImport(context.db.reader, file);
      if (plan.faults.length > 0) {
        const lines = plan.faults.map(
          (fault) => `  line ${fault.line}: ${inWords([fault])} (${JSON.stringify(fault.value)})`,
        );
        refuse('invalid', `Nobody was added, because of these lines:\n${lines.join('\n')}`, plan.faults);
      }
      const language = isLanguage(options.language) ? options.language : 'en';
      const outcomes = await importPeople(context, by, plan.rows, language, mail);
      const made = outcomes.flatMap((outcome) => ('made' in outcome ? [outcome] : []));
      const skipped = outcomes.flatMap((outcome) => ('skipped' in outcome ? [outcome] : []));
      return {
        json: {
          made: made.map((outcome) => personJson(outcome.made)),
          here: plan.here.map((row) => row.email),
          skipped: skipped.map(({ email, why }) => ({ email, why })),
          linksMailed: mail,
        },
        say: [
          `Added ${made.length}; ${plan.here.length} were here already.`,
          ...skipped.map(({ email, why }) => `Not added: ${email} (${why})`),
          mail
            ? 'Each of those added gets a sign-in link by mail.'
            : 'No mail was sent. Give each of them a link with: joinery person link <mail address>',
        ].join('\n'),
      };
    },
  },
  {
    name: 'person link',
    summary: 'Print a new one-time link with which a person can sign in',
    arguments: ['id'],
    options: [{ name: 'reset-second-step', description: 'Also turn off the code of an app that was lost' }, mailOption],
    run: async (context, { arguments: [reference = ''], options }) => {
      const mail = options.mail === true;
      if (mail) requireMail(context);
      const person = await findLocal(context.db.reader, reference);
      if (options['reset-second-step'] === true) await resetSecondStep(context, by, person.id);
      const link = await linkFor(context, by, person.id, mail);
      return {
        json: { ...personJson(person), signInLink: link, linkMailed: mail },
        say: [
          `${person.name} can sign in once, before ${when(link.expiresAt)}: ${link.address}`,
          mail ? mailSaid : noMailSaid,
        ].join('\n'),
      };
    },
  },
  {
    name: 'person disable',
    summary: 'End the access of a person who has left: sessions, tokens and memberships end at once',
    arguments: ['id'],
    run: async (context, { arguments: [reference = ''] }) => {
      const { id } = await findLocal(context.db.reader, reference);
      await disableLeaver(context, by, id);
      const person = (await personById(context.db.reader, id)) ?? refuse('not_found', 'No such person');
      return { json: personJson(person), say: `${person.name} can no longer sign in. What they wrote stays.` };
    },
  },
];

const fileFaults = {
  empty: 'it is empty',
  not_utf8: 'it is not UTF-8',
  no_header: 'the first line must name the columns, at least name and email',
  broken_quotes: 'a quotation mark is not closed',
  too_many_rows: 'it has more than 5,000 rows, split it',
  too_large: 'it is larger than 1 MB, split it',
};

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return refuse('not_found', `${path} cannot be read: check the name of the file`);
  }
}
