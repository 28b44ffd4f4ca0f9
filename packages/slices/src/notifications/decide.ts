import { alwaysKinds, type Kind, type Scope } from './tables.ts';

/** What somebody does not want to hear of, and where. */
export type Mute = { scope: Scope; subject: string; page: boolean; mail: boolean };

/** What a notification is about, as far as mutes go by it. */
export type About = { kind: Kind; group: string | null; topic: string | null };

export type Decision = { page: boolean; mail: boolean };

/** Whether a mute covers what a notification is about. None covers what was changed about the person's own sign-in, or what somebody may have to refuse. */
export function covers(mute: Pick<Mute, 'scope' | 'subject'>, about: About): boolean {
  if (alwaysKinds.includes(about.kind)) return false;
  switch (mute.scope) {
    case 'everything':
      return true;
    case 'kind':
      return mute.subject === about.kind;
    case 'group':
      return mute.subject === about.group;
    case 'topic':
      return mute.subject === about.topic;
  }
}

/**
 * Where a person is told of something: the one rule, asked when it happens and again before a mail leaves. Everything is told unless one mute says no; no
 * mute weakens another.
 */
export function decide(mutes: readonly Mute[], about: About): Decision {
  const silent = mutes.filter((mute) => covers(mute, about));
  return { page: !silent.some(({ page }) => page), mail: !silent.some(({ mail }) => mail) };
}

/** Hours after which what arrives is no news: a node that was away lists what it missed, and alerts nobody. */
const lateAfterHours = 72;

/**
 * Whether something is too old to be news when it arrives.
 * @param at when it happened, now, and when this node was restored from a backup: what is older was told before. Instants, UTC
 */
export function isLate(at: string, now: string, restoredAt: string | null): boolean {
  if (restoredAt !== null && at < restoredAt) return true;
  return Date.parse(now) - Date.parse(at) > lateAfterHours * 3_600_000;
}
