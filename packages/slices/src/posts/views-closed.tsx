import { Notice, type Reader, Since, Time } from '@joinery/ui';
import { hostOf, unreadText } from './labels.tsx';
import type { ReadLive } from './live.ts';
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
              {t('unreadSince')} <Since at={since} reader={reader} />.
            </>
          )}
        </Notice>
      ))}
    </>
  );
}

/** Of a post that is read live and that its node does not give just now: where it is, and since when that cannot be reached. */
export function NotRead({ live, reader }: { live: ReadLive | undefined; reader: Reader }) {
  if (live === undefined || live.state === 'read') return null;
  return (
    <Notice kind="info" language={reader.language}>
      {unreadText(live, reader)}
    </Notice>
  );
}
