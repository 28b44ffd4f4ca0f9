import { writeFile } from 'node:fs/promises';
import { arrivingPath, type Context, newId, refuse, transact, type Visitor } from '@joinery/core';
import { decideAs } from '@joinery/federation';
import { approveReading, askToRead, beginPage, endReading } from '@joinery/slices/emergency';
import { receiveFile } from '@joinery/slices/files';
import { type GroupChange, labelGroup, setQuestions, updateGroup } from '@joinery/slices/groups';
import { addDocument, addVersion, makeFolder, mark } from '@joinery/slices/library';
import { deletePost, markdownText } from '@joinery/slices/posts';

/** What a node of the demo does for closed groups, libraries and emergency access. Ids are local ones. */

/** What a group promises and asks, beyond what every group has. */
export type DemoShape = {
  terms: GroupChange;
  /** Id of one of the labels that every agency begins with. */
  label: string | null;
  questions: readonly string[];
  /** Nodes of its members that have no agreement with each other learn of each other. */
  introduces: boolean;
};

const by = { kind: 'system', what: 'demo' } as const;

const at = (context: Context, instant: string): Context => ({ ...context, clock: { now: () => new Date(instant) } });

export async function shapeGroup(
  context: Context,
  { group, owner, shape }: { group: { id: string; uri: string }; owner: string; shape: DemoShape },
): Promise<void> {
  const { terms, label, questions, introduces } = shape;
  await transact(context, by, async (work) => {
    await updateGroup(work, group.id, owner, terms);
    await setQuestions(
      work,
      group.id,
      owner,
      questions.map((text) => ({ text, required: true })),
    );
    const reason = 'Cases of people are discussed';
    if (label) await labelGroup(work, { group: group.id, person: owner, label, by: 'Demo', reason });
    if (introduces) await context.ports.introductions.set(work, group, true);
  });
}

/** Takes the nodes that a partner's closed groups introduce. */
export async function takeIntroductions(context: Context, origin: string): Promise<void> {
  const reason = 'Their closed groups have members whom we do not know yet';
  await transact(context, by, (work) =>
    decideAs(work, 'change', { origin, fields: { introductions: true }, by: 'Demo', reason }),
  );
}

/** @returns local id */
export async function folderIn(context: Context, input: { group: string; by: string; name: string }): Promise<string> {
  return (await transact(context, by, (work) => makeFolder(work, { ...input, parent: '' }))).id;
}

export type Paper = {
  group: string;
  folder: string;
  by: string;
  title: string;
  text: string;
  language: string;
  official: boolean;
  deleted: boolean;
  versions: readonly { at: string; name: string; content: string; note: string }[];
};

/** Brings a document with all its versions. @returns its address */
export async function bringPaper(context: Context, paper: Paper): Promise<string> {
  const bring = async (then: Context, name: string, content: string) => {
    const id = newId();
    const path = arrivingPath(then.files, id);
    await writeFile(path, content);
    return (await receiveFile(then, { id, path, name, owner: paper.by })).id;
  };
  const [first, ...later] = paper.versions;
  if (!first) return refuse('invalid', 'A document has a file');
  const began = at(context, first.at);
  const file = await bring(began, first.name, first.content);
  const { group, folder, by: author, title, language } = paper;
  const post = await transact(began, by, (work) =>
    addDocument(work, {
      ...{ group, folder, by: author, title, language, file, note: first.note },
      description: markdownText(paper.text),
    }),
  );
  for (const version of later) {
    const then = at(context, version.at);
    const next = await bring(then, version.name, version.content);
    await transact(then, by, (work) => addVersion(work, { post: post.id, by: author, file: next, note: version.note }));
  }
  if (paper.official) await transact(context, by, (work) => mark(work, { post: post.id, official: true, by: author }));
  if (paper.deleted) await transact(context, by, (work) => deletePost(work, { post: post.id, author }));
  return post.uri;
}

async function visitorOf(context: Context, id: string): Promise<Pick<Visitor, 'person' | 'administrator'>> {
  const { reader } = context.db;
  const person = (await context.ports.people.byId(reader, id)) ?? refuse('not_found', 'Nobody has this id');
  const account = await reader.selectFrom('account').select('administrator').where('person_id', '=', id).execute();
  return { person, administrator: account[0]?.administrator === 1 };
}

/** An administrator asks to read a closed group in an emergency. @returns the address of the request */
export async function askInEmergency(
  context: Context,
  input: { group: string; by: string; reason: string },
): Promise<string> {
  const asking = await visitorOf(context, input.by);
  return (await transact(context, by, (work) => askToRead(work, asking, input))).uri;
}

const idOf = (uri: string): string => uri.split('/').at(-1) ?? '';

/** The second person says yes. */
export async function agreeToEmergency(context: Context, input: { access: string; by: string }): Promise<void> {
  const agreeing = await visitorOf(context, input.by);
  await transact(context, by, (work) => approveReading(work, idOf(input.access), agreeing));
}

/** Whoever asked reads the list of topics and one of them, and needs it no longer: each page is written down. */
export async function readInEmergency(
  context: Context,
  input: { access: string; by: string; topic: string },
): Promise<void> {
  const reading = await visitorOf(context, input.by);
  await transact(context, by, async (work) => {
    await beginPage(work, idOf(input.access), reading, { what: 'topics', subject_id: null });
    await beginPage(work, idOf(input.access), reading, { what: 'topic', subject_id: input.topic });
  });
}

export async function endEmergency(context: Context, input: { access: string; by: string }): Promise<void> {
  const ending = await visitorOf(context, input.by);
  await transact(context, by, (work) => endReading(work, idOf(input.access), ending));
}
