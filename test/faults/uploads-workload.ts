/** A process that brings files in several requests and keeps record copies, until it is stopped in whatever way. Settings: one JSON text as its argument. */
import { transact } from '@joinery/core';
import { beginUpload, continueUpload } from '../../packages/slices/src/files/uploads.ts';
import {
  announceCopies,
  bytesNamed,
  goOnWithUploads,
  note,
  openUploadNode,
  partsOf,
  runJobs,
  type UploadSettings,
} from './uploads.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as UploadSettings;
await using node = await openUploadNode(settings);
const { context } = node;
// What was begun before the last fault goes on where it was, as clients do.
await goOnWithUploads(context, settings.history);
process.stdout.write('READY\n');

async function bring(writer: number): Promise<void> {
  for (let n = 0; n < settings.each; n += 1) {
    const name = `${settings.round}-${writer}-${n}.bin`;
    const person = `person ${name}`;
    const bytes = bytesNamed(name);
    const upload = await beginUpload(context, { person, name, bytes: bytes.length });
    let from = 0;
    for (const to of partsOf(bytes.length)) {
      const body = (async function* () {
        yield bytes.subarray(from, to);
      })();
      const { received, file } = await continueUpload(context, { id: upload.id, person, from, body });
      note(settings.history, file ? `ACK ${name}` : `PART ${name} ${received}`);
      from = received;
    }
  }
}

async function copy(): Promise<void> {
  for (let n = 0; n < settings.copies; n += 1) {
    await transact(context, { kind: 'system', what: 'faults' }, (work) =>
      announceCopies(work, `${settings.round}-${n}`),
    );
    await runJobs(context);
  }
}

await Promise.all([...Array.from({ length: settings.writers }, (_, writer) => bring(writer)), copy()]);
