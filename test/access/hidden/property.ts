import type { Slice } from '@joinery/core';
import fc from 'fast-check';
import { fillGroups } from './groups.ts';
import { holdNews, listen } from './listen.ts';
import {
  type Group,
  type Kind,
  mayCome,
  noteShown,
  type PersonHere,
  peers,
  peopleHere,
  type Visitor,
} from './model.ts';
import {
  type Address,
  addressesForPeers,
  addressesForPeople,
  ask,
  comparable,
  differenceOf,
  differsFromMissing,
  wrongIn,
} from './questions.ts';
import { happen, type Step } from './steps.ts';
import { openWorld, type World } from './world.ts';

const kinds = ['listed', 'hidden', 'open', 'listed elsewhere', 'hidden elsewhere', 'conversation'] as const;
const each: Record<Kind, number> = {
  ...{ listed: 8, hidden: 14, open: 1, 'listed elsewhere': 5, 'hidden elsewhere': 8, conversation: 6 },
};
const few: Record<Kind, number> = {
  ...{ listed: 3, hidden: 6, open: 1, 'listed elsewhere': 2, 'hidden elsewhere': 3, conversation: 2 },
};
/** What shows outside of a group. */
const outside = ['list', 'reading', 'suspended', 'allowed', 'narrowed', 'lowered', 'restarted'];
const outsiders: Visitor[] = ['nobody', 'stranger', 'administrator', 'officer', 'guest', 'bystanding'];

type Question = { visitor: Visitor; address: number; post: number; missing: boolean; token: boolean };
type Sequence = {
  kind: Kind;
  /** `again` is asked as well once the node was started again. */
  steps: { step: Step; questions: Question[]; again: Question; drains: boolean }[];
  witness: { visitor: number; address: number } | null;
  /** Whose page is open meanwhile. */
  listener: PersonHere | null;
};

const small = fc.nat({ max: 999 });
const stepOf: fc.Arbitrary<Step> = fc.record({
  what: fc.nat({ max: 99_999 }),
  who: small,
  which: small,
  how: small,
});
const questionOf: fc.Arbitrary<Question> = fc.record({
  visitor: fc.constantFrom<Visitor>(
    ...peopleHere,
    ...peers,
    'nobody',
    'member',
    'joiner',
    'stranger',
    'members',
    'second',
  ),
  address: fc.nat({ max: 99_999 }),
  post: small,
  missing: fc.nat({ max: 5 }).map((n) => n === 0),
  token: fc.boolean(),
});

const nowAndThen = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const stepAndQuestions = fc.record({
  step: stepOf,
  questions: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Question[]>([]) },
    { weight: 1, arbitrary: fc.array(questionOf, { minLength: 1, maxLength: 1 }) },
  ),
  again: questionOf,
  // What follows in the background follows at once, or later, with that of the next.
  drains: fc.nat({ max: 4 }).map((n) => n === 0),
});

/** @param longest number of steps in one sequence */
const sequenceOf = (longest: number): fc.Arbitrary<Sequence> =>
  fc.record({
    kind: fc.constantFrom<Kind>(
      'hidden',
      'hidden',
      'hidden',
      'listed',
      'listed',
      'hidden elsewhere',
      'listed elsewhere',
      'conversation',
    ),
    // Most are as long as they may be, and somebody looks after every third step.
    steps: fc.oneof(
      { weight: 1, arbitrary: fc.array(stepAndQuestions, { minLength: 1, maxLength: 2 }) },
      { weight: 9, arbitrary: fc.array(stepAndQuestions, { minLength: Math.ceil(longest / 2), maxLength: longest }) },
    ),
    listener: nowAndThen(fc.constantFrom<PersonHere>('member', 'joiner', 'facilitator', 'stranger', 'officer')),
    witness: nowAndThen(fc.record({ visitor: small, address: fc.nat({ max: 99_999 }) })),
  });

/** What the run came upon: that it looked at something, and that what may be seen was seen. */
export type Tally = {
  sequences: number;
  steps: number;
  answers: number;
  /** In which sequence whoever may see something last saw something. */
  seen: Map<Visitor, number>;
  mails: number;
  listened: number;
  /** Of these, to a group that lives elsewhere. */
  listenedElsewhere: number;
  /** How often the node was started again, and how often somebody looked at it after that. */
  restarts: number;
  lookedAfter: number;
  witnessed: number;
};

/**
 * Random sequences of what happens in groups, with random questions after each step.
 * @param options.slices those of the node, or some with a fault in them
 * @param options.shrinks whether the shortest sequence is looked for; in fewer groups where it is not
 * @throws with the shortest sequence that shows somebody what they may not see
 */
export async function checkSequences(options: {
  slices: Slice[];
  runs: number;
  longest: number;
  seed: number;
  shrinks?: boolean;
}): Promise<Tally> {
  using _held = holdNews();
  await using world = await openWorld(options.slices);
  await fillGroups(world, options.shrinks === false ? few : each);
  // Whatever waits for a while has come.
  world.forward(86_400_000);
  await world.drain();
  world.said();
  world.keep();
  const checks = createChecks(world, options.slices);
  await fc.assert(
    fc.asyncProperty(sequenceOf(options.longest), (sequence) => checks.run(sequence)),
    { numRuns: options.runs, seed: options.seed, endOnFailure: options.shrinks === false },
  );
  return checks.tally;
}

function createChecks(world: World, slices: Slice[]) {
  const forPeople = addressesForPeople();
  // Streams tell the most: they are asked for as often as all else together.
  const known = addressesForPeers(slices);
  const streams = known.filter(({ name }) => name.startsWith('streams/'));
  const forPeers = [...known, ...known.map((_one, n) => streams[n % streams.length] as Address)];
  const addressOf = (visitor: Visitor, n: number): Address => {
    const list = (peers as readonly string[]).includes(visitor) ? forPeers : forPeople;
    return list[n % list.length] as Address;
  };
  const first = world.groups.map((group) => ({
    ...group,
    standing: new Map(group.standing),
    posts: group.posts.map((post) => ({ post, as: { ...post } })),
  }));
  const unused = new Map<Kind, Group[]>();
  const tally: Tally = {
    ...{ sequences: 0, steps: 0, answers: 0, seen: new Map(), mails: 0 },
    ...{ listened: 0, listenedElsewhere: 0, restarts: 0, lookedAfter: 0, witnessed: 0 },
  };
  let failed = false;

  const putBack = async () => {
    await world.putBack();
    world.groups.length = first.length;
    for (const [index, group] of world.groups.entries()) {
      const { posts, standing, ...as } = first[index] as (typeof first)[number];
      Object.assign(group, as, {
        standing: new Map(standing),
        posts: posts.map((one) => Object.assign(one.post, one.as)),
      });
    }
    for (const kind of kinds)
      unused.set(
        kind,
        world.groups.filter((group) => group.kind === kind),
      );
  };
  /** One that nothing has happened in yet. After a failure all is put back each time, so that the shorter sequence starts where the longer did. */
  const take = async (kind: Kind): Promise<Group> => {
    if (failed || !unused.get(kind)?.length) await putBack();
    return unused.get(kind)?.pop() as Group;
  };

  async function look(group: Group, question: Question): Promise<void> {
    const { visitor } = question;
    const address = addressOf(visitor, question.address);
    const post = group.posts[question.post % group.posts.length];
    if (!post) return;
    const words = world.words.of(post);
    const about = { group, post, word: words[question.post % words.length] ?? group.handle };
    const answer = await ask(world, visitor, address, about, { token: question.token });
    tally.answers += 1;
    const wrong = wrongIn(world, visitor, address, about, answer);
    const agreement = world.agreementOf(visitor);
    if (world.words.in(answer.text).some(({ place }) => place.group === group && mayCome(place, visitor, agreement)))
      tally.seen.set(visitor, tally.sequences);
    const differs = question.missing ? await differsFromMissing(world, visitor, address, about, answer) : null;
    if (differs) wrong.push(differs);
    if (wrong.length > 0)
      throw new Error(`${visitor}, ${address.name} ${address.path(about, world, visitor)}: ${wrong.join(', ')}`);
  }

  /** Nothing of what is written is in a log line, and mails tell nobody what they may not see. */
  function overhear(): void {
    const { lines, mails } = world.said();
    const inLogs = lines.filter((line) => world.words.in(line).some(({ said }) => said.startsWith('zq')));
    if (inLogs.length > 0) throw new Error(`in the log: ${inLogs[0]}`);
    tally.mails += mails.length;
    for (const mail of mails) {
      const person = peopleHere.find((name) => JSON.stringify(mail.to).includes(world.here[name].email));
      const told = world.words
        .in(JSON.stringify(mail))
        .filter(
          ({ said, place }) =>
            said.startsWith('zq') &&
            place.group.closed &&
            !(person && mayCome(place, person, world.agreementOf(person))),
        );
      if (told.length > 0)
        throw new Error(`in a mail to the ${person}: ${told.map(({ said }) => said).join(', ')}\n${mail.text}`);
    }
  }

  return {
    tally,
    run: async ({ kind, steps, witness, listener }: Sequence): Promise<void> => {
      try {
        const group = await take(kind);
        world.forward(11 * 60_000);
        tally.sequences += 1;
        const visitor = outsiders[(witness?.visitor ?? 0) % outsiders.length] as Visitor;
        const address = addressOf(visitor, witness?.address ?? 0);
        const about = { group, post: group.posts[0] as Group['posts'][number], word: group.handle };
        // How much waits for a node, and how full the disk is, those who look after the node may know.
        const isHidden = witness !== null && kind.startsWith('hidden') && !/administration|peers/.test(address.name);
        const before = isHidden ? await ask(world, visitor, address, about) : null;
        let onlyInside = isHidden;
        await using open = new AsyncDisposableStack();
        const begin = async () => {
          const listening = listener && (await listen(world, listener, group));
          if (listening) open.use(listening);
          tally.listened += listening ? 1 : 0;
          tally.listenedElsewhere += listening && !group.here ? 1 : 0;
          return listening;
        };
        let listening = await begin();
        let isAfterRestart = false;
        for (const [index, { step, questions, again, drains }] of steps.entries()) {
          noteShown(group, world.agreementOf);
          const happened = await happen(world, group, step);
          tally.steps += happened ? 1 : 0;
          if (happened) onlyInside &&= !outside.includes(happened);
          if (happened === 'restarted') {
            tally.restarts += 1;
            isAfterRestart = true;
            // The process took the open pages with it; a browser asks again.
            listening = await begin();
          }
          if (drains || index === steps.length - 1) {
            await world.drain();
            overhear();
          }
          for (const question of isAfterRestart ? [...questions, again] : questions)
            await look(group.begun && question.post % 2 === 0 ? group.begun : group, question);
          tally.lookedAfter += isAfterRestart ? 1 : 0;
        }
        const heard = await listening?.wrong();
        if (heard) throw new Error(heard);
        if (before && onlyInside) {
          tally.witnessed += 1;
          const now = comparable(await ask(world, visitor, address, about));
          if (now !== comparable(before))
            throw new Error(
              `${visitor}, ${address.name}: what happened inside a hidden group shows: ${differenceOf(comparable(before), now)}`,
            );
        }
        await settleAgreements(world);
      } catch (error) {
        failed = true;
        throw error;
      }
    },
  };
}

/** The next sequence starts with everything allowed. */
async function settleAgreements(world: World): Promise<void> {
  for (const peer of ['members', 'second'] as const) {
    const { allowed, closedGroups, ceiling } = world.agreements[peer];
    if (allowed && closedGroups && ceiling === 2) continue;
    await world.decide(peer, 'allow', {
      scopes: ['discover', 'open-groups', 'closed-groups'],
      classification: 'confidential',
    });
    Object.assign(world.agreements[peer], { allowed: true, closedGroups: true, ceiling: 2 });
  }
}
