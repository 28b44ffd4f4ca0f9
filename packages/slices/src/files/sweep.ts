import { enqueueJob, type Work } from '@joinery/core';

export const sweepJob = 'files.sweep';
const day = 24 * 3_600_000;

/** Removes what nobody came back for, within the hour that is asked for, whoever asks and however often. */
export async function enqueueSweep(work: Work, afterMilliseconds = day + 60_000): Promise<void> {
  const runAt = new Date(Date.parse(work.now) + afterMilliseconds).toISOString();
  await enqueueJob(work, sweepJob, {}, { key: afterMilliseconds === 0 ? runAt : runAt.slice(0, 13), runAt });
}
