import { writeFile } from 'node:fs/promises';
import {
  type ActorKeys,
  arrivingPath,
  type Context,
  newId,
  type Visitor,
  type Work,
  writeRestored,
} from '@joinery/core';
import { beginConversation, sendMessage } from '@joinery/slices/conversations';
import { approveReading, askToRead } from '@joinery/slices/emergency';
import { attachFile, receiveFile } from '@joinery/slices/files';
import { createGroup } from '@joinery/slices/groups';
import { addDocument, addVersion, makeFolder } from '@joinery/slices/library';
import { addPerson } from '@joinery/slices/people';
import { createTopic, deletePost, hold, markdownText, reply } from '@joinery/slices/posts';

const by = { kind: 'system', what: 'test' } as const;
const documents = 40;
const versions = 12;
const messages = 60;
const waiting = 20;
const longestHold = 86_400;
const papers = 'Punt;Budget;Besteed\nZandzakken;12500;11980\nPompen;48000;51250\n';

type Act = <T>(change: (work: Work) => Promise<T>) => Promise<T>;

/** What a node in daily use has besides posts, by its ids. */
export type BusyMore = {
  library: Record<'folder' | 'document', string>;
  /** In a closed group, so that it is kept who opened it. */
  file: string;
  /** With somebody of a partner. */
  over: string;
  emergency: Record<'asked' | 'open' | 'topic', string>;
  /** In a large group, of the reader, and not left yet. */
  held: string;
};

/**
 * A library with a document of many versions, a file in a closed group, a long conversation over nodes, emergency access, and people who wait since the node was restored.
 * @param input.guest somebody of a partner whose agreement covers conversations
 */
export async function fillMore(
  context: Context,
  act: Act,
  keys: ActorKeys,
  input: Record<'reader' | 'officer' | 'large' | 'closed' | 'guest', string> & { staff: readonly string[] },
): Promise<BusyMore> {
  const { reader, officer, large, closed, guest, staff } = input;
  const bring = async (name: string, content: string) => {
    const id = newId();
    const path = arrivingPath(context.files, id);
    await writeFile(path, content);
    return (await receiveFile(context, { id, path, name, owner: reader })).id;
  };

  const folder = await act((work) => makeFolder(work, { group: large, parent: '', name: 'Formulieren', by: reader }));
  const add = async (number: number) => {
    const file = await bring(`formulier-${number}.csv`, papers);
    return act((work) =>
      addDocument(work, {
        ...{ group: large, folder: folder.id, by: reader, title: `Formulier ${number}`, language: 'nl', file },
        ...{ description: { content: '', source: '' }, note: '' },
      }),
    );
  };
  const document = await add(0);
  for (let number = 1; number < documents; number += 1) await add(number);
  for (let number = 1; number < versions; number += 1) {
    const file = await bring(`formulier-0-${number}.csv`, papers);
    await act((work) => addVersion(work, { post: document.id, by: reader, file, note: `Ronde ${number}` }));
  }
  const gone = await add(documents);
  await act((work) => deletePost(work, { post: gone.id, author: reader }));

  const file = await bring('Kosten van de oefening.csv', papers);
  await act(async (work) => {
    const note = { title: 'Stukken voor de oefening', ...markdownText('Lees dit voor donderdag.') };
    const topic = await createTopic(work, { group: closed, author: reader, language: 'nl', ...note });
    await attachFile(work, { file, holder: { kind: 'posts', id: topic.id }, by: reader });
  });
  const draft = { group: large, replyTo: null, author: reader, title: 'Nog niet weg', source: 'Dit wacht nog even.' };
  const held = await act((work) => hold(work, { ...draft, language: 'nl' }, longestHold));

  const begin = { by: reader, people: [guest], subject: '', content: 'Mag ik iets vragen?', language: 'nl', keys };
  const over = await act((work) => beginConversation(work, begin));
  await act(async (work) => {
    for (let number = 0; number < messages; number += 1)
      await sendMessage(work, { conversation: over.id, by: reader, content: `En nog iets: ${number}`, language: 'nl' });
  });

  const emergency = await fillEmergency(context, act, keys, officer, staff);
  await restore(context, act, officer);
  return { library: { folder: folder.id, document: document.id }, file, over: over.id, emergency, held: held.id };
}

/** The officer reads a closed group in which they are not, and asks to read another one. */
async function fillEmergency(
  context: Context,
  act: Act,
  keys: ActorKeys,
  officer: string,
  staff: readonly string[],
): Promise<BusyMore['emergency']> {
  const visitor = async (id: string, administrator: boolean): Promise<Pick<Visitor, 'person' | 'administrator'>> => {
    const person = await context.ports.people.byId(context.db.reader, id);
    if (!person) throw new Error('The person is missing');
    return { person, administrator };
  };
  const [owner = ''] = staff;
  const [asking, agreeing] = [await visitor(officer, true), await visitor(owner, false)];
  return act(async (work) => {
    const rules = { reading: 'members', joining: 'invited', owner, keys } as const;
    const made = await createGroup(work, { ...rules, name: 'Waterplan archief', handle: 'waterplan' });
    const other = await createGroup(work, { ...rules, name: 'Klachtencommissie', handle: 'klachten' });
    let topic = '';
    for (let number = 0; number < 30; number += 1) {
      const note = { title: `Plank ${number}`, ...markdownText('Wat er op staat, en wat eerst gaat.') };
      topic = (await createTopic(work, { group: made.id, author: owner, language: 'nl', ...note })).id;
    }
    for (let number = 0; number < 30; number += 1)
      await reply(work, { replyTo: topic, author: owner, ...markdownText('En de kaarten.') });
    const open = await askToRead(work, asking, { group: made.uri, reason: 'Water in het archief, wat gaat eerst?' });
    await approveReading(work, open.id, agreeing);
    const asked = await askToRead(work, asking, { group: other.uri, reason: 'De rechter vraagt om een stuk.' });
    return { asked: asked.id, open: open.id, topic };
  });
}

/** The node was restored once, and some have not been let in since. */
async function restore(context: Context, act: Act, officer: string): Promise<void> {
  const people: string[] = [];
  for (let number = 0; number < waiting; number += 1) {
    const person = { name: `Wacht ${number}`, email: `wacht${number}@example.test` };
    people.push((await addPerson(context, by, { ...person, administrator: false, federationOfficer: false })).id);
  }
  await act(async (work) => {
    const held = { held_at: work.now, disabled_at: work.now };
    await work.db.updateTable('account').set(held).where('person_id', 'in', people).execute();
    const decision = { take: 'anew', person: officer, by: '', reason: 'The disk failed' } as const;
    await writeRestored(work.db, { at: work.now, asOf: work.now, confirmedAt: work.now, waiting: [], decision });
  });
}
