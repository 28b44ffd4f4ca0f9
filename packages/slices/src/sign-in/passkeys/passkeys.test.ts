import { type By, createAccount, disableAccount, transact } from '@joinery/core';
import { expect, it } from 'vitest';
import { describeStores, type TestStore } from '../../../../../test/harness/store.ts';
import { people } from '../../people/index.ts';
import { signIn } from '../index.ts';
import { type RelyingParty, relyingParty } from './answers.ts';
import type { Asked } from './challenges.ts';
import { addPasskey, askForNewPasskey, passkeysOf, removePasskey, renamePasskey } from './passkeys.ts';
import { askForPasskey, usePasskey } from './signing-in.ts';
import { createDevice, type Device, type Told } from './testing/device.ts';

const system: By = { kind: 'system', what: 'test' };
const by = { kind: 'person', person: 'anna' } as const;
const network = '192.0.2.1';
const minute = 60_000;
const party: RelyingParty = { id: 'samen.council.example', origin: 'https://samen.council.example' };
const here = { origin: party.origin, rpId: party.id };

it('Passkeys are for addresses with a name: over https, and over http on the machine itself', () => {
  expect(relyingParty('https://samen.council.example')).toEqual(party);
  expect(relyingParty('https://samen.council.example:8443')).toEqual({
    id: 'samen.council.example',
    origin: 'https://samen.council.example:8443',
  });
  expect(relyingParty('http://localhost:3000')).toEqual({ id: 'localhost', origin: 'http://localhost:3000' });
  for (const origin of ['http://127.0.0.1:3000', 'http://[::1]:3000', 'https://192.0.2.7', 'http://node.example'])
    expect(relyingParty(origin)).toBeNull();
});

describeStores('Passkeys', (open) => {
  let now = Date.parse('2026-11-22T10:00:00.000Z');

  async function prepared() {
    const store = await open({ slices: [people, signIn], origin: party.origin, now: () => new Date(now) });
    const account = (name: string) =>
      transact(store.context, system, (work) =>
        createAccount(work, { person: name, email: `${name}@council.example` }),
      );
    const [anna, ben] = [await account('anna'), await account('ben')];
    return { store, anna: anna.id, ben: ben.id };
  }

  const adding = (account: string, browser = 'hers') => ({ purpose: 'add', browser, account }) as const;
  const anyone: Asked = { purpose: 'sign-in', browser: 'hers', account: null };

  async function add(
    { context }: TestStore,
    account: string,
    device: Device,
    told: Partial<Told> = {},
    format?: string,
  ) {
    const asked = adding(account);
    const { challenge, user } = await askForNewPasskey(context, party, asked, { name: 'Anna' });
    const text = device.make({ ...here, challenge, ...told }, { userHandle: user.id, ...(format ? { format } : {}) });
    return addPasskey(context, party, by, asked, text, { name: '', agent: 'Chrome on Windows' });
  }

  /** Asks and answers; `told` is what the browser and device say otherwise than is true. */
  async function use({ context }: TestStore, device: Device, told: Partial<Told> = {}, asked = anyone) {
    const { challenge } = await askForPasskey(context, party, asked, network);
    return usePasskey(context, party, asked, device.use({ ...here, challenge, ...told }), network);
  }

  const whys = (store: TestStore) =>
    store.logged.flatMap((line) => {
      const { code, why } = JSON.parse(line) as { code: string; why: string };
      return code === 'sign_in.passkey_refused' ? [why] : [];
    });

  it('sign in whoever has added one, and say nothing of them to whoever asks or finds the device', async () => {
    const { store, anna, ben } = await prepared();
    await using _ = store;
    const { context } = store;
    const device = createDevice();
    const options = await askForNewPasskey(context, party, adding(anna), { name: 'Anna' });
    expect(options).toMatchObject({
      rp: { id: party.id },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    expect(options.user.id).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(options.user.id, 'base64url').toString()).not.toContain('anna');
    expect(await add(store, anna, device)).toMatchObject({
      passkey: { name: 'Chrome on Windows', last_used_at: null },
    });
    now += minute;
    expect(await use(store, device)).toMatchObject({ account: anna });
    expect((await passkeysOf(context.db.reader, anna))[0]?.last_used_at).toBe(new Date(now).toISOString());

    // The same question for everybody, and nothing in the database with which to answer it.
    const { challenge, ...question } = await askForPasskey(context, party, anyone, network);
    expect(question).toEqual({
      rpId: party.id,
      timeout: 5 * minute,
      userVerification: 'required',
      allowCredentials: [],
    });
    const stored = await context.db.reader.selectFrom('sign_in_passkey_challenge').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(challenge);

    // A second device of hers carries the same handle, one of somebody else another.
    await add(store, anna, createDevice());
    await add(store, ben, createDevice());
    const handles = async (account: string) =>
      (await passkeysOf(context.db.reader, account)).map((one) => one.user_handle);
    expect(new Set(await handles(anna)).size).toBe(1);
    expect(await handles(ben)).not.toEqual([(await handles(anna))[0]]);
    expect(store.logged.join()).not.toContain(device.credentialId);
  });

  it('are refused when one thing in a genuine answer is not as it must be', async () => {
    const { store, anna, ben } = await prepared();
    await using _ = store;
    const { context } = store;
    const device = createDevice();
    await add(store, anna, device);
    const hostile: [Partial<Told>, string][] = [
      [{ origin: 'https://samen.council.example.evil.example' }, 'origin'],
      [{ origin: 'http://samen.council.example' }, 'origin'],
      [{ origin: 'https://samen.council.example:444' }, 'origin'],
      [{ crossOrigin: true }, 'origin'],
      [{ rpId: 'other.council.example' }, 'rp_id'],
      [{ rpId: 'council.example' }, 'rp_id'],
      [{ userVerified: false }, 'user_verification'],
      [{ userPresent: false }, 'user_verification'],
      [{ challenge: 'A'.repeat(43) }, 'challenge'],
      [{ challenge: '' }, 'challenge'],
      [{ type: 'webauthn.create' }, 'malformed'],
      [{ userHandle: null }, 'user_handle'],
      [{ userHandle: 'B'.repeat(43) }, 'user_handle'],
    ];
    // Each from another network: what is looked at here is not how often one may try.
    let tries = 0;
    const from = () => {
      tries += 1;
      return `198.51.100.${tries}`;
    };
    for (const [told, fault] of hostile) {
      const { challenge } = await askForPasskey(context, party, anyone, network);
      const text = device.use({ ...here, challenge, ...told });
      expect.soft(await usePasskey(context, party, anyone, text, from()), JSON.stringify(told)).toEqual({ fault });
    }
    // A device that nobody here knows, and the key of another under a name that is known.
    const [stranger, impostor] = [createDevice(), createDevice()];
    expect(await use(store, stranger, { userHandle: 'B'.repeat(43) })).toEqual({ fault: 'unknown' });
    const { challenge } = await askForPasskey(context, party, anyone, network);
    const [row] = await passkeysOf(context.db.reader, anna);
    const forged = JSON.parse(impostor.use({ ...here, challenge, userHandle: row?.user_handle ?? '' }));
    const named = JSON.stringify({ ...forged, id: device.credentialId, rawId: device.credentialId });
    expect(await usePasskey(context, party, anyone, named, from())).toEqual({ fault: 'signature' });
    for (const text of ['', '{', '[]', '{"id":1}', 'x'.repeat(30_000), JSON.stringify({ ...forged, response: {} })])
      expect(await usePasskey(context, party, anyone, text, from())).toEqual({ fault: 'malformed' });

    // Where somebody has proven their password already, only their own will do; and they need not say whose it is.
    const second: Asked = { purpose: 'second-step', browser: 'hers', account: ben };
    expect(await use(store, device, {}, second)).toEqual({ fault: 'other_account' });
    expect(await use(store, device, { userHandle: null }, { ...second, account: anna })).toMatchObject({
      account: anna,
    });
    expect(whys(store)).toEqual(expect.arrayContaining(['origin', 'rp_id', 'challenge', 'signature', 'other_account']));
    expect(await use(store, device)).toMatchObject({ account: anna });
  });

  it('answer each question once, in the browser that was asked, for what it was asked, within five minutes', async () => {
    const { store, anna, ben } = await prepared();
    await using _ = store;
    const { context } = store;
    const device = createDevice();
    await add(store, anna, device);
    const ask = async () => {
      const { challenge } = await askForPasskey(context, party, anyone, network);
      return device.use({ ...here, challenge });
    };
    const answer = (text: string, asked = anyone) => usePasskey(context, party, asked, text, network);
    const stale = { fault: 'challenge' };
    const text = await ask();
    expect(await answer(text, { ...anyone, browser: 'of a thief' })).toEqual(stale);
    expect(await answer(text, { ...anyone, purpose: 'confirm', account: anna })).toEqual(stale);
    expect(await answer(text)).toMatchObject({ account: anna });
    expect(await answer(text)).toEqual(stale);
    const confirm: Asked = { purpose: 'confirm', browser: 'hers', account: anna };
    const { challenge: asked } = await askForPasskey(context, party, confirm, network);
    const confirming = device.use({ ...here, challenge: asked });
    expect(await answer(confirming, { ...confirm, purpose: 'second-step' })).toEqual(stale);
    expect(await answer(confirming, { ...confirm, account: ben })).toEqual(stale);
    expect(await answer(confirming, confirm)).toMatchObject({ account: anna });
    const twice = await ask();
    const both = await Promise.all([answer(twice), answer(twice)]);
    expect(both.filter((one) => 'account' in one)).toHaveLength(1);
    const late = await ask();
    now += 5 * minute;
    expect(await answer(late)).toEqual(stale);
    // A wrong answer uses the question up as well.
    const { challenge } = await askForPasskey(context, party, anyone, network);
    expect(await answer(device.use({ ...here, challenge, userVerified: false }))).toEqual({
      fault: 'user_verification',
    });
    expect(await answer(device.use({ ...here, challenge }))).toEqual(stale);
    await ask();
    const kept = await context.db.reader.selectFrom('sign_in_passkey_challenge').select('id').execute();
    expect(kept).toHaveLength(1);
  });

  it('that count are refused when they count backwards or stand still: somebody has a copy', async () => {
    const { store, anna } = await prepared();
    await using _ = store;
    const device = createDevice();
    await add(store, anna, device, { counter: 7 });
    expect(await use(store, device, { counter: 4_000_000_000 })).toMatchObject({ account: anna });
    for (const counter of [4_000_000_000, 8, 0])
      expect(await use(store, device, { counter })).toEqual({ fault: 'counter' });
    expect(whys(store)).toEqual(['counter', 'counter', 'counter']);
    expect(await use(store, device, { counter: 4_000_000_001 })).toMatchObject({ account: anna });
  });

  it('stop at once when they are removed or their person is disabled', async () => {
    const { store, anna, ben } = await prepared();
    await using _ = store;
    const { context } = store;
    const [hers, his] = [createDevice(), createDevice()];
    await add(store, anna, hers);
    await add(store, ben, his);
    const [row] = await passkeysOf(context.db.reader, anna);
    const id = row?.id ?? '';
    const change = (run: Parameters<typeof transact>[2]) => transact(context, by, run);
    await expect(change((work) => removePasskey(work, ben, id))).rejects.toMatchObject({ code: 'not_found' });
    await expect(change((work) => renamePasskey(work, ben, id, 'Mine'))).rejects.toMatchObject({ code: 'not_found' });
    await change((work) => renamePasskey(work, anna, id, 'Work laptop'));
    expect((await passkeysOf(context.db.reader, anna))[0]?.name).toBe('Work laptop');
    const { challenge } = await askForPasskey(context, party, anyone, network);
    await change((work) => removePasskey(work, anna, id));
    const text = hers.use({ ...here, challenge });
    expect(await usePasskey(context, party, anyone, text, network)).toEqual({ fault: 'unknown' });
    await transact(context, system, async (work) => {
      await createAccount(work, { person: 'ada', email: 'ada@council.example', administrator: true });
      await disableAccount(work, ben);
    });
    expect(await use(store, his)).toEqual({ fault: 'disabled' });
    const events = await context.db.reader.selectFrom('log').select(['name', 'data']).orderBy('seq').execute();
    expect(events.map(({ name }) => name)).toEqual(['passkey.added', 'passkey.added', 'passkey.removed']);
    expect(JSON.parse(events.at(-1)?.data ?? '')).toEqual({ person: 'anna', passkey: id, by: 'anna' });
  });

  it('are added once, by the browser that was asked, and not with certificates that name addresses', async () => {
    const { store, anna, ben } = await prepared();
    await using _ = store;
    const { context } = store;
    const device = createDevice();
    const faults: [Partial<Told>, string][] = [
      [{ origin: 'https://evil.example' }, 'origin'],
      [{ rpId: 'evil.example' }, 'rp_id'],
      [{ userVerified: false }, 'user_verification'],
      [{ challenge: 'A'.repeat(43) }, 'challenge'],
      [{ type: 'webauthn.get' }, 'malformed'],
    ];
    for (const [told, fault] of faults) expect(await add(store, anna, device, told)).toEqual({ fault });
    for (const format of ['packed', 'tpm', 'apple', 'fido-u2f', 'android-safetynet'])
      expect(await add(store, anna, device, {}, format)).toEqual({ fault: 'attestation' });
    expect(await add(store, anna, device)).toHaveProperty('passkey');
    // Whoever takes somebody's device id for their own account gets nothing.
    expect(await add(store, ben, device)).toEqual({ fault: 'taken' });
    const { challenge, user, excludeCredentials } = await askForNewPasskey(context, party, adding(anna), { name: 'A' });
    expect(excludeCredentials?.map(({ id }) => id)).toEqual([device.credentialId]);
    const text = createDevice().make({ ...here, challenge }, { userHandle: user.id });
    const how = { name: '', agent: null };
    const other = adding(anna, 'of a thief');
    expect(await addPasskey(context, party, by, other, text, how)).toEqual({ fault: 'challenge' });
    expect(await addPasskey(context, party, by, adding(anna), text, how)).toMatchObject({
      passkey: { name: 'Passkey' },
    });
    expect(await addPasskey(context, party, by, adding(anna), text, how)).toEqual({ fault: 'challenge' });
  });

  it('may be tried as often as passwords', async () => {
    const { store, anna } = await prepared();
    await using _ = store;
    const { context } = store;
    const device = createDevice();
    await add(store, anna, device);
    for (let round = 0; round < 5; round += 1)
      expect(await use(store, device, { userVerified: false })).toEqual({ fault: 'user_verification' });
    await expect(use(store, device)).rejects.toMatchObject({ code: 'too_many', retryAfter: 15 * 60 });
    // Elsewhere the person still gets in.
    const { challenge } = await askForPasskey(context, party, anyone, '192.0.2.2');
    const text = device.use({ ...here, challenge });
    expect(await usePasskey(context, party, anyone, text, '192.0.2.2')).toMatchObject({ account: anna });
    const wrong = () => usePasskey(context, party, anyone, '', '192.0.2.3');
    for (let round = 0; round < 60; round += 1) await wrong();
    await expect(wrong()).rejects.toMatchObject({ code: 'too_many' });
  });
});
