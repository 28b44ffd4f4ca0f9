import { type ClosedActs, createClosedActs, type Told } from './acts-closed.ts';
import { agencies, type GroupKey, type PersonKey, people, type Words } from './content.ts';
import type { Deed } from './deeds.ts';
import type { Knock } from './doors.ts';
import type { DemoProcess } from './processes.ts';
import type { Cast, DemoNodes } from './story.ts';

/** What somebody who watches the demo can make happen, and what came of it in words. */
export type Acts = {
  /** The stranger tries every door of the department. */
  stranger: () => Promise<Told & { knocks: Knock[] }>;
  /** Stops the council's node, or starts it again. */
  stop: () => Promise<Told>;
  /** Kills the council's node while somebody there writes, starts it again, and looks what became of each post. */
  kill: () => Promise<Told>;
} & ClosedActs;

const postsAtOnce = 6;
const name = agencies.council.name;

export function createActs(nodes: DemoNodes<DemoProcess>, cast: Cast): Acts {
  const { department, council, stranger } = nodes;
  let rounds = 0;
  return {
    ...createClosedActs(nodes, cast),
    stranger: async () => {
      const { services: web, housing: partners } = cast.groups;
      const things = { web, partners, post: cast.inHousing, person: cast.people.ines };
      const [answer = '[]'] = await stranger.perform([{ do: 'knock', at: department.origin, things }]);
      const knocks = JSON.parse(answer) as Knock[];
      const wrong = knocks.filter(({ right }) => !right).length;
      const words: Words =
        wrong === 0
          ? {
              en: `${agencies.stranger.name} tried ${knocks.length / 2} doors of ${agencies.department.name}, each unsigned and signed. What is open to anybody answered; everything else refused.`,
              nl: `${agencies.stranger.name} probeerde ${knocks.length / 2} deuren van ${agencies.department.name}, elk zonder en met ondertekening. Wat voor iedereen open is, antwoordde; al het andere weigerde.`,
            }
          : {
              en: `${wrong} of ${knocks.length} answers were not what they should be.`,
              nl: `${wrong} van de ${knocks.length} antwoorden waren niet zoals ze horen.`,
            };
      return { ok: wrong === 0, words, knocks };
    },
    stop: async () => {
      if (council.isRunning()) {
        await council.pause();
        const words = {
          en: `The node of ${name} has stopped. What the others write waits for it, however long it takes.`,
          nl: `Het knooppunt van ${name} staat uit. Wat de anderen schrijven, wacht erop, hoe lang het ook duurt.`,
        };
        return { ok: true, words };
      }
      await council.start();
      const words = {
        en: `The node of ${name} runs again, and catches up with what it missed.`,
        nl: `Het knooppunt van ${name} draait weer, en haalt in wat het miste.`,
      };
      return { ok: true, words };
    },
    kill: async () => {
      if (!council.isRunning()) await council.start();
      rounds += 1;
      const titles = Array.from(
        { length: postsAtOnce },
        (_, index) => `Written as the power failed: ${rounds}.${index + 1}`,
      );
      const writing = titles.map((title) => council.perform([topic(cast, title)]).then(([uri]) => uri));
      // Whatever has been acknowledged by then, and whatever has not.
      await Promise.race(writing);
      await council.kill();
      const acknowledged = (await Promise.allSettled(writing)).flatMap((one) =>
        one.status === 'fulfilled' && one.value ? [one.value] : [],
      );
      await council.start();
      const arrival: Deed = { do: 'await', posts: acknowledged };
      await Promise.all([department.perform([arrival]), council.perform([arrival])]);
      const ask = titles.map((title): Deed => ({ do: 'count', title }));
      const [here, there] = await Promise.all([council.perform(ask), department.perform(ask)]);
      const doubled = [...here, ...there].filter((count) => Number(count) > 1).length;
      if (doubled > 0)
        return {
          ok: false,
          words: { en: `${doubled} posts are there twice.`, nl: `${doubled} berichten staan er dubbel.` },
        };
      const words = {
        en: `The node of ${name} was killed while ${titles.length} posts were being written, and started again. ${acknowledged.length} had been acknowledged: all are on both nodes, none twice.`,
        nl: `Het knooppunt van ${name} werd afgebroken terwijl er ${titles.length} berichten werden geschreven, en weer gestart. ${acknowledged.length} waren er bevestigd: alle staan op beide knooppunten, geen ervan dubbel.`,
      };
      return { ok: true, words };
    },
  };
}

/** A topic in a group of the department, now. */
export function topic(cast: Cast, title: string, group: GroupKey = 'services', by: PersonKey = 'priya'): Deed {
  const text = 'Written during the demo, to see where it goes.';
  const at = new Date().toISOString();
  const { language } = people[by];
  return { do: 'topic', at, group: cast.groups[group], by: cast.people[by], title, text, language };
}
