import { readdirSync } from 'node:fs';
import { openFiles, readConfig } from '@joinery/core';
import { people } from '@joinery/slices/people';
import { expect, it } from 'vitest';
import { openLink } from '../../../../test/harness/link.ts';
import { startS3 } from '../../../../test/harness/s3.ts';
import { openStore } from '../../../../test/harness/store.ts';
import { openWeb, type TestAccount, type TestWeb } from '../../../../test/harness/web.ts';
import { files } from './index.ts';
import { fileById } from './store.ts';
import { sendFile } from './testing/web.ts';

const patch = (web: TestWeb, account: TestAccount, path: string, offset: number, bytes: Uint8Array) =>
  web.webApp.fetch(
    new Request(`${web.origin}${path}`, {
      method: 'PATCH',
      headers: {
        ...{ authorization: `Bearer ${account.token}`, 'tus-resumable': '1.0.0' },
        ...{ 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
      },
      body: new Uint8Array(bytes),
    }),
  );

it('While the bucket is away files are said to be, and what was sent is finished with its last byte when it is back', async () => {
  await using s3 = await startS3();
  await using line = await openLink();
  await using web = await openWeb((options) => openStore('sqlite', options), { slices: [people, files] });
  const { context } = web;
  line.to(Number(new URL(s3.settings.JOINERY_S3_ENDPOINT ?? '').port));
  const endpoint = line.environment.JOINERY_ORIGIN;
  const config = readConfig({
    ...{ JOINERY_DATA: context.config.dataFolder, ...s3.settings },
    JOINERY_S3_ENDPOINT: endpoint,
  });
  context.config.files.place = config.files.place;
  Object.assign(context, { files: await openFiles(config) });
  const anna = await web.account();
  const kept = await sendFile(web, anna, 'kept.txt', 'kept before');
  const read = (id: string, accept = 'text/html', language = 'en') =>
    anna.browser.fetch(`/files/${id}`, { headers: { accept, 'accept-language': language } });
  expect(await (await read(kept)).text()).toBe('kept before');

  line.cut();
  const away = await read(kept);
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '30']);
  const begun = await web.api(anna.token, 'POST', '/uploads', undefined, {
    ...{ 'tus-resumable': '1.0.0', 'upload-length': '5' },
  });
  const path = begun.headers.get('location') ?? '';
  const id = path.split('/').at(-1) ?? '';
  const state = async () =>
    (await web.api(anna.token, 'GET', path.replace('/api/v1', ''))).headers.get('upload-offset');
  for (const [offset, bytes] of [
    [0, 'words'],
    [4, 's'],
  ] as const) {
    const answer = await patch(web, anna, path, offset, Buffer.from(bytes));
    expect([answer.status, (await answer.json()).code, await state()]).toEqual([503, 'unavailable', '4']);
  }
  expect(await fileById(context.db.reader, id)).toBeUndefined();

  line.mend();
  expect(await (await read(kept)).text()).toBe('kept before');
  // Two at once: one of them is told to wait, and there is one file.
  const [one, other] = await Promise.all([0, 1].map(() => patch(web, anna, path, 4, Buffer.from('s'))));
  expect([one?.status, other?.status].sort()).toEqual([204, expect.toBeOneOf([404, 409])]);
  expect(await (await read(id)).text()).toBe('words');
  expect(readdirSync(context.files.incoming)).toEqual([]);
  // Two files of the same bytes at the same time are two files, whose bytes are kept once.
  const twins = await Promise.all([0, 1].map((number) => sendFile(web, anna, `twin ${number}.txt`, 'the same')));
  for (const twin of twins) expect(await (await read(twin)).text()).toBe('the same');
});
