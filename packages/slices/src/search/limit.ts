import { type Context, countAttempt, type Visitor } from '@joinery/core';

/** A person types at most so many; a program that reads everything this way would slow the others. */
const searches = { times: 120, seconds: 60 };

/** @throws {TooMany} */
export function countSearch(context: Context, visitor: Visitor): void {
  countAttempt(context, `search by ${visitor.account}`, searches);
}
