import type { Limit } from './accounts/throttle.ts';

/** A limit, with what the documentation says of it. */
export type NamedLimit = Limit & { per: string; what: string };

const minute = 60;
const hour = 60 * minute;

/**
 * How often something may be done before the answer is 429 with `Retry-After`. `docs/limits.md` is made of this. Nothing that two honest
 * nodes exchange is lost by a limit: lanes wait and go on in order, and what a node that was away reads itself to catch up is not counted.
 */
export const limits = {
  signInHere: {
    ...{ times: 5, seconds: 15 * minute, per: 'account and network' },
    what: 'Wrong passwords. From elsewhere the person still gets in.',
  },
  signInAnywhere: {
    ...{ times: 50, seconds: hour, per: 'account' },
    what: 'Wrong passwords from everywhere together.',
  },
  signInNetwork: {
    ...{ times: 60, seconds: minute, per: 'network' },
    what: 'Wrong passwords for whatever accounts.',
  },
  secondStep: { times: 5, seconds: 15 * minute, per: 'account', what: 'Wrong codes of the second step.' },
  passkeySignIn: {
    ...{ times: 120, seconds: minute, per: 'network' },
    what: 'Sign-ins begun with a passkey. Wrong ones count as wrong passwords do.',
  },
  providerSignIn: {
    ...{ times: 120, seconds: minute, per: 'network' },
    what: 'Sign-ins begun with an identity provider.',
  },
  providerLogout: {
    ...{ times: 120, seconds: minute, per: 'network' },
    what: 'Refused words of an identity provider that somebody signed out; true ones are not counted.',
  },
  wrongToken: { times: 100, seconds: minute, per: 'network', what: 'Requests to the API with a wrong token.' },
  registrationsNetwork: {
    ...{ times: 300, seconds: hour, per: 'network' },
    what: 'Requests for an account: a whole agency may sit behind one address.',
  },
  registrationsNetworkDay: {
    ...{ times: 500, seconds: 24 * hour, per: 'network' },
    what: 'The same in a day: all of a council on its first day, and far from filling what may wait here.',
  },
  registrationsDomain: { times: 600, seconds: hour, per: 'mail domain', what: 'Requests for an account.' },
  registrationsAddress: {
    times: 3,
    seconds: hour,
    per: 'mail address',
    what: 'Requests for an account, each of which is a mail.',
  },
  guests: { times: 30, seconds: hour, per: 'person', what: 'Guests that somebody invites.' },
  posts: {
    ...{ times: 300, seconds: hour, per: 'person' },
    what: 'Topics and replies from pages.',
  },
  postsByProgram: {
    ...{ times: 20_000, seconds: hour, per: 'person' },
    what: 'Topics and replies through the API: a program that brings over an old forum goes on.',
  },
  uploads: {
    ...{ times: 500, seconds: hour, per: 'person' },
    what: 'Files that are sent to this node.',
  },
  zips: {
    ...{ times: 60, seconds: hour, per: 'person, or network of who is not signed in' },
    what: 'Folders of a library saved as a zip.',
  },
  searches: {
    ...{ times: 120, seconds: minute, per: 'person' },
    what: 'Searches: a person types at most so many, and a program that reads everything this way would slow the others.',
  },
  memberPages: {
    ...{ times: 60, seconds: hour, per: 'person' },
    what: 'Further pages of the members of a group, and searches among them, for whoever does not run it.',
  },
  peoplePages: {
    ...{ times: 60, seconds: hour, per: 'person' },
    what: 'Further pages of the people of this node, for whoever does not administer them.',
  },
  peopleSearches: {
    ...{ times: 120, seconds: minute, per: 'person' },
    what: 'Searches among the people of this node, for whoever does not administer them.',
  },
  joinsElsewhere: {
    ...{ times: 10, seconds: hour, per: 'person of another node, in one group' },
    what: 'Times that somebody of another node asks to join, asks again, or joins after having left: each is told to other nodes. Whoever is invited is not counted. Kept in the database.',
  },
  joinsOfNode: {
    ...{ times: 2_000, seconds: hour, per: 'node, in one group' },
    what: 'The same for all people of a node: far more than an agency that comes in one day. Kept in the database.',
  },
  lossesOfNode: {
    // Many more than one person brings about who may come in so often: nobody shuts out their whole agency.
    ...{ times: 300, seconds: hour, per: 'node, in one closed group' },
    what: 'Times that a node may read less of it, or nothing any more, until those of its people who are not invited are let in again: each is told to all others. Kept in the database.',
  },
  conversations: { times: 60, seconds: hour, per: 'person', what: 'Conversations begun.' },
  lookUps: { times: 60, seconds: minute, per: 'person', what: 'Links to other nodes that are looked up.' },
  proposals: { times: 10, seconds: hour, per: 'network', what: 'Proposals of an agreement from other nodes.' },
  refusedDeliveries: {
    ...{ times: 600, seconds: minute, per: 'network and node that it claims to be' },
    what: 'Refused deliveries to an inbox.',
  },
  deliveries: {
    ...{ times: 6_000, seconds: minute, per: 'node whose signature fits' },
    what: 'Deliveries to an inbox: a node that has more to tell goes on after the wait, in order. What a node reads here to catch up is not counted.',
  },
} as const satisfies Record<string, NamedLimit>;

/** How much of something there may be at most. */
export const sizes = {
  attachments: { most: 10, what: 'Files with one post.' },
  filesAtOnce: { most: 100, what: 'Files that one form brings to a library.' },
  filesPerDay: { most: 5_000, what: 'Megabytes that one person sends in files within 24 hours.' },
  toldReadings: {
    most: 1_000,
    what: 'Readings of one file, by hour and node, that the node of a record copy tells of; the page says where there were more.',
  },
  toldReadingsOfGroup: { most: 20_000, what: 'The same of all files in one group.' },
  conversation: { most: 12, what: 'People in one conversation, whoever began it among them.' },
} as const satisfies Record<string, { most: number; what: string }>;

/** How long something holds or is kept. `docs/limits.md` is made of this, too. */
export const periods = {
  guestUsual: { days: 90, what: 'A guest, unless the sponsor says otherwise.' },
  guestLongest: {
    days: 365,
    what: 'A guest, at most, from the day of each decision; whoever may invite guests can extend it again and again.',
  },
  looseFiles: {
    days: 1,
    what: 'A file that hangs on nothing, an upload that was not finished, and the bytes of a deleted file, until they are removed.',
  },
  bin: { days: 30, what: 'A deleted document of a library, during which its author can have it back.' },
  leaseReadable: {
    days: 3,
    what: 'Copies of a closed group elsewhere stay readable while the node of the group does not answer.',
  },
  leaseKept: { days: 30, what: 'Such copies are kept, hidden, until they are dropped.' },
  receiptDoor: {
    days: 7,
    what: 'After an agreement ended, the other node is still heard when it says that it dropped its copies.',
  },
  registrationLink: { days: 1, what: 'The link in the mail to whoever asks for an account.' },
  registrationUnconfirmed: {
    days: 1,
    what: 'A request for an account that nobody confirmed, until it is deleted: as long as its link.',
  },
  registrationWaiting: {
    days: 60,
    what: 'A request for an account that no administrator answered, until it is deleted.',
  },
  registrationAnswered: { days: 30, what: 'An answered request for an account, until it is deleted.' },
} as const satisfies Record<string, { days: number; what: string }>;

/** `docs/limits.md`. */
export function limitsPage(): string {
  const period = (seconds: number) => {
    if (seconds === 24 * hour) return 'a day';
    if (seconds === hour) return 'an hour';
    return seconds === minute ? 'a minute' : `${seconds / minute} minutes`;
  };
  const rows = Object.values(limits).map(
    ({ times, seconds, per, what }) => `| ${what} | ${times} in ${period(seconds)} | ${per} |`,
  );
  const amounts = Object.values(sizes).map(({ most, what }) => `| ${what} | ${most} |`);
  const days = Object.values(periods).map(({ days: count, what }) => `| ${what} | ${count} |`);
  return `# Limits

Made from \`packages/core/src/limits.ts\`. Whoever goes beyond one gets the status 429, in words how long to wait, and the header \`Retry-After\`.
A network is an IPv4 address, or the /64 of an IPv6 address; behind a reverse proxy that needs \`JOINERY_TRUSTED_PROXIES\`. Counts are kept per process, in memory.

| what | how often | for each |
|---|---|---|
${rows.join('\n')}

## How much there may be

| what | at most |
|---|---|
${amounts.join('\n')}

## How long

| what | days |
|---|---|
${days.join('\n')}
`;
}
