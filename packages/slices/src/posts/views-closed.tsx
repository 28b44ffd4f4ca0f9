import { Notice, type Reader, Time } from '@joinery/ui';
import { hostOf } from './labels.tsx';
import { messages } from './messages.ts';
import type { ClosedState } from './wanted.ts';

/** What a reader must know of a closed group elsewhere: which node does not give what was written there, and until when its copies can be read. */
export function ClosedNotices({ state, reader }: { state: ClosedState | null; reader: Reader }) {
  const t = messages(reader.language);
  if (!state) return null;
  const { lease, unread } = state;
  return (
    <>
      {lease ? (
        <Notice kind="warning" language={reader.language}>
          {t('leaseAway', { node: hostOf(lease.home) })} <Time at={lease.since} reader={reader} />. {t('leaseUntil')}{' '}
          <Time at={lease.until} reader={reader} />.
        </Notice>
      ) : null}
      {unread.map(({ origin, count, since }) => (
        <Notice kind="info" language={reader.language}>
          {t('unreadAt', { count, node: hostOf(origin) })}{' '}
          {since === null ? null : (
            <>
              {t('unreadSince')} <Time at={since} reader={reader} />.
            </>
          )}
        </Notice>
      ))}
    </>
  );
}
