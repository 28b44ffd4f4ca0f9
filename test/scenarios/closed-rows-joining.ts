import { all, everybody, firstOfNode, here, served, toBoth } from './closed-row-parts.ts';
import type { Row } from './closed-table.ts';

/** The group is made, and people of B and C come to it. */
export const joining: Row[] = [
  {
    what: 'group made',
    told: [],
    reads: here,
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G' },
    doors: { ada: { bell: '' } },
  },
  { what: 'group hidden', told: [], reads: { ada: 'in' }, serves: {}, holds: { a: 'G' }, doors: { ada: { bell: '' } } },
  {
    what: 'invited',
    told: ['a>b Invite'],
    mails: ['bob'],
    reads: { ada: 'in', bob: 'asks' },
    serves: { b: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
    doors: { ada: { bell: '' }, bob: { bell: 'G' } },
  },
  {
    what: 'invitation declined',
    told: ['b>a Reject'],
    reads: { ada: 'in' },
    serves: {},
    holds: { a: 'G', b: 'G' },
    doors: { ada: { bell: '' } },
  },
  {
    what: 'listed again',
    told: [],
    reads: here,
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
    doors: { ada: { bell: '' } },
  },
  {
    what: 'X asks all the same',
    // A place in the stream stands for a request that was answered since.
    told: ['x>a Announce', 'a>x Reject'],
    mails: ['xena', 'xena'],
    reads: here,
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
    doors: { ada: { bell: '' } },
  },
  {
    what: 'asks to join',
    told: ['b>a Join'],
    mails: ['ada'],
    reads: { ...here, bob: 'asks' },
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
    // The first of B: letting them in opens it to a whole node.
    // What invited him is still listed, now that the group is.
    doors: { bob: { bell: 'G' } },
    says: { ada: { at: '/groups/:id/requests', has: [firstOfNode, 'its administrators can read it'] } },
  },
  {
    what: 'turned down',
    told: ['a>b Reject'],
    mails: ['bob'],
    reads: { ...here, bob: 'knows' },
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
    doors: { bob: { bell: 'G' } },
  },
  {
    what: 'asks again',
    told: ['b>a Join'],
    // Ada has not looked at the first one: it is one request.
    reads: { ...here, bob: 'asks' },
    serves: { b: { is: 'knows' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
    doors: { bob: { bell: 'G' } },
  },
  {
    what: 'admitted',
    told: ['a>b Accept'],
    mails: ['bob'],
    reads: { ...here, bob: 'in' },
    serves: { b: { is: 'in' }, c: { is: 'knows' } },
    holds: { a: 'G', b: 'G' },
  },
  {
    what: 'somebody of C joins',
    told: [...toBoth('Announce Update G'), 'a>c Accept', 'c>a Join'],
    mails: ['ada', 'cleo'],
    ...{ reads: everybody(''), serves: served('', ''), holds: all('G') },
  },
];
