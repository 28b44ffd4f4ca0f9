import { type NodeChoice, refuse } from '@joinery/core';
import { changeUsualContacts, usualContacts } from '@joinery/slices/groups';
import { messages } from './messages.ts';

/** Whether people of other nodes may begin conversations with people here, unless these say otherwise for themselves. */
export const choice: NodeChoice = {
  name: 'conversations_from_elsewhere',
  order: 15,
  label: (language) => messages(language)('choiceNode'),
  standard: 'yes',
  options: async (_context, language) => {
    const t = messages(language);
    return [
      { value: 'yes', label: t('choiceYes'), description: t('choiceNodeYesHint') },
      { value: 'no', label: t('choiceNo'), description: t('choiceNodeNoHint') },
    ];
  },
  value: async (db) => ((await usualContacts(db)) ? 'yes' : 'no'),
  change: async (work, value) => {
    if (value !== 'yes' && value !== 'no') refuse('bad_request', 'There is no such choice');
    await changeUsualContacts(work, value === 'yes');
  },
};
