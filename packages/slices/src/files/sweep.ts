import { enqueueJob, type Work } from '@joinery/core';

export const sweepJob = 'files.sweep';
const hour = 3_600_000;
const day = 24 * hour;

/** Removes what nobody came back for, at the end of the hour that is asked for, whoever asks in it and however often; at once for 0. */
export async function enqueueSweep(work: Work, afterMilliseconds = day + 60_000): Promise<void> {
  const at = Date.parse(work.now) + afterMilliseconds;
  // Who asks first in an hour asks for all in it: none of theirs may be too young by then.
  const runAt = new Date(afterMilliseconds === 0 ? at : Math.ceil(at / hour) * hour).toISOString();
  await enqueueJob(work, sweepJob, {}, { key: runAt, runAt });
}
