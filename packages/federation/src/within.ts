/** A sender waits no longer, in milliseconds, for a silent node; the look-up goes on, and the next attempt finds what it brought. */
export const longestLookUp = 4_000;

/** What comes in time, or nothing. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
