/** A person of this node or of another one. How somebody signs in is in core's `account`; keys of remote actors are federation's. */
export type PersonRow = {
  id: string;
  /** ActivityPub id: `<home>/people/<id>` for ours, whatever the other node says for others. */
  uri: string;
  /** Canonical origin of the node that this person belongs to. */
  home: string;
  /** Actors of other software that write like people are kept here too. */
  type: 'Person' | 'Service' | 'Application' | 'Organization';
  /** `preferredUsername`; unique only together with `home`. */
  handle: string;
  name: string;
  /** Folded name: lists sort and search by it. */
  sort_name: string;
  /** Safe HTML. */
  summary: string;
  /** The Markdown that `summary` is made of; empty for people of other nodes. */
  summary_source: string;
  /** What the person does at the agency, if shown. */
  role: string;
  /** Name of the agency; the host name where another node does not say. */
  agency: string;
  agency_uri: string | null;
  /** BCP 47, as the interface offers it for ours. */
  language: string;
  /** IANA name. */
  time_zone: string;
  /** Null for people of this node. */
  inbox: string | null;
  shared_inbox: string | null;
  /** 1 for people of this node. */
  local: number;
  /** For a guest of this node: the person of this node who answers for them, by local id; null when that person has left. */
  guest_sponsor: string | null;
  /** Whose guest they are, as shown; also for guests of other nodes. */
  guest_of: string | null;
  /** The last day of a guest, `2027-02-20`; null for everybody else. */
  guest_until: string | null;
  /** First post in a listed group that is not closed: from then on the address answers strangers. */
  public_since: string | null;
  disabled_at: string | null;
  deleted_at: string | null;
  /** When the document was last read at its home. Null for people of this node. */
  fetched_at: string | null;
  created_at: string;
  updated_at: string;
};

declare module '@joinery/core' {
  interface Schema {
    person: PersonRow;
  }
}
