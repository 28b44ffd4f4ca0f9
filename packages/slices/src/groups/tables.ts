/** Who may read: anyone on the web; people of this node and of allowed nodes; members only. */
export const readings = ['web', 'partners', 'members'] as const;
export type Reading = (typeof readings)[number];

/** Who may take part: everybody who may read; those whom a facilitator approves; those who were invited. */
export const joinings = ['open', 'request', 'invited'] as const;
export type Joining = (typeof joinings)[number];

/** What a new member sees of the past: everything, or only what is written from the day on which they join. */
export const histories = ['all', 'joining'] as const;
export type History = (typeof histories)[number];

/** Who may invite: the owners; all who run the group; every member. */
export const invitings = ['owners', 'facilitators', 'members'] as const;
export type Inviting = (typeof invitings)[number];

/** Whose people may ask to take part: every agency with an agreement that covers the group; the agencies named in `group_asking`; this node alone. */
export const askings = ['partners', 'agencies', 'node'] as const;
export type Asking = (typeof askings)[number];

/** What nodes of members keep of a closed group: copies under a lease, or nothing but the place of each post, which they read live. */
export const keepings = ['leased', 'live'] as const;
export type Keeping = (typeof keepings)[number];

/** `unconfirmed`: was a member as of the backup that this node was restored from, and takes no part until somebody who runs the group has confirmed it (`shut.ts`). */
export const memberStates = ['none', 'requested', 'invited', 'member', 'unconfirmed', 'banned'] as const;
export type MemberState = (typeof memberStates)[number];

export const roles = ['member', 'facilitator', 'owner'] as const;
export type Role = (typeof roles)[number];

/** What it is to people: a group, or a conversation of a few, which is a hidden group that lists, the feed and its pages show in a way of their own. */
export type GroupKind = 'group' | 'conversation';

/** A group of this node or of another one. */
export type GroupRow = {
  id: string;
  /** ActivityPub id. */
  uri: string;
  /** Canonical origin of the node that the group lives on. */
  home: string;
  kind: GroupKind;
  handle: string;
  name: string;
  /** Folded name: lists sort and search by it. */
  sort_name: string;
  /** What the group is for; plain text. */
  summary: string;
  reading: Reading;
  joining: Joining;
  /** 1 when lists of groups name it. */
  listed: number;
  history: History;
  inviting: Inviting;
  asking: Asking;
  keeping: Keeping;
  /** 1 when the node that the group lives on keeps a record copy of what members of other nodes write in it. */
  record_copy: number;
  /** 1 when its node heeds for whom alone in it something is (`joinery:narrows`). */
  narrows: number;
  /** 1 for groups of this node. */
  local: number;
  /** How its node takes a request to take part: Joinery's `Join`, or a plain `Follow` that is both. */
  joins_by: 'Join' | 'Follow';
  /** Name of the agency that leads it, as its node says; null for groups of this node and where nothing is said. */
  agency: string | null;
  /** Null for groups of this node. */
  inbox: string | null;
  shared_inbox: string | null;
  outbox_uri: string | null;
  followers_uri: string | null;
  moderators_uri: string | null;
  /** Collection of its pinned posts; null where none is named. */
  featured_uri: string | null;
  /** Group of another node: whom its node names first among those who run it, where this node may know them. */
  lead_id: string | null;
  /** For groups of other nodes: their last figures. */
  member_count: number;
  post_count: number;
  /** Last post seen here. */
  last_post_at: string | null;
  /** When the members per node were last told to the group's nodes. */
  summarised_at: string | null;
  created_at: string;
  updated_at: string;
  /** Since when copies of a closed group elsewhere are not shown: its host takes them back, or has not answered for three days. */
  withheld_at: string | null;
  /** Since when the host of a closed group elsewhere says that others may read it: here it stays closed, and nobody reads in it any more. */
  opened_at: string | null;
  /** Of a group of this node: since when a restore keeps it shut, until somebody has looked at what came back with the backup (`shut.ts`). */
  shut_at: string | null;
  /** Readable, and closed for posts and new members. */
  archived_at: string | null;
  deleted_at: string | null;
  /** When the document was last read at its home. Null for groups of this node. */
  fetched_at: string | null;
};

/** One person's standing in one group. Following (read in the feed) is apart from membership (take part). */
export type GroupMemberRow = {
  group_id: string;
  person_id: string;
  state: MemberState;
  role: Role;
  following: number;
  /** Address of the `Follow` that asked: only an answer to exactly this one counts. */
  follow_activity: string | null;
  /** Address of the `Join`, or of the plain `Follow` that was both. */
  join_activity: string | null;
  invite_activity: string | null;
  invited_by: string | null;
  /** What a facilitator wrote with the last decision, or the code of another node's refusal. */
  reason: string | null;
  joined_at: string | null;
  /** Of a member who joined a closed group while it showed new members nothing of its past: the instant from which threads are theirs to see. */
  sees_from: string | null;
  banned_until: string | null;
  /** Of a group of this node: 1 for who began a thread for a part of it, which they see all of as long as they are a member. */
  began: number;
  /** Of a group of this node: raised with each change of it. Elsewhere: as its node said with its last answer, so that what it said before that ends nothing. */
  version: number;
  /** Of a group elsewhere: the epoch of its node in which that was said. Empty for groups of this node. */
  epoch: string;
  updated_at: string;
};

/** Members of a group per node: counted at most once a minute here, or as the host of a group elsewhere last said. */
type GroupNodeRow = {
  group_id: string;
  origin: string;
  agency: string;
  members: number;
  measured_at: string;
};

/** When another node was last asked for its list of groups, and when it last told it. */
type GroupDirectoryRow = { origin: string; asked_at: string; read_at: string | null };

/** Nodes of the agencies whose people may ask to take part in a group of this node, where it names them. */
type GroupAskingRow = { group_id: string; origin: string };

/** How often, since an instant within the last hour, somebody elsewhere (by local id) or a node asked to join, or a node lost what it might read (`turns.ts`). */
type GroupTurnsRow = { group_id: string; subject: string; times: number; since: string };

/** What another node said of the copies it dropped, with its proof, as it arrived. */
type GroupReceiptRow = { group_id: string; origin: string; at: string; items: number; text: string };

/**
 * A node's access to a closed group. Where the group lives: what the node is granted. Elsewhere: from which version on its tokens count, as the group's host says.
 */
export type GroupAccessRow = {
  group_id: string;
  origin: string;
  /** Raised each time the node loses its access: tokens of an earlier version open nothing. */
  version: number;
  /** Of a group elsewhere: the epoch of its node in which that was said. Empty for groups of this node. */
  epoch: string;
  /** Number of the earliest item that the node may read. */
  reads_from: number;
  revoked_at: string | null;
  /** End of the last token that was issued to the node. */
  lease_ends_at: string | null;
  /** When the node said that it dropped its copies, and how many these were. */
  receipt_at: string | null;
  receipt_items: number | null;
};

/** A closed group elsewhere with members here, whose host confirms every seven minutes that this node may read. */
export type GroupLeaseRow = {
  group_id: string;
  /** What the last renewal came to. */
  state: 'held' | 'refused' | 'away';
  renewed_at: string;
  /** Since when renewing fails. */
  failed_at: string | null;
  /** When it is tried next. */
  next_at: string;
  /** Since when those who decide about partners are asked what its label means, of which nobody here has said so. */
  label_asked_at: string | null;
  /** When the copies went that nobody had confirmed for so long; null while they may be kept. */
  lost_at: string | null;
};

/** How many items of a closed group of ours have a number. */
type GroupNumberRow = { group_id: string; last: number };

/** A change of a group's rules: the name of the column (`agencies` for the named nodes, `archived`), what it was and what it is. */
export type GroupChangeRow = {
  id: string;
  group_id: string;
  field: string;
  before: string;
  after: string;
  /** The owner; null for the command line. */
  by_id: string | null;
  at: string;
};

/** What somebody is asked who asks to take part. */
type GroupQuestionRow = { group_id: string; position: number; text: string; required: number };

/** What somebody answered who asked; kept until 30 days after the decision. */
type GroupAnswerRow = {
  group_id: string;
  person_id: string;
  position: number;
  question: string;
  answer: string;
  at: string;
};

/** A request that was decided: by a person, by a rule (`agency <origin>`, `mail <domain>`), or on the command line. */
export type GroupDecisionRow = {
  id: string;
  group_id: string;
  person_id: string;
  by_id: string | null;
  accepted: number;
  rule: string | null;
  at: string;
};

/** Whom a group lets in without asking anybody. */
type GroupAutomaticRow = { group_id: string; kind: 'agency' | 'mail'; value: string };

/** When somebody who runs a group is away, and who looks after its requests meanwhile. */
export type GroupAwayRow = { group_id: string; person_id: string; until: string | null; deputy_id: string | null };

/** A conversation that somebody of another node brought a person of this one into: what the person said to that. Known here alone. */
export type GroupContactRow = {
  group_id: string;
  person_id: string;
  /** Who did, where they are known here. */
  by_id: string | null;
  state: 'waiting' | 'accepted' | 'ignored';
  at: string;
};

/** Whether people of other nodes may begin conversations with somebody here, where that person chose. */
type GroupContactChoiceRow = { person_id: string; allowed: number };

/** A thread for a part of a group of this node, by the address of its first post. */
type GroupBegunRow = { group_id: string; person_id: string; topic_uri: string };

declare module '@joinery/core' {
  interface Schema {
    group_contact: GroupContactRow;
    group_contact_choice: GroupContactChoiceRow;
    group_access: GroupAccessRow;
    group_receipt: GroupReceiptRow;
    group_turns: GroupTurnsRow;
    group_number: GroupNumberRow;
    group_lease: GroupLeaseRow;
    groups: GroupRow;
    group_member: GroupMemberRow;
    group_node: GroupNodeRow;
    group_directory: GroupDirectoryRow;
    group_asking: GroupAskingRow;
    group_begun: GroupBegunRow;
    group_change: GroupChangeRow;
    group_question: GroupQuestionRow;
    group_answer: GroupAnswerRow;
    group_decision: GroupDecisionRow;
    group_automatic: GroupAutomaticRow;
    group_away: GroupAwayRow;
  }
}
