import { isInQuarantine } from '../backup/quarantine.ts';
import type { Context } from '../context.ts';
import { runAfterEffects } from '../log/after-effects.ts';
import { nextJobAt, releaseLeases, takeJob } from './jobs.ts';

/** Background work of one node: after-effects of the log and jobs. */
export type Worker = {
  /** Works until nothing is left that is due now. */
  drain: () => Promise<void>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

const longestWait = 5_000;
/** Where other processes serve pages and inboxes: what they plan is not told to this one. */
const longestWaitAlone = 1_000;
/** What was deleted leaves the write-ahead log within an hour. */
const eraseEvery = 3_600_000;
const jobsAtOnce = 6;
/** Of one kind: those that wait for nodes that do not answer leave room for the others. */
const mostOfOneKind = 3;

/** Starts background work: at once when the log grows, and when a job becomes due. */
export function startWorker(context: Context): Worker {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const jobs = new Map<Promise<void>, string>();
  const longest = context.config.role === 'worker' ? longestWaitAlone : longestWait;

  /** Kinds of which as many run as may: each wakes the worker when it ends. */
  const busyKinds = () =>
    Object.entries(Object.groupBy(jobs.values(), (name) => name)).flatMap(([name, all = []]) =>
      all.length >= mostOfOneKind ? name : [],
    );
  const followUp = async () => {
    while (!closed && (await runAfterEffects(context)) > 0);
  };
  /** Several at once, and none waited for: one that asks a slow node holds up neither the others nor what follows from the log. */
  const startJobs = async () => {
    // Jobs reach out: those of a restored node wait until a person has confirmed it.
    if (closed || (await isInQuarantine(context.db.reader))) return;
    while (!closed && jobs.size < jobsAtOnce) {
      const taken = await takeJob(context, busyKinds());
      if (!taken) return;
      const running = taken
        .run()
        .catch(tell)
        .finally(() => {
          jobs.delete(running);
          wake();
        });
      jobs.set(running, taken.name);
    }
  };
  const tell = (error: unknown) =>
    context.logger.error('worker.failed', { reason: error instanceof Error ? error.message : String(error) });
  const guarded = async () => {
    try {
      // What follows from the log has a fault: jobs have none.
      await followUp().catch(tell);
      await startJobs();
    } catch (error) {
      tell(error);
    }
    if (!closed) await schedule();
  };
  const schedule = async () => {
    const next = jobs.size < jobsAtOnce ? await nextJobAt(context, busyKinds()).catch(() => null) : null;
    if (closed) return;
    const wait =
      next === null ? longest : Math.min(longest, Math.max(50, Date.parse(next) - context.clock.now().getTime()));
    clearTimeout(timer);
    timer = setTimeout(wake, wait);
    timer.unref();
  };
  // One round at a time; rounds asked for meanwhile become one more.
  let again = false;
  const wake = () => {
    if (again || closed) return;
    again = true;
    running = running.then(() => {
      again = false;
      return guarded();
    });
  };
  const stop = context.db.changes.subscribeToPlans(wake);
  const erasing = setInterval(() => void context.db.erase().catch(tell), eraseEvery).unref();
  running = releaseLeases(context).catch(tell);
  wake();
  return {
    drain: async () => {
      for (;;) {
        wake();
        await running;
        if (jobs.size === 0) return;
        await Promise.all(jobs.keys());
      }
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      stop();
      clearTimeout(timer);
      clearInterval(erasing);
      await running;
      await Promise.all(jobs.keys());
    },
  };
}
