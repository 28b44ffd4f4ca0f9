import type { Ask } from '@joinery/core';
import { formatDate, type Language } from '@joinery/ui';
import { messages } from './messages.ts';
import type { Notification } from './reading.ts';
import type { Kind, SecurityEvent } from './tables.ts';

/** What happened, in one line. */
export function sentenceOf(notification: Notification, language: Language): string {
  const t = messages(language);
  const { kind, group, ask } = notification;
  const name = notification.actor?.name ?? t('somebody');
  const where = group?.name ?? '';
  switch (kind) {
    case 'reply':
      return t('saysReply', { name });
    case 'mention':
      return t('saysMention', { name });
    case 'request':
      return t('saysRequest', { name, group: where });
    case 'approved':
      return notification.accepted ? t('saysApproved', { group: where }) : t('saysDeclined', { group: where });
    case 'invited':
      return notification.actor
        ? t('saysInvited', { name, group: where })
        : t('saysInvitedBySomebody', { group: where });
    case 'message':
      return notification.post ? t('saysMessage', { name }) : t('saysAdded', { name });
    case 'agreement':
      return agreementOf(ask, language);
    case 'ask':
      return t('saysAsk', { name, node: notification.node ?? t('anotherNode') });
    case 'proposal':
      return t('saysProposal', { node: notification.node ?? t('anotherNode') });
    case 'label':
      return t('saysLabel', { node: notification.node ?? t('anotherNode') });
    case 'expiry':
      return notification.ending ? t('saysExpiry', endOf(notification.ending, language)) : t('saysExpiryGone');
    case 'registration':
      return t('saysRegistration');
    case 'guest':
      return t('saysGuest', { name });
    case 'sponsor':
      return t('saysSponsor', { name });
    case 'confirm':
      return t('saysConfirm', { group: where });
    case 'role':
      return t('saysRole');
    case 'running':
      return notification.accepted ? t('saysRuns', { group: where }) : t('saysRunsNoMore', { group: where });
    case 'written':
      return t('saysWritten');
    case 'emergency':
      return emergencyText(notification, language);
    case 'security':
      return changeOf(notification.security?.what, language);
  }
}

/** What became of a request to read a closed group; names no group, since administrators are told as well. */
export function emergencyText({ accepted, actor }: Notification, language: Language): string {
  const t = messages(language);
  if (accepted !== null) return accepted ? t('saysEmergencyOpen') : t('saysEmergencyOver');
  return t('saysEmergency', { name: actor?.name ?? t('somebody') });
}

/** What was changed about somebody's sign-in, in one line. */
function changeOf(what: SecurityEvent | undefined, language: Language): string {
  const t = messages(language);
  switch (what) {
    case 'password.changed':
      return t('securityPasswordChanged');
    case 'password.removed':
      return t('securityPasswordRemoved');
    case 'code.turned_on':
      return t('securityCodeOn');
    case 'code.turned_off':
      return t('securityCodeOff');
    case 'link.made':
      return t('securityLinkMade');
    case 'passkey.added':
      return t('securityPasskeyAdded');
    case 'passkey.removed':
      return t('securityPasskeyRemoved');
    case 'identity.linked':
      return t('securityLinked');
    case 'identity.unlinked':
      return t('securityUnlinked');
    case 'token.made':
      return t('securityToken');
    default:
      return t('securityChanged');
  }
}

const endOf = ({ agency, lastDay }: NonNullable<Notification['ending']>, language: Language) => ({
  agency,
  date: formatDate(language, 'UTC', lastDay),
});

/** What was said about it, by a person; shown as a quote. */
export function quoteOf({ kind, post, ask }: Notification): string {
  if (post) return post.excerpt;
  return (kind === 'ask' ? ask?.reason : ask?.answer) ?? '';
}

/** What to know besides, in the node's own words; empty when there is nothing. */
export function noteOf({ kind, ending, security, actor }: Notification, language: Language): string {
  const t = messages(language);
  if (kind === 'proposal') return t('noteProposal');
  if (security) {
    const by = {
      self: () => t('securitySelf'),
      somebody: () => t('securitySomebody', { name: actor?.name ?? t('somebody') }),
      node: () => t('securityNode'),
    }[security.by]();
    return `${by} ${t('securityNotYou')}`;
  }
  return ending ? t('noteExpiry', ending.use) : '';
}

function agreementOf(ask: Ask | null, language: Language): string {
  const t = messages(language);
  const node = ask ? new URL(ask.origin).host : t('anotherNode');
  if (ask?.state !== 'agreed') return t('saysNotAgreed', { node });
  return ask.confirmed ? t('saysAgreed', { node }) : t('saysAllowed', { node });
}

/** Why somebody gets it. */
export function reasonOf(notification: Notification, language: Language): string {
  const t = messages(language);
  switch (notification.kind) {
    case 'reply':
      return t('whyReply');
    case 'mention':
      return t('whyMention');
    case 'request':
      return t('whyRequest');
    case 'approved':
      return t('whyApproved');
    case 'invited':
      return t('whyInvited');
    case 'message':
      return t('whyMessage');
    case 'agreement':
      return t('whyAgreement');
    case 'ask':
    case 'proposal':
    case 'expiry':
    case 'label':
      return t('whyOffice');
    case 'registration':
      return t('whyRegistration');
    case 'guest':
      return t('whyGuest');
    case 'sponsor':
      return t('whyRegistration');
    case 'confirm':
      return t('whyConfirm');
    case 'role':
      return t('whyRole');
    case 'running':
      return t('whyRunning');
    case 'written':
      return t('whyWritten');
    case 'security':
      return t('whySecurity');
    case 'emergency':
      return t('whyEmergency');
  }
}

/** What a kind is called where people choose. */
export function kindName(kind: Kind, language: Language): string {
  const t = messages(language);
  switch (kind) {
    case 'reply':
      return t('kindReply');
    case 'mention':
      return t('kindMention');
    case 'request':
      return t('kindRequest');
    case 'approved':
      return t('kindApproved');
    case 'invited':
      return t('kindInvited');
    case 'message':
      return t('kindMessage');
    case 'agreement':
      return t('kindAgreement');
    case 'ask':
      return t('kindAsk');
    case 'proposal':
      return t('kindProposal');
    case 'expiry':
      return t('kindExpiry');
    case 'label':
      return t('kindLabel');
    case 'registration':
      return t('kindRegistration');
    case 'guest':
      return t('kindGuest');
    case 'sponsor':
      return t('kindSponsor');
    case 'confirm':
      return t('kindConfirm');
    case 'role':
      return t('kindRole');
    case 'running':
      return t('kindRunning');
    case 'written':
      return t('kindWritten');
    case 'security':
      return t('kindSecurity');
    case 'emergency':
      return t('kindEmergency');
  }
}
