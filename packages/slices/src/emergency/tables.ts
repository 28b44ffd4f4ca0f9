/**
 * Somebody who administers the node where a closed group lives asks to read it, may, or might; of a group elsewhere as its node told.
 */
export type EmergencyRow = {
  id: string;
  /** Address by which the nodes of members know it. */
  uri: string;
  /** Null where nothing closed was at what was typed, which whoever asked does not learn before it is open. */
  group_id: string | null;
  /** What was typed. */
  reference: string;
  /** Null of a group elsewhere. */
  asker_id: string | null;
  asker_name: string;
  asker_agency: string;
  reason: string;
  state: 'asked' | 'open' | 'refused' | 'ended';
  asked_at: string;
  /** Without a decision it opens then. */
  notice_until: string;
  /** Whoever let it be or refused it; null when the notice passed. The name only of an administrator. */
  decided_by: string | null;
  decided_name: string | null;
  opened_at: string | null;
  /** It is over then at the latest. */
  ends_at: string | null;
  ended_at: string | null;
};

/** A page that was read, in the order of reading. */
export type EmergencyPageRow = {
  id: string;
  access_id: string;
  at: string;
  what: 'topics' | 'topic' | 'file';
  /** The topic or the file. */
  subject_id: string | null;
};

/** Somebody of this node who owns a group elsewhere, as its node told with the request: they can refuse it. */
export type EmergencyOwnerRow = {
  access_id: string;
  person_id: string;
  /** When they sent their refusal; the group's node carries it out. */
  refused_at: string | null;
};

declare module '@joinery/core' {
  interface Schema {
    emergency_access: EmergencyRow;
    emergency_page: EmergencyPageRow;
    emergency_owner: EmergencyOwnerRow;
  }
}
