/** Conversations of a few people, of this node and of others. Start in README.md. */
import type { Slice } from '@joinery/core';
import { reportedMessages } from '@joinery/slices/posts';
import { api } from './api.ts';
import { choice } from './choice.ts';
import { events } from './events.ts';
import { messages } from './messages.ts';
import { headerMark, panels } from './panels.tsx';
import { routes } from './routes.tsx';
import { reportsHref } from './routes-reports.tsx';

export { beginConversation, sendMessage } from './conversations.ts';
export { keysFor } from './elsewhere.ts';

/** Messages among a few people, read by nobody else. */
export const conversations: Slice = {
  name: 'conversations',
  events,
  fileForms: [/^\/conversations\/new$/, /^\/conversations\/[^/]+\/messages$/],
  routes,
  api,
  panels,
  choices: [choice],
  headerMarks: [headerMark],
  notices: async (context, language) => {
    const count = (await reportedMessages(context.db.reader)).length;
    if (count === 0) return [];
    const t = messages(language);
    return [{ kind: 'info', text: t('reportsWait', { count }), link: { href: reportsHref, text: t('reportsOpen') } }];
  },
};
