import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountOfPerson } from '@joinery/core';
import { expect, test } from 'vitest';
import { commands } from './commands.ts';
import { people } from './index.ts';
import { localPeople, personById } from './store.ts';
import { openWeb } from './testing/web.ts';

type Options = Record<string, string | boolean | undefined>;

async function open() {
  const web = await openWeb([people]);
  const run = async (name: string, positional: string[], options: Options = {}) => {
    const command = commands.find((one) => one.name === name);
    if (!command) throw new Error(`no command ${name}`);
    const answer = await command.run(web.context, { arguments: positional, options });
    return { ...answer, json: answer.json as { id: string; uri: string; signInLink: { address: string } } };
  };
  return { web, run };
}

test('person add answers the person and a link that works', async () => {
  const { web, run } = await open();
  await using _ = web;
  const { json, say } = await run('person add', [], {
    name: 'Ada',
    email: 'ada@council.example',
    admin: true,
    'federation-officer': true,
  });
  expect(json).toMatchObject({
    id: expect.any(String),
    uri: `${web.context.config.origin}/people/${json.id}`,
    handle: 'ada',
  });
  expect(say).toContain(json.signInLink.address);
  expect(await accountOfPerson(web.context.db.reader, json.id)).toMatchObject({
    administrator: 1,
    federation_officer: 1,
  });
  expect((await web.browser().post(new URL(json.signInLink.address).pathname)).status).toBe(303);
  await expect(run('person add', [], { name: '', email: 'x' })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('name: required; email: bad format'),
  });
});

test('person link and disable take an id, a handle or a mail address', async () => {
  const { web, run } = await open();
  await using _ = web;
  const { json } = await run('person add', [], { name: 'Ada', email: 'ada@council.example', admin: true });
  const bob = await run('person add', [], { name: 'Bob', email: 'bob@council.example' });
  const links = new Set<string>();
  for (const reference of [json.id, 'ada', 'Ada@council.example']) {
    links.add((await run('person link', [reference])).json.signInLink.address);
  }
  expect(links.size).toBe(3);
  expect((await run('person disable', ['bob'])).json).toMatchObject({ id: bob.json.id, disabled: true });
  expect((await personById(web.context.db.reader, bob.json.id))?.disabled_at).not.toBeNull();
  await expect(run('person link', ['bob'])).rejects.toMatchObject({ code: 'disabled' });
  await expect(run('person disable', ['ada'])).rejects.toMatchObject({ code: 'conflict' });
  await expect(run('person disable', ['nobody'])).rejects.toMatchObject({ code: 'not_found' });
});

test('person import makes everybody or, with a fault, nobody; once more adds nobody', async () => {
  const { web, run } = await open();
  await using _ = web;
  const folder = mkdtempSync(join(tmpdir(), 'joinery-import-'));
  const file = join(folder, 'people.csv');
  try {
    writeFileSync(file, 'name,email\nAnn,ann@council.example\n=Bob,bob@council.example\n');
    await expect(run('person import', [file])).rejects.toMatchObject({
      message: expect.stringContaining('line 3: name: bad format'),
    });
    expect(await localPeople(web.context.db.reader, { limit: 9 })).toEqual([]);
    writeFileSync(
      file,
      'name,email,handle\nAnn,ann@council.example,\nBob,bob@council.example,bobby\nCas,cas@council.example,\n',
    );
    expect((await run('person import', [file])).json).toMatchObject({
      made: [{ name: 'Ann' }, { handle: 'bobby' }, { name: 'Cas' }],
      here: [],
    });
    expect((await run('person import', [file])).json).toMatchObject({
      made: [],
      here: ['ann@council.example', 'bob@council.example', 'cas@council.example'],
    });
    await expect(run('person import', [join(folder, 'missing.csv')])).rejects.toMatchObject({ code: 'not_found' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
