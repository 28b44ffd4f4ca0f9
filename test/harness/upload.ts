import type { TestNode, TestPerson } from './node.ts';

/** Sends a file as a program does (tus 1.0.0). @returns its id */
export async function uploadFile(
  node: Pick<TestNode, 'origin'>,
  person: Pick<TestPerson, 'token'>,
  name: string,
  bytes: Uint8Array,
): Promise<string> {
  const headers = { authorization: `Bearer ${person.token}`, 'tus-resumable': '1.0.0' };
  const begun = await fetch(`${node.origin}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      ...headers,
      'upload-length': String(bytes.length),
      'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`,
    },
  });
  const path = begun.headers.get('location') ?? '';
  const sent = await fetch(`${node.origin}${path}`, {
    method: 'PATCH',
    headers: { ...headers, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' },
    body: new Uint8Array(bytes),
  });
  if (sent.status !== 204) throw new Error(`The upload was refused: ${sent.status} ${await sent.text()}`);
  return path.split('/').at(-1) ?? '';
}
