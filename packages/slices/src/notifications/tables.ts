/** What somebody is told about. */
export const kinds = [
  'reply',
  'mention',
  'request',
  'approved',
  'invited',
  'agreement',
  'message',
  'ask',
  'proposal',
  'expiry',
  'label',
  'registration',
  'guest',
  'sponsor',
  'confirm',
  'role',
  'running',
  'written',
  'security',
  'emergency',
] as const;
export type Kind = (typeof kinds)[number];

/** Events after which somebody is told that what opens their account was changed. */
export const securityEvents = [
  'password.changed',
  'password.removed',
  'code.turned_on',
  'code.turned_off',
  'link.made',
  'passkey.added',
  'passkey.removed',
  'identity.linked',
  'identity.unlinked',
  'token.made',
] as const;
export type SecurityEvent = (typeof securityEvents)[number];

/** What opens an account was changed: its person is told whatever they muted, since whoever changed it may have muted it first. */
export const securityKind = 'security' satisfies Kind;

/** What follows from a restore: nobody hears of it otherwise, so nobody is asked whether they want to. */
export const restoredKinds: readonly Kind[] = ['confirm', 'role', 'written'];
/** An administrator asks to read a closed group: whoever may refuse it is told whatever they muted. */
const emergencyKind = 'emergency' satisfies Kind;

/** What nobody can mute. */
export const alwaysKinds: readonly Kind[] = [securityKind, emergencyKind];

/** What only those hear of who decide about partners, for as long as they do. */
export const officeKinds: readonly Kind[] = ['ask', 'proposal', 'expiry', 'label'];

/** What a mute is about: one topic, one group, one kind, or everything (`subject` empty). */
export const scopes = ['topic', 'group', 'kind', 'everything'] as const;
export type Scope = (typeof scopes)[number];

/**
 * State of the mail of a notification: none is to be sent; due; being sent now; taken by the mail server; not sent any more because it was read, muted or
 * may not be read any more; given up; or the process ended while it was being sent, so that nobody knows: it is not sent again.
 */
export type MailState = 'none' | 'due' | 'sending' | 'sent' | 'dropped' | 'failed' | 'unconfirmed';

/** One thing that one person of this node is told. Holds ids only: what it says is read when it is shown, by the rights of that moment. */
export type NotificationRow = {
  id: string;
  person_id: string;
  /** What happened, so that it is told once however often it arrives: unique together with the person. */
  cause: string;
  kind: Kind;
  group_id: string | null;
  topic_id: string | null;
  post_id: string | null;
  /** Who did it. */
  actor_id: string | null;
  /** The request for an agreement that it is about. */
  ask_id: string | null;
  /** The node that a request or a proposal names. */
  origin: string | null;
  /** The agreement that ends, and the instant after its last day as it was when this was told. */
  partner_id: string | null;
  ends_at: string | null;
  /** Of an answer: whether it was yes. */
  accepted: number | null;
  /** Of what opens an account: the event that changed it. */
  what: SecurityEvent | null;
  /** When it happened, as readers see it. */
  sort_at: string;
  created_at: string;
  /** Set from the beginning for what is no news any more. */
  read_at: string | null;
  /** 0: only mailed, not on the page. */
  shown: number;
  mail_state: MailState;
  mail_attempts: number;
  /** When the state of the mail last changed. */
  mail_at: string | null;
  mail_error: string | null;
};

/** What somebody does not want to hear of, on the page, by mail, or both. */
export type MuteRow = {
  person_id: string;
  scope: Scope;
  /** Id of the topic or group, or the kind. */
  subject: string;
  page: number;
  mail: number;
  at: string;
};

/** Somebody of this node asked to join a group: the answer will be for them. */
type AskedRow = { person_id: string; group_id: string; at: string };

declare module '@joinery/core' {
  interface Schema {
    notification: NotificationRow;
    notification_mute: MuteRow;
    notification_asked: AskedRow;
  }
}
