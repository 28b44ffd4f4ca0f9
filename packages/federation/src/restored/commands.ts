import { accountByEmail, accountOfPerson, type Command, type Context, refuse, restoredState } from '@joinery/core';
import { confirmRestored } from '../rejoin.ts';
import { answerRules, rulesToAnswer } from './rules.ts';

const textOf = (value: string | boolean | undefined) => (typeof value === 'string' ? value.trim() : '');

/** People of this node by handle, mail address or id. @throws {Refusal} not_found */
async function peopleNamed({ db }: Context, references: string): Promise<string[]> {
  const found: string[] = [];
  for (const reference of references.split(',').map((one) => one.trim().replace(/^@/, ''))) {
    if (reference === '') continue;
    const handle = await db.reader
      .selectFrom('handle')
      .select('id')
      .where('name', '=', reference.toLowerCase())
      .where('kind', '=', 'person')
      .executeTakeFirst();
    const account = reference.includes('@')
      ? await accountByEmail(db.reader, reference)
      : await accountOfPerson(db.reader, handle?.id ?? reference);
    found.push(account?.person_id ?? refuse('not_found', `Nobody of this node is known as "${reference}"`));
  }
  return found;
}

/** Ending the quarantine of a restored node, and switching on again what the restore has switched off. */
export const restoredCommands: Command[] = [
  {
    name: 'restore confirm',
    summary:
      'Ends the quarantine of a restored node: no other node of this name runs any more. Every account but those of the administrators whom you name waits to be let in (restore admit), and what lets others in is off until somebody has looked at it (restore rules), unless you say that nothing was withdrawn since the backup',
    options: [
      {
        name: 'administrator',
        value: 'handle',
        description: 'Who administers the node from now on; may be given several times. All others lose the role',
        several: true,
      },
      {
        name: 'federation-officer',
        value: 'handle',
        description: 'Who decides about partners from now on; may be given several times',
        several: true,
      },
      {
        name: 'nothing-withdrawn',
        description: 'Trust the backup: nothing was withdrawn or changed after it',
      },
      { name: 'by', value: 'name', description: 'Who decides' },
      { name: 'reason', value: 'text', description: 'Why; needed, as --by is, with --nothing-withdrawn' },
    ],
    run: async (context, { options }) => {
      const confirmedAt = (await restoredState(context.db.reader))?.confirmedAt ?? null;
      if (confirmedAt !== null)
        refuse(
          'conflict',
          `This was confirmed on ${confirmedAt}, and what was decided then holds: see joinery restore admit and joinery restore rules`,
        );
      const take = options['nothing-withdrawn'] === true ? 'trusted' : 'anew';
      const [by, reason] = [textOf(options.by), textOf(options.reason)];
      if (take === 'trusted' && (!by || !reason))
        refuse('invalid', 'Say who decides that nothing was withdrawn, and why: --by <name> --reason <text>');
      const named = {
        administrators: await peopleNamed(context, textOf(options.administrator)),
        officers: await peopleNamed(context, textOf(options['federation-officer'])),
      };
      if (take === 'anew' && named.administrators.length === 0)
        refuse('invalid', 'Name who administers the node from now on: --administrator <handle>, once or more often');
      const how = { kind: 'command', by: 'restore confirm' } as const;
      const state = await confirmRestored(context, how, { take, by, reason, ...named });
      const say =
        state.decision?.take === 'trusted'
          ? ['Confirmed. What the backup holds is trusted.']
          : [
              'Confirmed. Every other account waits: let people in with joinery restore admit, or on the page People after the restore.',
              'See joinery restore rules for what is switched off: partners are asked what they hold of ours once somebody has looked at their agreement.',
            ];
      return { json: state, say: say.join('\n') };
    },
  },
  {
    name: 'restore rules',
    summary: 'Lists what lets others in and is off since a restore, until somebody has looked at it',
    options: [
      {
        name: 'on',
        value: 'number',
        description: 'Switch this one on as it was; may be given several times',
        several: true,
      },
      { name: 'off', value: 'number', description: 'Leave this one off; may be given several times', several: true },
      { name: 'all-on', description: 'Switch on all of them: you answer for each' },
      {
        name: 'yes',
        description: 'Also where somebody at another node then runs a group no more: they are named first',
      },
    ],
    run: async (context, { options }) => {
      const rules = await rulesToAnswer(context, null, 'en');
      const chosen = (text: string) =>
        text
          .split(',')
          .filter((one) => one !== '')
          .map(
            (one) =>
              rules[Number(one) - 1] ?? refuse('not_found', `There is no number ${one}: see joinery restore rules`),
          );
      const how = { kind: 'command', by: 'restore rules' } as const;
      const all = options['all-on'] === true;
      const asked = all ? rules : chosen(textOf(options.on));
      const off = chosen(textOf(options.off));
      const ending = asked.filter(({ ends }) => ends.length > 0);
      const named = ending.map(({ title, ends, href }) => `${title} (${href}): ${ends.join(', ')}`).join('\n');
      const yes = options.yes === true;
      if (ending.length > 0 && !all && !yes)
        refuse(
          'conflict',
          `People of other nodes ran this, and would no more: say on its page whether they still do, or add --yes to end their roles.\n${named}`,
        );
      const on = yes ? asked : asked.filter((rule) => !ending.includes(rule));
      if (on.length > 0) await answerRules(context, how, 'command line', on, true);
      if (off.length > 0) await answerRules(context, how, 'command line', off, false);
      const left = rules.filter((rule) => !on.includes(rule) && !off.includes(rule));
      const lines = left.map((rule) => `${rules.indexOf(rule) + 1}. ${rule.title}: ${rule.says}`);
      const json = left.map(({ kind, subject, title, says, ends }) => ({ kind, subject, title, says, ends }));
      const said = yes
        ? 'These of other nodes ran it and do no more, and are told:'
        : 'Left off, since people of other nodes ran it and would no more: say on its page whether they still do, or add --yes to end their roles.';
      const listed = lines.length === 0 ? ['Nothing is switched off by a restore.'] : lines;
      return { json, say: [...(ending.length > 0 ? [said, named] : []), ...listed].join('\n') };
    },
  },
];
