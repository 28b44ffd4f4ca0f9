import type { Language } from '@joinery/ui';
import { messages } from './messages.ts';
import type { Notification } from './reading.ts';
import type { Kind } from './tables.ts';

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
    case 'agreement':
      return agreementOf(ask?.origin, ask?.state === 'agreed', language);
  }
}

function agreementOf(origin: string | undefined, agreed: boolean, language: Language): string {
  const t = messages(language);
  const node = origin === undefined ? t('anotherNode') : new URL(origin).host;
  return agreed ? t('saysAgreed', { node }) : t('saysNotAgreed', { node });
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
    case 'agreement':
      return t('whyAgreement');
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
    case 'agreement':
      return t('kindAgreement');
  }
}
