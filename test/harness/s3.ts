import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';

/** A real server that speaks S3, with an empty bucket; settings that lead to it. */
export async function startS3(): Promise<{ settings: Record<string, string>; folder: string } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'files', configs: [] }],
  });
  const { port } = await server.run();
  return {
    folder,
    settings: {
      JOINERY_FILES: 's3://files/node',
      JOINERY_S3_ENDPOINT: `http://127.0.0.1:${port}`,
      JOINERY_S3_KEY: 'S3RVER',
      JOINERY_S3_SECRET: 'S3RVER',
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
