import { type ChildProcess, fork } from 'node:child_process';

type Request = { id: number; name: string; input: unknown };
type Answer = { id: number; value?: unknown; error?: string };

/** A process of its own that answers calls. */
export type Child = AsyncDisposable & {
  pid: number;
  // biome-ignore lint/suspicious/noExplicitAny: the caller names what the other process answers
  call: <T = any>(name: string, input?: unknown) => Promise<T>;
};

/**
 * Starts this same program in another role.
 * @param program the bundle of the bench, where this is another one
 */
export function startChild(
  role: string,
  environment: Record<string, string> = {},
  program = process.argv[1] ?? '',
): Child {
  const child: ChildProcess = fork(program, [], {
    env: { ...process.env, ...environment, BENCH_ROLE: role },
    execArgv: ['--enable-source-maps'],
  });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  child.on('message', (message) => {
    const { id, value, error } = message as Answer;
    const caller = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) caller?.resolve(value as never);
    else caller?.reject(new Error(error));
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  ended.then(() => {
    for (const caller of waiting.values()) caller.reject(new Error(`The process "${role}" ended`));
  });
  return {
    pid: child.pid ?? 0,
    call: (name, input) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        child.send({ id: last, name, input } satisfies Request);
      }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The other side: answers calls by name until the process is told to stop. */
export function answerCalls(calls: Record<string, (input: never) => unknown>): void {
  process.on('message', async (message) => {
    const { id, name, input } = message as Request;
    try {
      process.send?.({ id, value: await calls[name]?.(input as never) } satisfies Answer);
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Answer);
    }
  });
  process.on('disconnect', () => process.exit(0));
}
