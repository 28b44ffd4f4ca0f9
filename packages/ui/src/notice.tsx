import type { Child } from 'hono/jsx';
import type { Language } from './messages.ts';
import { text } from './text.ts';

export type NoticeKind = 'success' | 'info' | 'warning' | 'danger';

const kinds = {
  success: 'noticeSuccess',
  info: 'noticeInfo',
  warning: 'noticeWarning',
  danger: 'noticeDanger',
} as const;

/** A message about what happened or what to know, with an icon and a word for its kind. Urgent kinds interrupt. */
export function Notice({ kind, language, children }: { kind: NoticeKind; language: Language; children: Child }) {
  return (
    <div
      class="ds-alert app-notice"
      data-color={kind}
      role={kind === 'danger' || kind === 'warning' ? 'alert' : 'status'}
    >
      <div>
        <span class="ds-sr-only">{text(language)(kinds[kind])} </span>
        {children}
      </div>
    </div>
  );
}
