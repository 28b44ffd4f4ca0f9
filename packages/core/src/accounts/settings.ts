const minute = 60_000;
const hour = 60 * minute;

/**
 * How long a session lasts unless this node says less, and at most. Idle for 12 hours: one sign-in carries a working day with its
 * meetings, and nothing is left open overnight on a shared desk. A week, whatever happens in it (OWASP ASVS 5.0, 7.3.1 and 7.3.2).
 */
export const sessionIdle = 12 * hour;
export const sessionLongest = 7 * 24 * hour;
const idleMost = sessionIdle / minute;
const longestMost = sessionLongest / hour;

/** How long sessions last, in milliseconds. */
export type SessionSettings = {
  /** Without anybody using it. */
  idle: number;
  /** Whatever happens in it. */
  longest: number;
};

/** Settings about sessions, in the form of `config.ts`. The defaults are also the most (ADR 14). */
export const sessionSettings = [
  [
    'JOINERY_SESSION_IDLE_MINUTES',
    String(idleMost),
    `After how many minutes without use people sign in again: 5 to ${idleMost}. What they were typing stays.`,
  ],
  [
    'JOINERY_SESSION_HOURS',
    String(longestMost),
    `After how many hours people sign in again, whatever they do: 1 to ${longestMost}. Counts for sessions that are open, too.`,
  ],
] as const;

/**
 * Reads the settings about sessions.
 * @param text the value of a setting, or its fallback
 * @param faults gets what is wrong, in words
 */
export function readSessionSettings(
  text: (name: string, fallback: string) => string,
  faults: string[],
): SessionSettings {
  const whole = (name: string, unit: string, least: number, most: number): number => {
    const given = text(name, String(most));
    const value = /^\d{1,4}$/.test(given) ? Number(given) : 0;
    if (value < least || value > most)
      faults.push(`${name} is "${given}": give a whole number of ${unit} from ${least} to ${most}`);
    return value;
  };
  const longest = whole('JOINERY_SESSION_HOURS', 'hours', 1, longestMost) * hour;
  const idle = whole('JOINERY_SESSION_IDLE_MINUTES', 'minutes', 5, idleMost) * minute;
  return { idle: Math.min(idle, longest), longest };
}
