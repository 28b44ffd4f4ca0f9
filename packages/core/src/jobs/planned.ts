/** Transactions in which background work was asked for: whoever does it is told once they are committed. */
const planned = new WeakSet<object>();

/** Background work was asked for in a transaction. */
export function notePlanned(db: object): void {
  planned.add(db);
}

/** Whether background work was asked for in a transaction. */
export function isPlanned(db: object): boolean {
  return planned.has(db);
}
