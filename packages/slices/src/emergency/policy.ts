import type { EmergencyRow } from './tables.ts';

/** Whoever looks at a request: what they are, and whether they seem to be the person who asks. */
export type Decider = {
  person: string;
  administrator: boolean;
  owner: boolean;
  alike: boolean;
  /** Has sent a refusal to the node of a group elsewhere. */
  refused?: boolean;
};

const isOther = (access: Pick<EmergencyRow, 'asker_id'>, who: Decider) => who.person !== access.asker_id && !who.alike;

/** The second person: another administrator or an owner of the group, and not whoever asks under another name. */
export function canApprove(access: Pick<EmergencyRow, 'asker_id' | 'state'>, who: Decider): boolean {
  return (
    access.asker_id !== null && access.state === 'asked' && (who.administrator || who.owner) && isOther(access, who)
  );
}

/** Saying no, before or while it is read: an owner at once, or another administrator. */
export function canRefuse(access: Pick<EmergencyRow, 'asker_id' | 'state'>, who: Decider): boolean {
  const isRunning = access.state === 'asked' || access.state === 'open';
  // Of a group elsewhere its owners alone, once: its node carries it out.
  if (access.asker_id === null) return isRunning && who.owner && !who.refused;
  return isRunning && (who.administrator || who.owner) && who.person !== access.asker_id;
}

/** Whoever asked needs it no longer. */
export function canEnd(access: Pick<EmergencyRow, 'asker_id' | 'state'>, person: string): boolean {
  return access.asker_id === person && (access.state === 'asked' || access.state === 'open');
}

/** Reading: whoever asked, while they administer the node, from the decision for a day. Never anybody else, and nothing but reading. */
export function canRead(
  access: Pick<EmergencyRow, 'asker_id' | 'state' | 'ends_at'>,
  who: { person: string; administrator: boolean },
  now: string,
): boolean {
  return access.state === 'open' && who.administrator && access.asker_id === who.person && now < (access.ends_at ?? '');
}

/** As far as it can be told from what an account is known by: a second account must not be somebody's own second person. */
export function seemAlike(one: Known, other: Known): boolean {
  const shared = one.identities.some((identity) => other.identities.includes(identity));
  return shared || mailbox(one.email) === mailbox(other.email) || one.name === other.name;
}
/** @param name folded. `identities`: as providers show the person, folded */
export type Known = { name: string; email: string; identities: readonly string[] };

/** The same mailbox has as many addresses as its owner likes (RFC 5233). */
const mailbox = (email: string) => email.toLowerCase().replace(/\+[^@]*(?=@)/, '');
