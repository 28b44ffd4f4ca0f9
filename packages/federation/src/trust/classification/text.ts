import { defineMessages } from '@joinery/ui';

/** The words of the page about labels. */
export const classificationText = defineMessages({
  en: {
    change: 'Change the labels',
    faultFormat: 'Write each label on a line of its own, in English and Dutch with a slash between: Internal / Intern.',
    faultInUse: 'A group or an agreement has a label that is missing here. Give it another label first.',
    faultLong: 'Keep each word to {maximum} characters.',
    faultMany: 'Use at most {maximum} labels: more are no order that people keep in mind.',
    faultNone: 'Enter at least one label, and both words of each.',
    faultTwice: 'Two labels have the same word.',
    groups: 'Groups with it',
    intro:
      'Owners give their group one of these labels. An agreement names the highest that it covers: of a group above it the partner gets nothing, whatever else the agreement says. A group without a label counts as the lowest.',
    label: 'Label',
    labels: 'Labels',
    labelsHint:
      'One per line, the lowest first, at most {maximum}: the word in English, a slash, the word in Dutch. Keep one of both words when you rename a label, so that its groups keep it.',
    name: 'Classification',
    none: 'None',
    partners: 'Partners whose agreement ends here',
    partnersHint: 'They get groups with this label and below.',
    save: 'Save',
    saved: 'Saved and registered. It holds at once.',
    use: 'What they are used for',
  },
  nl: {
    change: 'Labels wijzigen',
    faultFormat:
      'Schrijf elk label op een eigen regel, in het Engels en het Nederlands met een schuine streep ertussen: Internal / Intern.',
    faultInUse: 'Een groep of een afspraak heeft een label dat hier ontbreekt. Geef die eerst een ander label.',
    faultLong: 'Gebruik voor elk woord hoogstens {maximum} tekens.',
    faultMany: 'Gebruik hoogstens {maximum} labels: meer onthoudt niemand op volgorde.',
    faultNone: 'Vul ten minste één label in, met beide woorden.',
    faultTwice: 'Twee labels hebben hetzelfde woord.',
    groups: 'Groepen met dit label',
    intro:
      'Eigenaren geven hun groep een van deze labels. Een afspraak noemt het hoogste label waarvoor die geldt: van een groep daarboven krijgt de partner niets, wat er verder ook is afgesproken. Een groep zonder label telt als de laagste.',
    label: 'Label',
    labels: 'Labels',
    labelsHint:
      'Eén per regel, het laagste eerst, hoogstens {maximum}: het woord in het Engels, een schuine streep, het woord in het Nederlands. Laat een van beide woorden staan als u een label hernoemt, dan houden de groepen het.',
    name: 'Classificatie',
    none: 'Geen',
    partners: 'Partners met een afspraak tot hier',
    partnersHint: 'Zij krijgen groepen met dit label en lager.',
    save: 'Opslaan',
    saved: 'Opgeslagen en geregistreerd. Het geldt meteen.',
    use: 'Waar ze voor gebruikt worden',
  },
});
