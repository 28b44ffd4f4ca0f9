import { type FileHolder, newId, type Slice, transact, type Work } from '@joinery/core';
import type { TestAccount, TestWeb } from '../../../../../test/harness/web.ts';
import { attachFile } from '../index.ts';

const by = { kind: 'system', what: 'test' } as const;

/** Things that files hang on, by id: `thing` is read by `readers`. */
export function thingsFor(readers: () => string[], more: Partial<FileHolder> = {}): Slice {
  const mayRead: FileHolder['mayRead'] = async (_db, requester, id) =>
    id === 'thing' && requester.kind === 'person' && readers().includes(requester.person);
  return { name: 'things', fileHolders: [{ kind: 'things', mayRead, ...more }] };
}

/** Sends a file whole. @returns its id */
export async function sendFile(
  web: TestWeb,
  account: TestAccount,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  const bytes = Buffer.from(content);
  const headers = { authorization: `Bearer ${account.token}`, 'tus-resumable': '1.0.0' };
  const metadata = `filename ${Buffer.from(name).toString('base64')}`;
  const begun = await web.api(account.token, 'POST', '/uploads', undefined, {
    ...headers,
    'upload-length': String(bytes.length),
    'upload-metadata': metadata,
  });
  const path = begun.headers.get('location') ?? '';
  if (bytes.length > 0)
    await web.webApp.fetch(
      new Request(`${web.origin}${path}`, {
        method: 'PATCH',
        headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
        body: new Uint8Array(bytes),
      }),
    );
  return path.split('/').at(-1) ?? '';
}

/** A file that hangs on `thing`. @returns its id */
export async function hangFile(
  web: TestWeb,
  account: TestAccount,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  const file = await sendFile(web, account, name, content);
  await change(web, (work) =>
    attachFile(work, { file, holder: { kind: 'things', id: 'thing' }, by: account.person.id }),
  );
  return file;
}

export const change = <T>(web: TestWeb, does: (work: Work) => Promise<T>): Promise<T> =>
  transact(web.context, by, does);

/** An id of nothing. */
export const nothing = (): string => newId();
