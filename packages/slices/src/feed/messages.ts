import { defineMessages } from '@joinery/ui';

/** All words of the start page. */
export const messages = defineMessages({
  en: {
    hiddenPost: 'Hidden on this node',
    home: 'Home',
    needsYou: 'What needs you',
    requests: '{count, plural, one {# person asks} other {# people ask}} to join {group}',
    invited: 'You are invited to {group}',
    refusedPost: '“{title}” was refused by its group',
    agreed: 'There is an agreement with {node} now: open what you asked for',
    newSince: 'New since you were here',
    newPosts: '{count, plural, one {1 post} other {{shown} posts}}',
    newElsewhere: '{count, plural, one {One more group} other {# more groups}}',
    markAllRead: 'Mark all as read',
    latest: 'Latest in your groups',
    emptyTitle: 'Nothing here yet',
    empty:
      'Join or follow a group, here or at another agency. What is written there then shows here, the newest first.',
    findGroups: 'Find groups',
    replyTo: 'Reply to: {title}',
    untitled: 'a topic without a title',
    welcome: 'Work together across agencies',
    welcomeLead:
      '{agency} runs this node. Colleagues work here in groups with people of other agencies, each from their own node.',
    publicGroups: 'Groups that anyone can read',
    noPublicGroups: 'No group of this node is open on the web.',
    members: '{count, plural, one {# member} other {# members}}',
  },
  nl: {
    hiddenPost: 'Verborgen op dit knooppunt',
    home: 'Start',
    needsYou: 'Wat op u wacht',
    requests: '{count, plural, one {# persoon wil} other {# mensen willen}} lid worden van {group}',
    invited: 'U bent uitgenodigd voor {group}',
    refusedPost: '“{title}” is door de groep geweigerd',
    agreed: 'Er is nu een afspraak met {node}: open waar u om vroeg',
    newSince: 'Nieuw sinds u hier was',
    newPosts: '{count, plural, one {1 bericht} other {{shown} berichten}}',
    newElsewhere: '{count, plural, one {Nog één groep} other {Nog # groepen}}',
    markAllRead: 'Alles als gelezen markeren',
    latest: 'Het laatste uit uw groepen',
    emptyTitle: 'Nog niets te zien',
    empty:
      'Word lid van een groep of volg er een, hier of bij een andere organisatie. Wat daar wordt geschreven ziet u dan hier, het nieuwste eerst.',
    findGroups: 'Groepen zoeken',
    replyTo: 'Reactie op: {title}',
    untitled: 'een onderwerp zonder titel',
    welcome: 'Samenwerken over organisaties heen',
    welcomeLead:
      '{agency} beheert dit knooppunt. Collega’s werken hier in groepen samen met mensen van andere organisaties, ieder vanaf het eigen knooppunt.',
    publicGroups: 'Groepen die iedereen kan lezen',
    noPublicGroups: 'Geen groep van dit knooppunt is open op het web.',
    members: '{count, plural, one {# lid} other {# leden}}',
  },
});
