import { type Command, classificationOf, labelNamed, refuse, transact } from '@joinery/core';
import { labelGroup } from './classify.ts';
import { by, groupOf } from './commands-parts.ts';

/** How confidential a group is. */
export const groupLabelCommand: Command = {
  name: 'group label',
  summary: 'Say how confidential a group of this node is, or show it; its nodes are told',
  arguments: ['group', '[label]'],
  options: [
    { name: 'none', description: 'Take its label away, which counts as the lowest' },
    { name: 'by', value: 'name', description: 'Who decided; needed to change it' },
    { name: 'reason', value: 'text', description: 'Why; needed to change it' },
  ],
  run: async (context, { arguments: [reference = '', word], options }) => {
    const { reader } = context.db;
    const group = await groupOf(reader, reference);
    if (word !== undefined || options.none === true) {
      if (word !== undefined && options.none === true) refuse('invalid', 'Give a label, or --none');
      const [name, reason] = [String(options.by ?? '').trim(), String(options.reason ?? '').trim()];
      if (name === '' || reason === '') refuse('invalid', 'Say who decides, and why: --by <name> --reason <text>');
      const label = word === undefined ? null : await labelNamed(reader, word);
      const input = { group, person: null, label, by: name, reason };
      await transact(context, by, (work) => labelGroup(work, input));
    }
    const found = await classificationOf(reader, group);
    const label = found && { id: found.label, en: found.en, nl: found.nl };
    return { json: { group, label }, say: label === null ? 'It has no label.' : `${label.en} / ${label.nl}` };
  },
};
