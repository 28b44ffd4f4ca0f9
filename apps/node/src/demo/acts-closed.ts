import { agencies, people, type Words } from './content.ts';
import type { DemoProcess } from './processes.ts';
import type { Cast, DemoNodes } from './story.ts';

/** Whether it went as it should, and what came of it. */
export type Told = { ok: boolean; words: Words };

/** What watchers can change in the closed group: each button does the one, and then the other. */
export type ClosedActs = {
  /** Takes the only member of the landlord out of the closed group, or lets them in again. */
  remove: () => Promise<Told>;
  /** The second person agrees to the emergency access that waits, or whoever read needs it no longer and asks anew. */
  agree: () => Promise<Told>;
};

export function createClosedActs(nodes: DemoNodes<DemoProcess>, cast: Cast): ClosedActs {
  const { department, landlord } = nodes;
  const { ruth, margaret, ines } = cast.people;
  const { fraud: group } = cast.groups;
  const posts = [cast.inFraud];
  let isOut = false;
  let isOpen = false;
  return {
    remove: async () => {
      const by = margaret;
      if (!isOut) {
        await department.perform([{ do: 'removal', group, person: ruth, by, reason: 'To show what happens' }]);
        isOut = true;
        await landlord.perform([{ do: 'gone', posts }]);
        const words = {
          en: `${people.ruth.name} is in the closed group no more. The node of ${agencies.landlord.name} has dropped what it had of others, with receipts, and is refused everywhere.`,
          nl: `${people.ruth.name} zit niet meer in de besloten groep. Het knooppunt van ${agencies.landlord.name} heeft verwijderd wat het van anderen had, met ontvangstbewijzen, en wordt overal geweigerd.`,
        };
        return { ok: true, words };
      }
      const at = new Date().toISOString();
      const answers = fraudAnswers;
      await landlord.perform([{ do: 'join', at, group, person: ruth, state: 'requested', answers }]);
      await department.perform([{ do: 'approve', at, group, person: ruth, by }]);
      isOut = false;
      // What was written before comes when somebody opens the group.
      await landlord.perform([
        { do: 'open', group },
        { do: 'await', posts, texts: true },
      ]);
      const words = {
        en: `${people.ruth.name} is back in the closed group, and reads at Harrowdean what was written there.`,
        nl: `${people.ruth.name} zit weer in de besloten groep, en leest bij Harrowdean wat daar is geschreven.`,
      };
      return { ok: true, words };
    },
    agree: async () => {
      if (!isOpen) {
        await department.perform([{ do: 'agree', access: cast.emergencies.waiting, by: margaret }]);
        isOpen = true;
        const words = {
          en: `${people.margaret.name} has agreed: ${people.ines.name} may read the closed group for a day, page by page, and its members have been told.`,
          nl: `${people.margaret.name} heeft ingestemd: ${people.ines.name} mag de besloten groep een dag lezen, pagina voor pagina, en de leden weten ervan.`,
        };
        return { ok: true, words };
      }
      const [, access = ''] = await department.perform([
        { do: 'end', access: cast.emergencies.waiting, by: ines },
        { do: 'emergency', group, by: ines, reason: 'To show how it is asked' },
      ]);
      cast.emergencies.waiting = access;
      isOpen = false;
      const words = {
        en: `${people.ines.name} needs it no longer, and has asked anew: it waits for a second person.`,
        nl: `${people.ines.name} heeft het niet meer nodig, en heeft opnieuw gevraagd: het wacht op een tweede persoon.`,
      };
      return { ok: true, words };
    },
  };
}

const fraudAnswers = [
  { question: 'What do you work on?', answer: 'Sublet flats: 5,200 homes, and one of me.' },
  { question: 'Who can confirm that?', answer: 'Margaret Osei let me in before.' },
];
