import type { RefusalCode } from '../errors.ts';
import type { Language } from './language.ts';

type Words = [title: string, text: string];

/** What readers are told, per code: what happened, and what they can do. */
const texts: Record<RefusalCode, Record<Language, Words>> = {
  bad_request: {
    en: ['This request cannot be read', 'Something in the address or the form is broken. Go back and try again.'],
    nl: [
      'Dit verzoek is niet te lezen',
      'Er klopt iets niet in het adres of het formulier. Ga terug en probeer het opnieuw.',
    ],
  },
  signed_out: {
    en: ['Sign in first', 'You are not signed in, or your session has ended.'],
    nl: ['Log eerst in', 'U bent niet ingelogd, of uw sessie is verlopen.'],
  },
  forbidden: {
    en: ['You may not do this', 'Your account does not have the right to do this. Ask an administrator of this node.'],
    nl: ['U mag dit niet', 'Uw account heeft hier geen rechten voor. Vraag het een beheerder van dit knooppunt.'],
  },
  csrf: {
    en: [
      'This form is too old',
      'For your safety nothing was changed. Load the page again and send the form once more.',
    ],
    nl: [
      'Dit formulier is verlopen',
      'Voor uw veiligheid is er niets gewijzigd. Laad de pagina opnieuw en verstuur het formulier nog een keer.',
    ],
  },
  not_found: {
    en: ['Page not found', 'There is nothing at this address, or you may not see it.'],
    nl: ['Pagina niet gevonden', 'Op dit adres staat niets, of u mag het niet zien.'],
  },
  method_not_allowed: {
    en: ['This does not work here', 'This address does not support what was asked of it.'],
    nl: ['Dit kan hier niet', 'Wat er gevraagd werd is op dit adres niet mogelijk.'],
  },
  not_acceptable: {
    en: ['Not available in this form', 'This address has no version of the kind that was asked for.'],
    nl: ['Niet beschikbaar in deze vorm', 'Dit adres heeft geen versie van de gevraagde soort.'],
  },
  conflict: {
    en: [
      'Somebody was faster',
      'This was changed in the meantime, or it does not fit what is there. Load the page again and look first.',
    ],
    nl: [
      'Iemand was u voor',
      'Dit is intussen gewijzigd, of past niet bij hoe het nu is. Laad de pagina opnieuw en kijk eerst.',
    ],
  },
  gone: {
    en: ['This has been deleted', 'What was at this address has been deleted and does not come back.'],
    nl: ['Dit is verwijderd', 'Wat op dit adres stond is verwijderd en komt niet terug.'],
  },
  too_large: {
    en: ['This is too large', 'Send less text or a smaller file.'],
    nl: ['Dit is te groot', 'Verstuur minder tekst of een kleiner bestand.'],
  },
  unsupported_media_type: {
    en: ['This kind of content is not understood', 'Send it in one of the formats that this address takes.'],
    nl: ['Dit soort inhoud wordt niet begrepen', 'Verstuur het in een formaat dat dit adres aanneemt.'],
  },
  invalid: {
    en: ['Something needs correcting', 'Check what you filled in.'],
    nl: ['Er moet iets verbeterd worden', 'Controleer wat u hebt ingevuld.'],
  },
  too_many: {
    en: ['Too many attempts', 'Wait a while and try again.'],
    nl: ['Te veel pogingen', 'Wacht even en probeer het opnieuw.'],
  },
  unavailable: {
    en: ['Not available at the moment', 'Try again in a minute.'],
    nl: ['Op dit moment niet beschikbaar', 'Probeer het over een minuut opnieuw.'],
  },
  storage_full: {
    en: ['There is no space left', 'Nothing was saved. An administrator of this node must free some space.'],
    nl: ['Er is geen ruimte meer', 'Er is niets opgeslagen. Een beheerder van dit knooppunt moet ruimte vrijmaken.'],
  },
  idempotency_mismatch: {
    en: ['This key was used for another request', 'Take a new Idempotency-Key for a new request.'],
    nl: [
      'Deze sleutel is al gebruikt voor een ander verzoek',
      'Neem een nieuwe Idempotency-Key voor een nieuw verzoek.',
    ],
  },
  stale_revision: {
    en: ['Somebody else changed this', 'Load the newest version and make your change again.'],
    nl: ['Iemand anders heeft dit gewijzigd', 'Laad de nieuwste versie en maak uw wijziging opnieuw.'],
  },
  handle_taken: {
    en: ['This short name is taken', 'Choose another one.'],
    nl: ['Deze korte naam is bezet', 'Kies een andere.'],
  },
  banned: {
    en: ['You cannot take part in this group', 'The facilitators of this group have excluded you.'],
    nl: ['U kunt niet meedoen in deze groep', 'De begeleiders van deze groep hebben u geweerd.'],
  },
  locked: {
    en: ['This topic is locked', 'Nobody can reply to it any more.'],
    nl: ['Dit onderwerp is gesloten', 'Er kan niet meer op gereageerd worden.'],
  },
  not_member: {
    en: ['Only members can do this', 'Join the group first.'],
    nl: ['Alleen leden kunnen dit', 'Word eerst lid van de groep.'],
  },
  needs_approval: {
    en: ['This waits for approval', 'A facilitator decides about it first.'],
    nl: ['Dit wacht op goedkeuring', 'Een begeleider beslist er eerst over.'],
  },
  invitation_needed: {
    en: ['You need an invitation', 'Ask a facilitator of this group to invite you.'],
    nl: ['U hebt een uitnodiging nodig', 'Vraag een begeleider van deze groep om u uit te nodigen.'],
  },
  software_unsupported: {
    en: [
      'That software cannot be in a closed group',
      'Closed groups are shared with other Joinery nodes only: other software would publish or keep what is written in them.',
    ],
    nl: [
      'Die software kan niet in een besloten groep',
      'Besloten groepen worden alleen met andere Joinery-knooppunten gedeeld: andere software zou publiceren of bewaren wat erin staat.',
    ],
  },
  last_owner: {
    en: ['A group needs an owner', 'Make somebody else owner first.'],
    nl: ['Een groep heeft een eigenaar nodig', 'Maak eerst iemand anders eigenaar.'],
  },
  no_agreement: {
    en: [
      'There is no agreement with that agency',
      'Your node has no agreement with the other node that covers this. Ask your federation officer.',
    ],
    nl: [
      'Er is geen afspraak met die organisatie',
      'Uw knooppunt heeft met het andere knooppunt geen afspraak die hiervoor geldt. Vraag het uw federatiebeheerder.',
    ],
  },
  unknown_node: {
    en: ['This node is not known here', 'Nothing is exchanged with nodes that are not on the allow-list.'],
    nl: [
      'Dit knooppunt is hier niet bekend',
      'Er wordt niets uitgewisseld met knooppunten die niet op de lijst staan.',
    ],
  },
  not_here: {
    en: ['This is not on this node', 'It lives on another node: open it there.'],
    nl: ['Dit staat niet op dit knooppunt', 'Het staat op een ander knooppunt: open het daar.'],
  },
  expired: {
    en: ['This link has ended', 'It was used before, or it is too old. Ask for a new one.'],
    nl: ['Deze link werkt niet meer', 'De link is al gebruikt, of te oud. Vraag om een nieuwe.'],
  },
  wrong_password: {
    en: ['That did not work', 'Email address and password do not belong together.'],
    nl: ['Dat lukte niet', 'E-mailadres en wachtwoord horen niet bij elkaar.'],
  },
  disabled: {
    en: ['This account has been disabled', 'Ask an administrator of this node.'],
    nl: ['Dit account is geblokkeerd', 'Vraag het een beheerder van dit knooppunt.'],
  },
  inside_unit_of_work: {
    en: ['Something went wrong here', 'It is not your fault, and it has been noted. Try again later.'],
    nl: ['Er ging hier iets mis', 'Het ligt niet aan u, en het is genoteerd. Probeer het later opnieuw.'],
  },
  took_too_long: {
    en: ['This took too long', 'Nothing was changed. Try again in a minute.'],
    nl: ['Dit duurde te lang', 'Er is niets gewijzigd. Probeer het over een minuut opnieuw.'],
  },
  internal: {
    en: ['Something went wrong here', 'It is not your fault, and it has been noted. Try again later.'],
    nl: ['Er ging hier iets mis', 'Het ligt niet aan u, en het is genoteerd. Probeer het later opnieuw.'],
  },
};

/** Title and text of a refusal, for a page. */
export function refusalText(code: RefusalCode, language: Language): { title: string; text: string } {
  const [title, text] = texts[code][language];
  return { title, text };
}

/** How long to wait, in words. @param seconds as in `Retry-After` */
export function waitText(seconds: number, language: Language): string {
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 1)
    return language === 'nl' ? 'Wacht een minuut en probeer het opnieuw.' : 'Wait a minute and try again.';
  return language === 'nl'
    ? `Wacht ${minutes} minuten en probeer het opnieuw.`
    : `Wait ${minutes} minutes and try again.`;
}
