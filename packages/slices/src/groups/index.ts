/** Groups and who takes part in them: rules, reading rights, and the group's side of the wire. Start in README.md. */

export { accessByNode, accessOf, hasMembersAt, lastNumber, nextNumber, nodeFacts } from './access.ts';
export { addressing, announce, publicCollection } from './activities-document.ts';
export { collectionUris, scopeOf, streamFor, streamOf } from './addresses.ts';
export { noteBegun } from './begun.ts';
export { labelGroup } from './classify.ts';
export {
  changeUsualContacts,
  chooseContacts,
  chosenContacts,
  contactOf,
  contactsOf,
  decideContact,
  usualContacts,
} from './contacts.ts';
export {
  addToConversation,
  conversationOf,
  createConversation,
  leaveConversation,
  needsKeys,
} from './conversation.ts';
export { mayConverse } from './conversation-people.ts';
export { countPost } from './counts.ts';
export { createGroup, deleteGroup, type GroupChange, type NewGroup, updateGroup } from './groups.ts';
export { declineInvitation, invite } from './invitations.ts';
export { isJoiningHeld } from './joining.ts';
export { groupJson, groupSchema } from './json.ts';
export { agencyOf } from './labels.ts';
export { leaseOf } from './leases.ts';
export { groupsOf, type ListedMember, listMembers } from './lists.ts';
export { followGroup, joinGroup, leaveGroup, unfollowGroup } from './membership.ts';
export { approve, ban, decline, removeMember, setRole, unban } from './moderation.ts';
export {
  absent,
  canConfirm,
  canInvite,
  canManage,
  canModerate,
  canPost,
  canSeeMembers,
  type GroupFacts,
  isBanned,
  isMember,
  isPubliclyKnown,
  isReadLive,
  isRecorded,
  isShut,
  mayKnowGroup,
  mayReadGroup,
  postRefusal,
  readsWithin,
  type Standing,
  tellsFigures,
} from './policy.ts';
export { resolveFor, seeGroup } from './reads.ts';
export { setAutomaticRules } from './requests/automatic.ts';
export { responsibleFor, setAway } from './requests/away.ts';
export { setQuestions } from './requests/questions.ts';
export { giveRolesBack, shutGroupsPage } from './restored.ts';
export {
  canLeaveOut,
  canOpen,
  membersToConfirm,
  openGroup,
  reopenConversation,
  runnersElsewhere,
  shutConversation,
  shutFor,
  shutForAdministrators,
  standingOfSender,
  whoConfirms,
} from './shut.ts';
export { groups } from './slice.ts';
export { mayHearOf } from './standing.ts';
export {
  groupByCollection,
  groupById,
  groupByUri,
  groupsByIds,
  membershipOf,
  membersPerNode,
  membersWithRole,
  type NodeMembers,
  requesterMayRead,
} from './store.ts';
export type { GroupKind, GroupMemberRow, GroupRow, Joining, MemberState, Reading, Role } from './tables.ts';
export { readings } from './tables.ts';
export { keepingText, recordText } from './terms/words.ts';
