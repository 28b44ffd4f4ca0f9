import { Icon } from './icon.tsx';
import type { Instant } from './messages.ts';
import { text } from './text.ts';
import { type Reader, Time } from './time.tsx';

/** Where a thing of another node comes from and how fresh our copy is: owner, host of its node, instant of the copy. */
export type SourceModel = { agency: string; node: string; fetchedAt?: Instant | undefined };

/** "From Ministry X · x.example · fetched 3 minutes ago". */
export function SourceLabel({ source, reader }: { source: SourceModel; reader: Reader }) {
  const t = text(reader.language);
  // The time is an element of its own within the translated phrase, wherever the language puts it.
  const [before = '', after = ''] = t('fetched', { when: '\u0000' }).split('\u0000');
  return (
    <span class="app-source">
      <Icon name="node" />
      <span>
        {t('from', { agency: source.agency })} · <span class="app-host">{source.node}</span>
        {source.fetchedAt ? (
          <>
            {' · '}
            {before}
            <Time at={source.fetchedAt} reader={reader} />
            {after}
          </>
        ) : null}
      </span>
    </span>
  );
}
