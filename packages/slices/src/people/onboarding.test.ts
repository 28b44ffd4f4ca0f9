import { accountByEmail, accountOfPerson, eventsAfter, setEnd, transact } from '@joinery/core';
import { expect, test } from 'vitest';
import { describeStores } from '../../../../test/harness/store.ts';
import { readImportFile } from './import-file.ts';
import { planImport } from './import-plan.ts';
import { people } from './index.ts';
import { managedPeople } from './managed.ts';
import {
  addPerson,
  disableLeaver,
  enableReturner,
  findLocal,
  importPeople,
  linkFor,
  linksForNewcomers,
} from './onboarding.ts';
import { localPeople } from './store.ts';

const by = { kind: 'system', what: 'test' } as const;
const person = (name: string, administrator = false) => ({
  name,
  email: `${name.toLowerCase()}@council.example`,
  administrator,
  federationOfficer: false,
});

describeStores('people and their accounts', (open) => {
  test('a person whose mail address is taken is not half made', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    await addPerson(context, by, person('Jan'));
    await expect(addPerson(context, by, { ...person('Other'), email: 'ＪＡＮ@Council.example' })).rejects.toMatchObject(
      {
        code: 'invalid',
        faults: [{ field: 'email', code: 'taken' }],
      },
    );
    const { reader } = context.db;
    expect(await localPeople(reader, { limit: 9 })).toHaveLength(1);
    expect(await reader.selectFrom('handle').select('name').where('kind', '=', 'person').execute()).toEqual([
      { name: 'jan' },
    ]);
    expect(await eventsAfter(reader, 0, 9)).toHaveLength(1);
  });

  test('a list is planned against who is here, imported, and imported again without effect', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    await addPerson(context, by, person('Jan'));
    const file = readImportFile(
      'name,email,handle\nJan,JAN@council.example,\nAnn,ann@council.example,annie\nBob,bob@council.example,jan\nCas,cas@council.example,admin',
    );
    if (!file.ok) throw new Error(file.fault.code);
    const { reader } = context.db;
    const plan = await planImport(reader, file);
    expect(plan.here.map((row) => row.name)).toEqual(['Jan']);
    expect(plan.rows.map((row) => row.name)).toEqual(['Ann']);
    expect(plan.faults).toMatchObject([
      { line: 4, field: 'handle', code: 'taken' },
      { line: 5, field: 'handle', code: 'reserved' },
    ]);
    const rows = [...plan.rows, { name: 'Bob', email: 'bob@council.example', handle: 'jan' }];
    const first = await importPeople(context, by, rows, 'nl');
    expect(first).toMatchObject([{ made: { handle: 'annie', language: 'nl' } }, { made: { handle: 'bob' } }]);
    const again = await importPeople(context, by, rows, 'nl');
    expect(again).toMatchObject([{ skipped: 'here_already' }, { skipped: 'here_already' }]);
    expect(await localPeople(reader, { limit: 9 })).toHaveLength(3);
  });

  test('a leaver loses access in the same change that says so, and gets it back without tokens', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    const ada = await addPerson(context, by, person('Ada', true));
    const jan = await addPerson(context, by, person('Jan'));
    await linkFor(context, by, jan.id);
    await disableLeaver(context, by, jan.id);
    const { reader } = context.db;
    expect((await accountByEmail(reader, 'jan@council.example'))?.disabled_at).not.toBeNull();
    expect(await reader.selectFrom('sign_in_link').select('id').execute()).toEqual([]);
    await expect(linkFor(context, by, jan.id)).rejects.toMatchObject({ code: 'disabled' });
    await enableReturner(context, by, jan.id);
    expect((await accountByEmail(reader, 'jan@council.example'))?.disabled_at).toBeNull();
    // The last administrator: neither the account nor the person is touched.
    await expect(disableLeaver(context, by, ada.id)).rejects.toMatchObject({ code: 'conflict' });
    expect((await findLocal(reader, 'ada')).disabled_at).toBeNull();
    const names = (await eventsAfter(reader, 0, 20)).map((event) => event.name);
    expect(names).toEqual(['person.created', 'person.created', 'person.disabled', 'person.enabled']);
  });

  test('administrators see roles and who has not signed in yet; those get links', async () => {
    await using store = await open({ slices: [people] });
    const { context } = store;
    await addPerson(context, by, person('Ada', true));
    await addPerson(context, by, person('Jan'));
    const { reader } = context.db;
    const managed = await managedPeople(reader, await localPeople(reader, { limit: 9 }));
    expect(managed).toMatchObject([
      { name: 'Ada', email: 'ada@council.example', administrator: true, signedIn: false },
      { name: 'Jan', administrator: false, federationOfficer: false },
    ]);
    // A guest who never came, and whose time is over.
    const gita = await addPerson(context, by, person('Gita'));
    const account = await accountOfPerson(reader, gita.id);
    await transact(context, by, (work) => setEnd(work, account?.id ?? '', '2020-01-01T00:00:00.000Z'));
    const links = await linksForNewcomers(context, by);
    expect(links.map((link) => link.name)).toEqual(['Ada', 'Jan']);
    expect(new Set(links.map((link) => link.address)).size).toBe(2);
  });
});
